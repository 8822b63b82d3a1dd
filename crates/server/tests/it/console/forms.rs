//! Forms of health declarations: opened, closed, given other numbers, added.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{OTHER_UNIT, Town, UNIT};
use crate::citizen::declare::declare_first;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bluezone_domain::id::CaseId;
use bluezone_domain::officer::Role;
use bluezone_server::declaring::Sheet;
use bluezone_store::testing;
use chrono::{Days, NaiveDate};

const NEW: &str = "/console/forms/new";
const SWITCH: &str = "/console/forms/switches/new";
const SCHOOL: &str = include_str!("../../../../forms/tests/forms/school.json");
const DISEASE: &str = "covid-19";

/// The day of [`super::town::NOW`].
fn today() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

async fn administrator(town: &Town) -> Browser {
    town.signed_in("quan.tri", Role::Administrator, UNIT).await.1
}

async fn switch(browser: &mut Browser, form: &str, typed: &[(&str, &str)]) -> Seen {
    let page = browser.get(&format!("{SWITCH}?form={form}")).await;
    browser.submit(&page, SWITCH, typed).await
}

/// Closes a form for a week.
pub async fn close(town: &Town, form: &str) {
    let mut browser = administrator(town).await;
    let seen = switch(&mut browser, form, &[("open", "closed"), ("until", "2026-11-30")]).await;
    assert_eq!(seen.to(), "/console/forms?done=switch");
}

async fn is_open(town: &Town, form: &str, day: NaiveDate) -> bool {
    town.state.forms().await.unwrap().open(form, day).is_some()
}

async fn look_back(town: &Town, day: NaiveDate) -> i64 {
    let forms = town.state.forms().await.unwrap();
    let form = forms.open("toan-dan", day).unwrap();
    forms.parameters(form, day)["look-back"]
}

/// Sends a form's file.
async fn add(browser: &mut Browser, json: &str) -> Seen {
    let page = browser.get(NEW).await;
    let token = page.form(NEW).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let part =
        |head: &str, value: &str| format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n");
    let body =
        part("name=\"csrf\"", &token) + &part("name=\"file\"; filename=\"form.json\"", json) + "--b--\r\n";
    browser.send_as("multipart/form-data; boundary=b", Method::POST, NEW, Body::from(body)).await
}

#[tokio::test]
async fn a_form_is_closed_for_a_time_and_opened_again() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    assert!(is_open(&town, "hang-ngay", today()).await);
    let seen = switch(&mut browser, "hang-ngay", &[("open", "closed"), ("until", "2026-11-30")]).await;
    assert_eq!(seen.to(), "/console/forms?done=switch");
    let last: NaiveDate = "2026-11-30".parse().unwrap();
    let open = async |day| is_open(&town, "hang-ngay", day).await;
    assert_eq!(
        (
            open(today() - Days::new(1)).await,
            open(today()).await,
            open(last).await,
            open(last + Days::new(1)).await
        ),
        (true, false, false, true)
    );
    assert!(is_open(&town, "toan-dan", today()).await, "another form");
    let page = browser.open(seen.to()).await;
    let back = page.actions().into_iter().find(|action| action.ends_with("/take-back")).unwrap();
    assert_eq!(browser.submit(&page, &back, &[]).await.to(), "/console/forms?done=back");
    assert!(open(today()).await);
    assert_eq!(
        browser.submit(&page, &back, &[]).await.status,
        StatusCode::NOT_FOUND,
        "it was taken back before"
    );
}

#[tokio::test]
async fn all_forms_are_closed_and_one_stays_open() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    switch(&mut browser, "", &[("open", "closed"), ("disease", DISEASE)]).await.to();
    switch(&mut browser, "toan-dan", &[("open", "open")]).await.to();
    let forms = town.state.forms().await.unwrap();
    let open: Vec<_> = forms
        .library
        .iter()
        .filter(|form| forms.schedule.is_open(form, DISEASE, today()))
        .map(|form| &form.name)
        .collect();
    assert_eq!(open, ["toan-dan"]);
    let daily = forms.library.open("hang-ngay", &forms.schedule, "measles", today());
    assert!(daily.is_some(), "for another disease");
}

