//! Entries: one spelling each, nothing panics.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::entry::*;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use proptest::prelude::*;
use std::sync::LazyLock;

/// One of each kind.
fn samples() -> Vec<Entry> {
    static SAMPLES: LazyLock<Vec<Entry>> = LazyLock::new(make_samples);
    SAMPLES.clone()
}

fn make_samples() -> Vec<Entry> {
    let scene = Scene::new();
    let handle = SubjectHandle::generate(&mut rng(1));
    let mut rng = rng(2);
    let (subject, other) = (handle.commit(&mut rng), handle.commit(&mut rng));
    let revoked = KeyChange::Revoke { key: lan().public().id(), reason: line("lost") };
    let events = [
        Event::Opening(Opening {
            terms: terms(),
            subject,
            request: None,
            upload: Hash::of(b"upload"),
            officer: lan().officer,
        }),
        Event::Export(Export {
            terms: terms(),
            records: 50_000,
            subjects: vec![subject, other],
            officer: lan().officer,
        }),
        Event::Export(Export { terms: terms(), records: 0, subjects: vec![], officer: lan().officer }),
        Event::Rule(RuleChange {
            unit: line(UNIT),
            basis: line("Quyết định 1"),
            rule: line("profile/covid-19"),
            version: Hash::of(b"new"),
            summary: line("Thời gian ủ bệnh 14 → 10 ngày"),
            effective: NOW + 1,
        }),
        Event::Audit(AuditHead { count: 7, head: Hash::of(b"chain") }),
        Event::OfficerKey(OfficerKeyChange { change: revoked, signatures: vec![] }),
    ];
    let mut entries: Vec<_> = events.into_iter().map(|event| Entry { time: NOW, event }).collect();
    entries.extend([scene.request(), lan().entry(&[]), lan().entry(&[&minh(), &lan()])]);
    entries
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    for entry in samples() {
        let text = entry.to_text();
        assert_eq!(Entry::parse(text.as_bytes()), Ok(entry), "{text}");
    }
}

#[test]
fn an_opening_reads_like_this() {
    let text = samples()[0].to_text();
    let expected = "bluezone/entry/v1\nkind opening\ntime 1622505600\nunit TN-CDC\n\
        basis Luật Phòng bệnh 2025, Điều 20\npurpose Truy vết ca bệnh tại chợ Thái Nguyên\n\
        from 1621900800\nuntil 1622505600\nkinds contacts,visits\nexpires 1622764800\nsubject ";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.ends_with("\nofficer 01010101010101010101010101010101\n"), "{text}");
}

#[test]
fn another_spelling_is_no_entry() {
    for entry in samples() {
        let text = entry.to_text();
        let lines: Vec<&str> = text.lines().collect();
        for place in 0..lines.len() {
            let mut cut = lines.clone();
            cut.remove(place);
            // Lines of which there may be fewer.
            if !lines[place].starts_with("subject") && !lines[place].starts_with("signed") {
                assert!(
                    Entry::parse((cut.join("\n") + "\n").as_bytes()).is_err(),
                    "without {}",
                    lines[place]
                );
            }
            for (from, to) in [(" ", "  "), (" ", "\t"), ("1", "01"), ("=", "")] {
                let mut changed = lines.clone();
                let line = lines[place].replacen(from, to, 1);
                changed[place] = &line;
                let changed = changed.join("\n") + "\n";
                if let Ok(read) = Entry::parse(changed.as_bytes()) {
                    assert_eq!(read.to_text(), changed, "only where it means something else");
                }
            }
        }
        for wrong in
            [text.trim_end().to_owned(), text.clone() + "more\n", text.replace('\n', "\r\n"), text + "\n"]
        {
            assert!(Entry::parse(wrong.as_bytes()).is_err());
        }
    }
    let text = samples()[0].to_text();
    for (from, to) in [
        ("contacts,visits", "visits,contacts"),
        ("contacts,visits", "contacts,contacts"),
        ("contacts,visits", ""),
        ("contacts,visits", "contacts,everything"),
        ("until 1622505600", "until 1621900800"),
        ("request none", "request None"),
        ("officer 01", "officer 0G"),
        ("v1", "v2"),
        ("kind opening", "kind closing"),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text);
        assert!(Entry::parse(wrong.as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn lines_of_text_stay_lines() {
    let long = "ế".repeat(134);
    for wrong in ["", " a", "a ", "a\nb", "a\u{85}b", "a\u{202e}b", "a\u{2028}b", "a\0b", &long] {
        assert!(Line::new(wrong).is_err(), "{wrong:?}");
    }
    assert!(Line::new("ế".repeat(133)).is_ok());
    assert!(serde_json::from_str::<Line>("\"a\\nb\"").is_err());
}

#[test]
fn an_export_of_very_many_is_several_entries() {
    let mut entry = samples().remove(1);
    let Event::Export(export) = &mut entry.event else { panic!("the second sample is an export") };
    export.subjects = vec![export.subjects[0]; MAX_SUBJECTS];
    assert!(Entry::parse(entry.to_text().as_bytes()).is_ok());
    assert!(entry.to_text().len() < 65_536);
    let Event::Export(export) = &mut entry.event else { panic!("the second sample is an export") };
    export.subjects.push(export.subjects[0]);
    assert!(Entry::parse(entry.to_text().as_bytes()).is_err());
}

#[test]
fn only_the_subject_recognises_itself_and_two_mentions_look_unrelated() {
    let (mine, other) = (SubjectHandle::generate(&mut rng(1)), SubjectHandle::generate(&mut rng(2)));
    let mut rng = rng(3);
    let (first, second) = (mine.commit(&mut rng), mine.commit(&mut rng));
    assert!(mine.recognises(&first) && mine.recognises(&second));
    assert!(!other.recognises(&first));
    assert!(first.salt != second.salt && first.digest != second.digest);
    assert_eq!(first.to_string().parse(), Ok(first));
    assert_eq!(format!("{mine:?}"), "SubjectHandle(..)");
}

proptest! {
    #[test]
    fn any_bytes_are_an_entry_or_none(
        which in 0usize..9,
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..20),
        drop in 0usize..20,
    ) {
        let mut text = samples()[which].to_text().into_bytes();
        let from = at.index(text.len());
        let to = (from + drop).min(text.len());
        text.splice(from..to, bytes);
        if let Ok(entry) = Entry::parse(&text) {
            prop_assert_eq!(entry.to_text().into_bytes(), text);
        }
    }
}
