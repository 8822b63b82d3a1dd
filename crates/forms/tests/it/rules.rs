//! For every rule of every form: a filling that keeps it and one that breaks it, and nothing else, with words in both languages.

use crate::fillings::fillings;
use crate::support::*;
use bluezone_forms::limit::Limit;
use bluezone_forms::*;
use bluezone_pages::Lang;
use std::collections::BTreeMap;

/// What a broken filling holds for an item, and what must be said of it.
fn breaks(item: &Item, setting: &Setting) -> Vec<(Vec<String>, Wrong)> {
    let mut all = Vec::new();
    let mut add = |value: String, wrong: Wrong| all.push((vec![value], wrong));
    let date = |limit: &Limit| limit.date(setting).unwrap();
    match &item.kind {
        Kind::Group | Kind::Display | Kind::Attachment { .. } => {}
        Kind::Boolean { .. } => add("maybe".into(), Wrong::NotAnOption),
        Kind::Integer { range } | Kind::Decimal { range, .. } => {
            let step = if matches!(item.kind, Kind::Integer { .. }) { 1.0 } else { 0.1 };
            let at = |number: f64| format!("{:.1}", number).trim_end_matches(".0").to_owned();
            if let Some(least) = range.min.as_ref().and_then(|limit| limit.number(setting)) {
                add(at(least - step), Wrong::Less(least));
            }
            if let Some(greatest) = range.max.as_ref().and_then(|limit| limit.number(setting)) {
                add(at(greatest + step), Wrong::Greater(greatest));
            }
            if let Kind::Decimal { places, .. } = item.kind {
                add("36.66".into(), Wrong::Places(places));
            }
            add("nhiều".into(), Wrong::NotANumber);
        }
        Kind::Date { range } => {
            if let Some(first) = &range.min {
                add(date(first).pred_opt().unwrap().to_string(), Wrong::Early(date(first)));
            }
            if let Some(last) = &range.max {
                add(date(last).succ_opt().unwrap().to_string(), Wrong::Late(date(last)));
            }
            add("31/02/2026".into(), Wrong::NotADate);
        }
        Kind::Text { least, most, pattern, .. } => {
            add("x".repeat(most + 1), Wrong::TooLong(*most));
            if *least > 0 {
                add("x".repeat(least - 1), Wrong::TooShort(*least));
            }
            if pattern.is_some() {
                add("§".repeat((*least).max(1)), Wrong::Format);
            }
        }
        Kind::Choice { options, .. } => {
            add("no-such-choice".into(), Wrong::NotAnOption);
            let Options::Listed(choices) = options else { return all };
            let [first, second] = [&choices[0], &choices[1]];
            if item.most == 1 {
                all.push((vec![first.code.clone(), second.code.clone()], Wrong::TooMany(1)));
            } else {
                all.push((vec![first.code.clone(), first.code.clone()], Wrong::Twice));
                for choice in choices.iter().filter(|choice| choice.exclusive) {
                    let both = vec![choice.code.clone(), first.code.clone()];
                    all.push((both, Wrong::Exclusive(choice.code.clone())));
                }
            }
        }
    }
    all
}

#[test]
fn every_rule_can_be_kept_and_broken() {
    let mut broken = BTreeMap::<&str, usize>::new();
    for (name, fields) in fillings() {
        let scene = Scene::new(name);
        let setting = scene.setting();
        let valid = scene.send(&fields);
        assert_eq!(valid.problems, [], "kept");
        let apply = enabled(scene.form, &valid.answers, &setting);
        for item in scene.form.questions() {
            let answered = !valid.answers.get(&item.link_id).is_empty();
            let own = |sent: &Sent| -> Vec<Wrong> {
                let own = sent.problems.iter().filter(|problem| problem.link_id == item.link_id);
                own.map(|problem| problem.wrong.clone()).collect()
            };
            if item.required && answered {
                // Other questions may come to apply or not; of this one it is said that it is missing.
                let sent = scene.send(&with(&fields, &item.link_id, &[]));
                let tick = matches!(item.kind, Kind::Boolean { tick: true });
                let expected = if tick { Wrong::MustTick } else { Wrong::Missing };
                assert_eq!(own(&sent), [expected], "{name}: {}", item.link_id);
                *broken.entry("required").or_default() += 1;
            }
            if let (true, Kind::Boolean { tick: true }) = (item.required && answered, &item.kind) {
                let sent = scene.send(&with(&fields, &item.link_id, &["no"]));
                assert_eq!(own(&sent), [Wrong::MustTick], "{name}: {}", item.link_id);
                *broken.entry("tick").or_default() += 1;
            }
            if answered {
                for (values, wrong) in breaks(item, &setting) {
                    let values: Vec<&str> = values.iter().map(String::as_str).collect();
                    let sent = scene.send(&with(&fields, &item.link_id, &values));
                    assert_eq!(
                        own(&sent),
                        std::slice::from_ref(&wrong),
                        "{name}: {} {values:?}",
                        item.link_id
                    );
                    said_in_both_languages(&scene, &sent);
                    *broken.entry("value").or_default() += 1;
                }
            } else if !apply.contains(item.link_id.as_str()) {
                not_asked(&scene, &fields, item);
                *broken.entry("not asked").or_default() += 1;
            }
        }
    }
    // The test itself must not become empty.
    assert!(broken["required"] > 200 && broken["value"] > 300 && broken["not asked"] > 40, "{broken:?}");
    assert_eq!(broken["tick"], 8, "four forms have a guardian's two boxes: {broken:?}");
}