#[tokio::test]
async fn a_form_asks_about_the_disease_it_was_switched_on_for_and_the_declaration_says_it() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    let asked = async |form: &str| {
        let sheet = Sheet::open(&town.state, form, today()).await.unwrap();
        sheet.map(|sheet| sheet.disease().to_owned())
    };
    assert_eq!(asked("toan-dan").await.as_deref(), Some(DISEASE), "the usual one");
    switch(&mut browser, "", &[("open", "open"), ("disease", "measles")]).await.to();
    let open = [("open", "open"), ("disease", "influenza"), ("number-look-back", "7")];
    switch(&mut browser, "toan-dan", &open).await.to();
    assert_eq!(asked("toan-dan").await.as_deref(), Some("influenza"), "the last that touches it");
    assert_eq!(asked("hang-ngay").await.as_deref(), Some("measles"));
    assert_eq!(look_back(&town, today()).await, 7, "and has its numbers");
    let page = browser.get("/console/forms").await;
    assert!(page.body.contains("Influenza") && page.body.contains("Measles"), "{}", page.body);

    let mut citizen = town.citizen("0900000001").await;
    declare_first(&mut citizen).await;
    let id = town.state.store.citizen_by_phone(&"0900000001".parse().unwrap()).await.unwrap().unwrap().id;
    let declared = town.state.store.declarations_of(id, 10).await.unwrap().remove(0);
    assert_eq!(declared.content.disease, "influenza");
    let mut lan = town.health_officer().await;
    let seen = lan.get(&format!("/console/declarations/{}", declared.id)).await;
    assert!(seen.body.contains("Influenza"), "{}", seen.body);

    switch(&mut browser, "toan-dan", &[("open", "closed"), ("disease", "influenza")]).await.to();
    assert_eq!(asked("toan-dan").await.as_deref(), Some("measles"), "what is closed is not asked about");
    let kept = town.state.store.declaration(declared.id).await.unwrap().unwrap();
    assert_eq!(kept.content.disease, "influenza", "as it was asked then");
}

#[tokio::test]
async fn a_declaration_about_measles_becomes_a_case_of_measles_without_codes_for_phones() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    switch(&mut browser, "", &[("open", "open"), ("disease", "measles")]).await.to();
    let mut citizen = town.citizen("0900000001").await;
    declare_first(&mut citizen).await;
    let id = town.state.store.citizen_by_phone(&"0900000001".parse().unwrap()).await.unwrap().unwrap().id;
    let declared = town.state.store.declarations_of(id, 10).await.unwrap().remove(0);
    let mut lan = town.health_officer().await;
    let page = lan.get(&format!("/console/cases/new?declaration={}", declared.id)).await;
    let seen = lan.submit(&page, "/console/cases/new", &[("reference", "S-1")]).await;
    let case = lan.open(seen.to()).await;
    let id: CaseId = seen.to().split(['/', '?']).nth(3).unwrap().parse().unwrap();
    let store = &town.state.store;
    assert_eq!(store.case(id).await.unwrap().unwrap().disease, "measles");
    assert!(
        case.body.contains("Measles") && case.body.contains("No codes for this disease"),
        "{}",
        case.body
    );
    assert!(case.body.contains("Phones have a rule for warning of COVID\u{2011}19 only"));
    let codes = format!("/console/cases/{id}/codes");
    assert!(!case.actions().contains(&codes), "none is offered");
    // Nor is one issued to whoever sends the form of another case.
    let csrf = page.form("/console/cases/new").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let fields = [("csrf", csrf.as_str()), ("kind", "link"), ("ticket", "00000000000000000000000000000000")];
    assert_eq!(lan.post(&codes, &fields).await.to(), format!("/console/cases/{id}"));
    assert_eq!(store.codes_of_case(id, town.state.now()).await.unwrap().len(), 0);
}

