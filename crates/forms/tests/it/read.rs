//! What is not understood is refused, with its place.

use crate::support::*;
use bluezone_forms::*;

const FILE: &str = include_str!("../forms/school.json");

/// The file with something changed, and what must be said of it.
const TABLE: &[(&str, &str, &str)] = &[
    ("\"status\": \"active\"", "\"status\": \"draft\"", "status: only active is understood"),
    (
        "\"resourceType\": \"Questionnaire\"",
        "\"resourceType\": \"Patient\"",
        "resourceType: only Questionnaire",
    ),
    ("\"version\": \"1\",", "", "the form: version is missing"),
    ("\"version\"", "\"copyright\": \"x\", \"version\"", "copyright: is not understood here"),
    ("\"type\": \"integer\"", "\"type\": \"quantity\"", "item[0].type: this type is not understood"),
    (
        "\"type\": \"integer\"",
        "\"type\": \"integer\", \"definition\": \"x\"",
        "item[0].definition: is not understood",
    ),
    (
        "\"type\": \"integer\"",
        "\"type\": \"integer\", \"repeats\": true",
        "item[0]: only choices and attachments",
    ),
    (
        "\"type\": \"integer\"",
        "\"type\": \"integer\", \"maxLength\": 3",
        "item[0]: maxLength is not understood",
    ),
    ("\"type\": \"integer\"", "\"type\": \"string\"", "item[0]: minValue is not understood for this type"),
    ("StructureDefinition/minValue", "StructureDefinition/maxSize", "item[0]: maxSize is not understood"),
    (
        "StructureDefinition/minValue",
        "StructureDefinition/hidden",
        "item[0].extension[0].url: this extension",
    ),
    ("\"question\": \"pupils\"", "\"question\": \"names\"", "item names: depends on names"),
    ("\"operator\": \">\"", "\"operator\": \"~\"", "item[1].enableWhen[0].operator: this operator"),
    ("\"answerInteger\": 0", "\"answerString\": \"0\"", "item[1].enableWhen[0].operator: only = and !="),
    (
        "\"answerInteger\": 0",
        "\"answerDate\": \"2026-01-01\"",
        "item names: compares pupils with what it cannot be",
    ),
    ("\"linkId\": \"names\"", "\"linkId\": \"pupils\"", "item pupils: stands twice"),
    ("\"linkId\": \"names\"", "\"linkId\": \"na mes\"", "item[1].linkId: expected letters"),
    (
        "ill in the last {days} days",
        "ill lately",
        "item[0].text: names other parameters than its translation",
    ),
    ("\"valueCode\": \"days\"", "\"valueCode\": \"weeks\"", "item pupils: days is no parameter"),
    ("\"valueInteger\": 3", "\"valueInteger\": -3", "extension[1].valueInteger: expected 0 to 9999"),
    (
        "\"valueCode\": \"en\"}, {\"url\": \"content\", \"valueString\": \"Usual signs\"",
        "\"valueCode\": \"fr\"}, {\"url\": \"content\", \"valueString\": \"Signes\"",
        "valueCode: only en",
    ),
    ("\"_text\"", "\"_note\"", "_note: is not understood here"),
    ("\"valueCode\": \"call\"", "\"valueCode\": \"panic\"", "expected well, watch or call"),
    (
        "\"type\": \"text\"",
        "\"type\": \"text\", \"item\": [{\"linkId\": \"x\", \"type\": \"string\"}]",
        "item[1].item[0]: under a question only its help",
    ),
];

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    Questionnaire::read(FILE).unwrap();
    for (from, to, expected) in TABLE {
        let changed = FILE.replacen(from, to, 1);
        assert_ne!(changed, FILE, "{from}");
        let error = Questionnaire::read(&changed).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
}

#[test]
fn json_that_is_none_says_its_line() {
    let error = Questionnaire::read("{\n  \"resourceType\": }").unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
    assert!(matches!(Questionnaire::read(&" ".repeat(2 << 20)), Err(FormError::TooLarge)));
}

#[test]
fn the_value_sets_that_a_form_needs_are_known() {
    let urls = form("toan-dan").value_sets();
    assert_eq!(urls, [value_set::COMMUNES, value_set::PROVINCES, value_set::COUNTRIES]);
    for form in LIBRARY.iter() {
        for url in form.value_sets() {
            let of = (url == value_set::COMMUNES).then_some("19");
            assert!(Places.choices(url, of).is_some(), "{url}");
        }
    }
}
