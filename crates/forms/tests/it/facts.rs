//! What the forms must ask, by the published forms they follow; written down here apart from the files.

use crate::support::*;
use bluezone_forms::*;
use bluezone_pages::Lang;

/// (form, item, required, codes of its choices or what else it is)
const FACTS: &[(&str, &str, bool, &str)] = &[
    ("toan-dan", "otherUser", false, "tick"),
    ("toan-dan", "fullName", true, "text 255"),
    ("toan-dan", "passport", false, "text 20 [a-zA-Z0-9]*"),
    ("toan-dan", "healthInsuranceIdCard", false, "text 8-17 [a-zA-Z0-9]*"),
    ("toan-dan", "birthYear", true, "integer 1900..2026"),
    ("toan-dan", "gender", true, "male female other"),
    ("toan-dan", "nation", true, "set"),
    ("toan-dan", "provinceId", true, "set"),
    ("toan-dan", "wardId", true, "set of provinceId"),
    ("toan-dan", "address", true, "text 255"),
    ("toan-dan", "showCountryPassing", true, "yes no"),
    ("toan-dan", "countryPassing", true, "text 1000"),
    ("toan-dan", "showSignal", true, "fever cough breath pneumonia sore-throat fatigue healthy!"),
    ("toan-dan", "showSignalNote", true, "text 1000"),
    ("toan-dan", "hasPatient", true, "yes no"),
    ("toan-dan", "hasFromSickCountry", true, "yes no"),
    ("toan-dan", "hasSick", true, "yes no"),
    (
        "toan-dan",
        "chronic",
        false,
        "chronic-liver chronic-blood chronic-lung chronic-kidney heart blood-pressure hiv transplant diabetes cancer \
         pregnant none!",
    ),
    ("di-chuyen-noi-dia", "vehicle", true, "airplane train car waterway personal"),
    ("di-chuyen-noi-dia", "seat", false, "text 10"),
    ("di-chuyen-noi-dia", "startTime", true, "date 2026-11-04..2026-12-25"),
    ("nhap-canh", "object", true, "expert vietnamese student other"),
    ("nhap-canh", "transport", true, "air ship car other-transport"),
    ("nhap-canh", "passport", true, "text 20 [a-zA-Z0-9]*"),
    ("nhap-canh", "entryDate", true, "date 2026-11-25..2026-12-02"),
    ("nhap-canh", "countriesPassed", true, "text 1000"),
    ("nhap-canh", "sot", true, "yes no"),
    ("nhap-canh", "ho", true, "yes no"),
    ("nhap-canh", "kho-tho", true, "yes no"),
    ("nhap-canh", "dau-hong", true, "yes no"),
    ("nhap-canh", "non-buon-non", true, "yes no"),
    ("nhap-canh", "tieu-chay", true, "yes no"),
    ("nhap-canh", "xuat-huyet", true, "yes no"),
    ("nhap-canh", "noi-ban", true, "yes no"),
    ("nhap-canh", "hasAnimal", true, "yes no"),
    ("nhap-canh", "hasPatient", true, "yes no"),
    ("nhap-canh", "quarantineSite", true, "central chosen other-site"),
    ("nhap-canh", "testProof", false, "file"),
    ("hang-ngay", "date", true, "date 2026-11-24..2026-11-25"),
    ("hang-ngay", "symptoms", true, "fever cough breath sore-throat runny-nose fatigue healthy!"),
    ("hang-ngay", "temperature", false, "decimal 34..43"),
    ("phan-anh", "category", true, "sick knows-contact border crowd other"),
    ("phan-anh", "description", true, "text 10-1000"),
    ("phan-anh", "wardId", true, "set of provinceId"),
    ("phan-anh", "anonymous", true, "yes no"),
    ("phan-anh", "reporterPhone", false, r"text 20 \+?[0-9]([ .-]?[0-9]){8,14}"),
    ("dieu-13", "standing", true, "ill suspected carrier contact none"),
    ("dieu-13", "hasPatient", true, "yes no"),
    ("dieu-13", "showCountryPassing", true, "yes no"),
    ("dieu-13", "otherInformation", false, "text 1000"),
];

