use crate::support::*;
use bluezone_forms::risk::{Rules, Urgency, risk};
use bluezone_forms::*;
use std::collections::BTreeSet;

type Declared = &'static [(&'static str, &'static str)];

/// (form, what was declared, points, how many reasons, how urgent)
const TABLE: &[(&str, Declared, u32, usize, Urgency)] = &[
    ("khai-bao-lai", &[("showSignal", "healthy"), ("hasPatient", "no")], 0, 0, Urgency::Low),
    ("khai-bao-lai", &[("showSignal", "cough")], 15, 1, Urgency::Low),
    ("khai-bao-lai", &[("showSignal", "fever")], 25, 2, Urgency::Medium),
    ("khai-bao-lai", &[("showSignal", "healthy"), ("hasPatient", "yes")], 35, 2, Urgency::Medium),
    ("khai-bao-lai", &[("showSignal", "fever"), ("hasPatient", "yes")], 70, 3, Urgency::High),
    ("khai-bao-lai", &[("showSignal", "breath")], 60, 2, Urgency::High),
    (
        "toan-dan",
        &[("showSignal", "healthy"), ("chronic", "none"), ("birthYear", "1961")],
        10,
        1,
        Urgency::Low,
    ),
    (
        "toan-dan",
        &[("showSignal", "healthy"), ("chronic", "heart"), ("birthYear", "1962")],
        10,
        1,
        Urgency::Low,
    ),
    ("nhap-canh", &[("sot", "no"), ("kho-tho", "no"), ("hasPatient", "no")], 0, 0, Urgency::Low),
    (
        "nhap-canh",
        &[("sot", "yes"), ("kho-tho", "yes"), ("resultType", "positive"), ("hasPatient", "yes")],
        100,
        5,
        Urgency::High,
    ),
    (
        "hang-ngay",
        &[("recorder", "self"), ("symptoms", "breath"), ("temperature", "38,5")],
        60,
        2,
        Urgency::High,
    ),
    ("dieu-13", &[("standing", "suspected")], 70, 2, Urgency::High),
    ("dieu-13", &[("standing", "contact")], 35, 2, Urgency::Medium),
];

#[test]
fn points_follow_the_stated_rules() {
    for (name, declared, points, reasons, urgency) in TABLE {
        let scene = Scene::new(name);
        let sent = scene.send(&fields(declared));
        let of = risk(scene.form, &sent.answers, &scene.setting());
        assert_eq!((of.score, of.reasons.len()), (*points, *reasons), "{name}: {declared:?}");
        assert_eq!(Rules::current().urgency(of.score), *urgency, "{name}: {declared:?}");
    }
}

/// Each reason speaks of questions and answers that a form has, and can be read in both languages.
#[test]
fn every_reason_is_of_a_form_and_has_words() {
    let json: serde_json::Value = serde_json::from_str(include_str!("../../data/risk.json")).unwrap();
    let mut asked = BTreeSet::new();
    for form in LIBRARY.iter() {
        for item in form.questions() {
            let codes: Vec<String> = match &item.kind {
                Kind::Boolean { .. } => vec!["yes".into(), "no".into()],
                Kind::Choice { options: Options::Listed(choices), .. } => {
                    choices.iter().map(|choice| choice.code.clone()).collect()
                }
                _ => vec![],
            };
            asked.extend(codes.into_iter().map(|code| (item.link_id.clone(), code)));
        }
    }
    for rule in json["rules"].as_array().unwrap() {
        for (item, codes) in rule["any"].as_object().into_iter().flatten() {
            for code in codes.as_array().unwrap() {
                assert!(asked.contains(&(item.clone(), code.as_str().unwrap().to_owned())), "{item} {code}");
            }
        }
    }
    for rule in &Rules::current().rules {
        let words = rule.words();
        assert!(rule.points > 0 && !words.vi.is_empty() && !words.en.is_empty());
    }
}