/// A question that does not apply takes no words; choices are taken back in silence on a page, and refused elsewhere.
fn not_asked(scene: &Scene, fields: &Fields, item: &Item) {
    let name = item.link_id.as_str();
    let typed = match &item.kind {
        Kind::Text { .. } => "0912345678",
        Kind::Integer { .. } => "80",
        Kind::Decimal { .. } => "36.6",
        Kind::Date { .. } => "2026-11-25",
        Kind::Boolean { .. } => "yes",
        Kind::Choice { options: Options::Listed(choices), .. } => &choices[0].code,
        Kind::Choice { .. } => "05443",
        _ => return,
    };
    let sent = scene.send(&with(fields, name, &[typed]));
    let wrong: Vec<&Wrong> = sent.problems.iter().map(|problem| &problem.wrong).collect();
    let picked = matches!(item.kind, Kind::Boolean { .. } | Kind::Choice { .. });
    assert_eq!(wrong, if picked { vec![] } else { vec![&Wrong::NotAsked] }, "{name}");
    assert!(!picked || sent.answers.get(name).is_empty(), "{name}");
    let mut answers = scene.send(fields).answers;
    answers.set(name, [Value::Code(typed.into())]);
    let problems = validate(scene.form, &answers, &scene.setting());
    assert_eq!(problems, [Problem { link_id: name.into(), wrong: Wrong::NotAsked }]);
}

fn said_in_both_languages(scene: &Scene, sent: &Sent) {
    for problem in &sent.problems {
        let [vi, en] = Lang::ALL.map(|lang| problem.words(scene.form, lang, &scene.setting()));
        assert!(!vi.is_empty() && !en.is_empty() && vi != en, "{vi} / {en}");
        assert!(![&vi, &en].iter().any(|words| words.contains('{') || words.contains('?')), "{vi} / {en}");
    }
}

#[test]
fn at_the_ends_of_a_range_an_answer_is_valid() {
    for (name, fields) in fillings() {
        let scene = Scene::new(name);
        let setting = scene.setting();
        let answers = scene.send(&fields).answers;
        for item in scene.form.questions().into_iter().filter(|item| !answers.get(&item.link_id).is_empty()) {
            let ends: Vec<String> = match &item.kind {
                // The year of birth decides who else is asked.
                Kind::Integer { .. } if item.link_id == "birthYear" => continue,
                Kind::Integer { range } | Kind::Decimal { range, .. } => {
                    let ends = range.min.iter().chain(&range.max);
                    ends.map(|limit| limit.number(&setting).unwrap().to_string()).collect()
                }
                Kind::Date { range } => {
                    let ends = range.min.iter().chain(&range.max);
                    ends.map(|limit| limit.date(&setting).unwrap().to_string()).collect()
                }
                Kind::Text { most, pattern: None, .. } => vec!["ệ".repeat(*most)],
                _ => continue,
            };
            for end in ends {
                let sent = scene.send(&with(&fields, &item.link_id, &[&end]));
                assert_eq!(sent.problems, [], "{name}: {} = {end}", item.link_id);
            }
        }
    }
}

#[test]
fn files_are_checked_by_type_size_and_number() {
    let (name, fields) = fillings().into_iter().find(|(name, _)| *name == "phan-anh").unwrap();
    let scene = Scene::new(name);
    let file =
        |content_type: &str, size| Attachment { content_type: content_type.into(), size, sha256: [7; 32] };
    let send = |files: &[Attachment]| {
        let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let files = files.iter().map(|file| ("photos", file.clone()));
        let sent = read_fields(scene.form, pairs, files, &scene.setting());
        said_in_both_languages(&scene, &sent);
        sent.problems.into_iter().map(|problem| problem.wrong).collect::<Vec<_>>()
    };
    let photo = file("image/jpeg", 10_000_000);
    assert_eq!(send(&[photo.clone(), photo.clone(), photo.clone()]), []);
    assert_eq!(send(&vec![photo; 4]), [Wrong::TooMany(3)]);
    assert_eq!(send(&[file("image/jpeg", 10_000_001)]), [Wrong::FileSize(10_000_000)]);
    assert_eq!(send(&[file("text/html", 10)]), [Wrong::FileType]);
}