#[tokio::test]
async fn looking_back_is_a_number_that_changes_with_the_day() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    assert_eq!(look_back(&town, today()).await, 21);
    let typed =
        [("open", "open"), ("from", "2026-12-01"), ("until", "2026-12-31"), ("number-look-back", "14")];
    switch(&mut browser, "toan-dan", &typed).await.to();
    let days = ["2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01"].map(|day| day.parse().unwrap());
    let mut found = Vec::new();
    for day in days {
        found.push(look_back(&town, day).await);
    }
    assert_eq!(found, [21, 14, 14, 21]);
}

#[tokio::test]
async fn what_is_wrong_with_a_switch_is_named() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    for (typed, words) in [
        (&[("open", "")][..], "Choose open or closed"),
        (&[("open", "open"), ("from", "2026-12-02"), ("until", "2026-12-01")], "ends before it begins"),
        (&[("open", "open"), ("from", ""), ("until", "2026-11-22")], "over already"),
        (&[("open", "open"), ("from", "1.12.2026")], "Write a date"),
        (&[("open", "open"), ("number-look-back", "-1")], "from 0 to 3653"),
    ] {
        let seen = switch(&mut browser, "toan-dan", typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains(words), "{words}: {}", seen.body);
    }
    assert_eq!(browser.get(&format!("{SWITCH}?form=no-such")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(town.state.forms().await.unwrap().schedule.0, []);
}

#[tokio::test]
async fn a_new_form_is_a_file() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    assert!(!is_open(&town, "lop-hoc", today()).await);
    assert_eq!(add(&mut browser, SCHOOL).await.to(), "/console/forms?done=form");
    assert!(is_open(&town, "lop-hoc", today()).await);
    let page = browser.get("/console/forms/lop-hoc").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(add(&mut browser, SCHOOL).await.body.contains("raise the version"));
}

#[tokio::test]
async fn a_file_that_is_not_understood_is_refused_with_its_place() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    let strange = SCHOOL.replacen("\"linkId\"", "\"colour\": \"blue\", \"linkId\"", 1);
    for (file, words) in [(strange.as_str(), "item[0]"), ("{", "not JSON"), ("", "Choose a file")] {
        let seen = add(&mut browser, file).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains(words), "{words}: {}", seen.body);
    }
    assert!(town.state.store.form_files().await.unwrap().is_empty());
}

/// Of two servers on one database, one sees at once what was switched at the other.
#[tokio::test]
async fn every_server_goes_by_the_same_switches() {
    let database = testing::postgres().await;
    let (here, there) = (Town::on(&database).await, database.open().await);
    assert!(is_open(&here, "hang-ngay", today()).await);
    let officer = here.officer("quan.tri", Role::Administrator, OTHER_UNIT).await;
    let closed = r#"{"form":"hang-ngay","period":{"start":null,"end":null},"open":false}"#;
    let number = there.add_form_switch(closed, officer.id, here.clock_now()).await.unwrap();
    assert!(!is_open(&here, "hang-ngay", today()).await);
    there.take_back_form_switch(number, officer.id, here.clock_now()).await.unwrap();
    assert!(is_open(&here, "hang-ngay", today()).await);
}

#[tokio::test]
async fn the_pages_of_forms_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut browser = administrator(&town).await;
    switch(&mut browser, "toan-dan", &[("open", "open"), ("number-look-back", "14")]).await.to();
    for lang in ["vi", "en"] {
        for path in [
            "/console/forms?done=form",
            "/console/forms/nhap-canh",
            NEW,
            SWITCH,
            "/console/forms/switches/new?form=toan-dan",
        ] {
            let sign = if path.contains('?') { '&' } else { '?' };
            check_page(path, lang, &browser.get(&format!("{path}{sign}lang={lang}")).await);
        }
        check_page("a switch to mend", lang, &switch(&mut browser, "", &[]).await);
        check_page("a file to mend", lang, &add(&mut browser, "{").await);
    }
}