fn told(item: &Item, setting: &Setting) -> String {
    match &item.kind {
        Kind::Group | Kind::Display => String::new(),
        Kind::Boolean { tick } => if *tick { "tick" } else { "yes no" }.into(),
        Kind::Integer { range } | Kind::Decimal { range, .. } => {
            let name = if matches!(item.kind, Kind::Integer { .. }) { "integer" } else { "decimal" };
            let end = |limit: &Option<limit::Limit>| {
                limit.as_ref().and_then(|limit| limit.number(setting)).unwrap()
            };
            format!("{name} {}..{}", end(&range.min), end(&range.max))
        }
        Kind::Date { range } => {
            let end =
                |limit: &Option<limit::Limit>| limit.as_ref().and_then(|limit| limit.date(setting)).unwrap();
            format!("date {}..{}", end(&range.min), end(&range.max))
        }
        Kind::Text { least, most, pattern, .. } => {
            let least = if *least > 0 { format!("{least}-") } else { String::new() };
            let pattern = pattern.as_ref().map(|pattern| format!(" {}", pattern.source)).unwrap_or_default();
            format!("text {least}{most}{pattern}")
        }
        Kind::Choice { options: Options::Set { of, .. }, .. } => {
            of.as_ref().map_or("set".into(), |of| format!("set of {of}"))
        }
        Kind::Choice { options: Options::Listed(choices), .. } => {
            let code =
                |choice: &Choice| format!("{}{}", choice.code, if choice.exclusive { "!" } else { "" });
            choices.iter().map(code).collect::<Vec<_>>().join(" ")
        }
        Kind::Attachment { .. } => "file".into(),
    }
}

#[test]
fn the_forms_ask_what_the_published_forms_ask() {
    for (name, link_id, required, expected) in FACTS {
        let scene = Scene::new(name);
        let item = scene.form.item(link_id).unwrap_or_else(|| panic!("{name} has no {link_id}"));
        assert_eq!(
            (item.required, told(item, &scene.setting()).as_str()),
            (*required, *expected),
            "{name}: {link_id}"
        );
    }
}

#[test]
fn declaring_again_asks_five_questions_of_the_first_form() {
    let (again, first) = (form("khai-bao-lai"), form("toan-dan"));
    assert_eq!(again.derived_from.as_deref(), Some(first.canonical().as_str()));
    let always = again.questions().into_iter().filter(|item| item.enable.conditions.is_empty()).count();
    assert_eq!(always, 5);
    let scene = Scene::new("toan-dan");
    for item in again.questions() {
        let same = first.item(&item.link_id).unwrap();
        assert_eq!(told(item, &scene.setting()), told(same, &scene.setting()));
        assert_eq!((item.required, &item.enable, &item.text), (same.required, &same.enable, &same.text));
    }
}

#[test]
fn nothing_asks_for_a_position_or_is_ticked_beforehand() {
    for form in LIBRARY.iter() {
        for item in form.questions() {
            assert!(
                !["lat", "lng", "gps", "latitude", "longitude"]
                    .contains(&item.link_id.to_lowercase().as_str())
            );
            // A country is filled in; nothing else is.
            let only_country =
                item.initial.is_empty() || ["nation", "toCountry"].contains(&item.link_id.as_str());
            assert!(only_country, "{}: {}", form.name, item.link_id);
        }
    }
}

#[test]
fn every_question_has_its_words_in_both_languages() {
    for form in LIBRARY.iter() {
        let scene = Scene::new(&form.name);
        for item in form.questions() {
            let [vi, en] = Lang::ALL.map(|lang| item.question(lang, &scene.setting()));
            assert!(!vi.is_empty() && !en.is_empty() && !vi.contains('{') && !en.contains('{'), "{vi} {en}");
            assert!(vi != en || vi == "Email", "{}: {vi}", form.name);
        }
    }
}

#[test]
fn there_are_249_countries_and_vietnam_is_the_first() {
    let countries = value_set::BuiltIn.choices(value_set::COUNTRIES, None).unwrap();
    assert_eq!((countries.len(), countries[0].code.as_str()), (249, "VN"));
    assert!(countries.iter().all(|country| country.code.len() == 2));
    let japan = countries.iter().find(|country| country.code == "JP").unwrap();
    assert_eq!((japan.words.vi.as_str(), japan.words.en.as_str()), ("Nhật Bản", "Japan"));
}
