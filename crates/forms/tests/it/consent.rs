use crate::support::*;
use bluezone_forms::consent::{all, current, draw, read_fields, wording};
use bluezone_pages::Lang;
use std::collections::BTreeSet;

#[test]
fn no_box_is_ticked_and_silence_is_no_consent() {
    let purposes = &form("toan-dan").consents;
    assert_eq!(purposes, &["declaration", "call-back"]);
    for lang in Lang::ALL {
        let page = draw(lang, purposes, &[], &[]).into_string();
        assert_eq!(page.matches("type=\"checkbox\"").count(), 2);
        assert!(!page.contains("checked"), "{page}");
    }
    let (given, missing) = read_fields(Lang::Vi, purposes, []);
    assert_eq!((given.len(), missing), (0, vec!["declaration"]));
    let (given, missing) =
        read_fields(Lang::Vi, purposes, [("consent-declaration", "no"), ("consent-other", "yes")]);
    assert_eq!((given.len(), missing.as_slice()), (0, ["declaration"].as_slice()));
    let page = draw(Lang::En, purposes, &given, &missing).into_string();
    assert!(page.contains("must be ticked"));
}

#[test]
fn what_was_agreed_to_can_be_shown_and_not_altered() {
    let purposes = &form("toan-dan").consents;
    let fields = [("consent-declaration", "yes"), ("consent-call-back", "yes")];
    let (given, missing) = read_fields(Lang::En, purposes, fields);
    assert_eq!((given.len(), missing.len()), (2, 0));
    let page = draw(Lang::En, purposes, &given, &[]).into_string();
    assert_eq!(page.matches("checked").count(), 2, "the person's own ticks stay when the form comes back");

    let shown = wording(&given[0]).unwrap();
    assert!(shown.words(Lang::En).starts_with("I agree that the health station"));
    let mut other = given[0].clone();
    other.lang = Lang::Vi;
    assert_eq!(wording(&other), None, "the hash is of the language that was read");
    other = given[0].clone();
    other.version = 2;
    assert_eq!(wording(&other), None);
}

/// A wording never changes: a new one gets a new version beside it. This test fails when a sentence is edited.
#[test]
fn the_wordings_are_those_that_people_agreed_to() {
    let hashes: Vec<String> = all()
        .iter()
        .flat_map(|consent| {
            Lang::ALL.map(|lang| format!("{} {} {}", consent.purpose, consent.version, consent.sha256(lang)))
        })
        .collect();
    assert_eq!(hashes.join("\n"), include_str!("consents.txt").trim_end());
    let versions: BTreeSet<(&str, u32)> =
        all().iter().map(|consent| (consent.purpose.as_str(), consent.version)).collect();
    assert_eq!(versions.len(), all().len());
    for consent in all() {
        assert!(current(&consent.purpose).unwrap().version >= consent.version);
        assert_ne!(consent.words(Lang::Vi), consent.words(Lang::En));
    }
}
