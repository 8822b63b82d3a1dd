use crate::support::*;
use bluezone_forms::parameters::{Period, Switch};
use bluezone_forms::*;
use bluezone_pages::Lang;
use std::collections::BTreeMap;

#[test]
fn looking_back_14_days_became_21_in_words_and_rule() {
    let rule = |on: &str| {
        let scene = Scene::on("toan-dan", day(on));
        let setting = Setting { today: day(on), ..scene.setting() };
        let words = scene.form.item("showCountryPassing").unwrap().question(Lang::En, &setting);
        let long_ago = day(on) - chrono::Days::new(20);
        let fields = [("showSignal", "fever"), ("signalSince", &long_ago.to_string())];
        let sent = read_fields(scene.form, fields, [], &setting);
        let early = sent.problems.iter().any(|problem| problem.link_id == "signalSince");
        (words.contains("last 14 days"), words.contains("last 21 days"), early)
    };
    assert_eq!(rule("2021-05-28"), (true, false, true));
    assert_eq!(rule("2021-05-29"), (false, true, false));
    assert_eq!(rule("2026-11-25"), (false, true, false));
}

fn switch(form: &str, disease: Option<&str>, period: (&str, Option<&str>), open: bool) -> Switch {
    let period = Period { start: Some(day(period.0)), end: period.1.map(day) };
    let disease = disease.map(str::to_owned);
    Switch { form: form.into(), disease, period, open, parameters: BTreeMap::new() }
}

#[test]
fn administrators_switch_forms_by_disease_and_time() {
    let mut schedule = Schedule(vec![
        switch("nhap-canh", None, ("2026-01-01", None), false),
        switch("nhap-canh", Some("measles"), ("2026-11-01", Some("2026-11-30")), true),
    ]);
    let open = |schedule: &Schedule, form: &str, disease: &str, on: &str| {
        LIBRARY.open(form, schedule, disease, day(on)).is_some()
    };
    assert!(open(&schedule, "nhap-canh", "covid-19", "2025-12-31"));
    assert!(!open(&schedule, "nhap-canh", "covid-19", "2026-11-15"));
    assert!(open(&schedule, "nhap-canh", "measles", "2026-11-30"));
    assert!(!open(&schedule, "nhap-canh", "measles", "2026-12-01"));
    assert!(open(&schedule, "toan-dan", "covid-19", "2026-11-15"), "others are as their files say");
    schedule.0.push(switch("", None, ("2026-12-01", None), false));
    assert!(!open(&schedule, "toan-dan", "covid-19", "2026-12-01"), "all of them");

    // What is stored reads back; what is not understood is refused.
    let json = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule);
    assert!(serde_json::from_str::<Schedule>(r#"[{"period":{},"open":true,"opne":1}]"#).is_err());
}

#[test]
fn administrators_change_parameters_that_the_form_has() {
    let mut longer = switch("toan-dan", Some("mpox"), ("2026-06-01", None), true);
    longer.parameters = [("look-back".to_owned(), 28), ("unheard-of".to_owned(), 1)].into();
    let schedule = Schedule(vec![longer]);
    let of = |disease: &str, on: &str| schedule.parameters(form("toan-dan"), disease, day(on));
    assert_eq!(of("mpox", "2026-11-25")["look-back"], 28);
    assert_eq!(of("mpox", "2026-05-31")["look-back"], 21);
    assert_eq!(of("covid-19", "2026-11-25")["look-back"], 21);
    assert!(!of("mpox", "2026-11-25").contains_key("unheard-of"));
}
