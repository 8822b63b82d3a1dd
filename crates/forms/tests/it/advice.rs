use crate::support::*;
use bluezone_forms::advice::Level::{self, Call, Watch, Well};
use bluezone_forms::*;
use bluezone_pages::Lang;

type Declared = &'static [(&'static str, &'static str)];

/// (form, what was declared, level, how many reasons)
const TABLE: &[(&str, Declared, Level, usize)] = &[
    ("khai-bao-lai", &[("showSignal", "healthy"), ("hasPatient", "no")], Well, 0),
    ("khai-bao-lai", &[("showSignal", "cough")], Watch, 1),
    ("khai-bao-lai", &[("showSignal", "healthy"), ("hasPatient", "yes")], Watch, 1),
    (
        "khai-bao-lai",
        &[("showSignal", "healthy"), ("hasSick", "yes"), ("hasFromSickCountry", "yes")],
        Watch,
        2,
    ),
    ("khai-bao-lai", &[("showSignal", "cough"), ("hasPatient", "yes")], Call, 1),
    ("khai-bao-lai", &[("showSignal", "breath")], Call, 1),
    ("toan-dan", &[("showSignal", "pneumonia")], Call, 1),
    ("di-chuyen-noi-dia", &[("showSignal", "fever")], Watch, 1),
    ("nhap-canh", &[("sot", "no"), ("hasAnimal", "no")], Well, 0),
    ("nhap-canh", &[("noi-ban", "yes")], Call, 1),
    ("nhap-canh", &[("hasAnimal", "yes")], Watch, 1),
    ("nhap-canh", &[("resultType", "positive"), ("hasPatient", "yes")], Call, 2),
    ("hang-ngay", &[("recorder", "self"), ("symptoms", "healthy")], Well, 0),
    ("hang-ngay", &[("recorder", "self"), ("temperature", "37,4")], Well, 0),
    ("hang-ngay", &[("recorder", "self"), ("temperature", "37,5")], Watch, 1),
    ("hang-ngay", &[("recorder", "self"), ("temperature", "37.9")], Watch, 1),
    ("hang-ngay", &[("recorder", "self"), ("temperature", "38")], Call, 1),
    ("hang-ngay", &[("recorder", "self"), ("symptoms", "breath"), ("temperature", "38,5")], Call, 2),
    ("hang-ngay", &[("recorder", "observer"), ("present", "no")], Call, 1),
    // A question that does not apply counts for nothing.
    ("hang-ngay", &[("recorder", "self"), ("present", "no")], Well, 0),
    ("phan-anh", &[("category", "sick"), ("about", "me")], Call, 1),
    ("phan-anh", &[("category", "sick"), ("about", "someone")], Well, 0),
    ("dieu-13", &[("standing", "carrier")], Call, 1),
    ("dieu-13", &[("standing", "contact")], Watch, 1),
    ("dieu-13", &[("standing", "none"), ("showSignal", "fatigue")], Watch, 1),
];

#[test]
fn advice_follows_the_stated_rules() {
    for (name, declared, level, reasons) in TABLE {
        let scene = Scene::new(name);
        let sent = scene.send(&fields(declared));
        let setting = scene.setting();
        let advice = advise(scene.form, &sent.answers, &setting);
        assert_eq!((advice.level, advice.reasons.len()), (*level, *reasons), "{name}: {declared:?}");
        for lang in Lang::ALL {
            assert!(advice.reasons.iter().all(|reason| !reason.fill(lang, setting.parameters).contains('{')));
        }
    }
}

#[test]
fn every_level_says_what_to_do_and_whom_to_call() {
    for level in Level::ALL {
        assert_eq!(level.as_str().parse(), Ok(level));
        for lang in Lang::ALL {
            let values = [("station", "Trạm y tế phường"), ("phone", "0208 385 5245")];
            let words = level.what_to_do().fill(lang, &values);
            assert_eq!(words.contains("0208 385 5245"), level == Call, "{words}");
        }
    }
    assert!("ok".parse::<Level>().is_err());
}
