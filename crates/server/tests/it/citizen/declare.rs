//! Declaring: first and later times, for others.

use crate::console::browser::{Browser, Seen};
use crate::console::town::{NOW, STATION, Town};
use axum::http::StatusCode;
use bluezone_domain::declaration::{SentBy, Urgency};
use bluezone_protocol::time::DAY_S;

pub(super) const PHONE: &str = "0900000001";

pub(super) const PERSON: &[(&str, &str)] = &[
    ("fullName", "TRẦN THỊ THỬ"),
    ("passport", "019185001234"),
    ("birthYear", "1985"),
    ("gender", "female"),
    ("nation", "VN"),
];
pub(super) const CHILD: &[(&str, &str)] = &[
    ("otherUser", "yes"),
    ("proxyName", "TRẦN THỊ THỬ"),
    ("proxyRelation", "mother"),
    ("proxyPhone", PHONE),
    ("fullName", "LÊ VĂN MẪU"),
    ("birthYear", "2016"),
    ("gender", "male"),
    ("nation", "VN"),
    ("guardianName", "TRẦN THỊ THỬ"),
    ("guardianRelation", "mother"),
    ("guardianPhone", PHONE),
    ("guardianConsent", "yes"),
    ("childAssent", "yes"),
];
pub(super) const HOME: &[(&str, &str)] =
    &[("provinceId", "19"), ("wardId", "05443"), ("address", "Tổ 5"), ("phone", PHONE)];
pub(super) const WELL: &[(&str, &str)] = &[
    ("showSignal", "healthy"),
    ("showCountryPassing", "no"),
    ("hasPatient", "no"),
    ("hasFromSickCountry", "no"),
    ("hasSick", "no"),
];
const ILL: &[(&str, &str)] = &[
    ("showSignal", "breath"),
    ("signalSince", "2026-11-20"),
    ("showSignalNote", "Khó thở khi nằm"),
    ("showCountryPassing", "no"),
    ("hasPatient", "yes"),
    ("hasFromSickCountry", "no"),
    ("hasSick", "no"),
];
pub(super) const AGREED: &[(&str, &str)] = &[("consent-declaration", "yes")];
/// What somebody types who declares for another and does not say so.
pub(super) fn another() -> Vec<(&'static str, &'static str)> {
    let typed = PERSON.iter().map(|(name, value)| match *name {
        "fullName" => (*name, "LÊ VĂN MẪU"),
        "birthYear" => (*name, "2001"),
        "passport" => (*name, ""),
        _ => (*name, *value),
    });
    typed.collect()
}

/// What is typed into a first declaration.
pub const FIRST: [&[(&str, &str)]; 4] = [PERSON, HOME, WELL, AGREED];

/// The first full declaration of a citizen who is signed in; answers the page that advises.
pub async fn declare_first(browser: &mut Browser) -> Seen {
    let seen = fill(browser, "/declare/toan-dan", &FIRST).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
    browser.open(seen.to()).await
}

/// The short form, on a later day.
pub async fn declare_again(browser: &mut Browser) {
    let seen = fill(browser, "/declare/khai-bao-lai", &[WELL]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
}

/// The first declaration for somebody who is not known yet.
pub async fn declare_for_child(browser: &mut Browser) {
    let seen = fill(browser, "/declare/toan-dan?for=new", &[CHILD, HOME, WELL, AGREED]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
}

pub(super) async fn fill(browser: &mut Browser, path: &str, parts: &[&[(&str, &str)]]) -> Seen {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    let action = path.split('?').next().unwrap();
    browser.submit(&page, action, &parts.concat()).await
}

/// What there is of a citizen.
pub(super) async fn declared(town: &Town, phone: &str) -> Vec<bluezone_domain::declaration::Declaration> {
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&phone.parse().unwrap()).await.unwrap().unwrap();
    store.declarations_of(citizen.id, 100).await.unwrap()
}

#[tokio::test]
async fn somebody_new_declares_and_has_their_code_without_signing_in_first() {
    let town = Town::new().await;
    town.state.store.set_unit_phone(STATION, "0208 3999 111").await.unwrap();
    let mut browser = town.browser();
    let home = browser.get("/").await;
    assert!(home.body.contains("href=\"/declare/toan-dan\""));
    // Nothing is ticked, and without the box nothing is sent.
    let page = browser.get("/declare/toan-dan").await;
    assert!(!page.body.contains(" checked"));
    let seen = browser.submit(&page, "/declare/toan-dan", &[PERSON, HOME, ILL].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("This box must be ticked to send") && seen.body.contains("TRẦN THỊ THỬ"));
    assert!(town.texts.last(&PHONE.parse().unwrap()).is_none(), "no message for what is not right");
    let seen = browser.submit(&seen, "/declare/toan-dan", &[PERSON, HOME, ILL, AGREED].concat()).await;
    assert_eq!(seen.to(), "/sign-in/code");
    let page = browser.open(seen.to()).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    let advice = browser.open(seen.to()).await;
    assert_eq!(advice.first("<h1"), "Call the health station now");
    assert!(advice.body.contains("href=\"tel:02083999111\"") && advice.body.contains("Đơn vị TN-TYT"));
    assert!(advice.body.contains("data-pass=\"/pass/codes?for="), "the code is there at once");
    assert!(advice.body.contains("Khó thở khi nằm"), "and what was declared");
    let all = declared(&town, PHONE).await;
    assert_eq!((all.len(), all[0].urgency, all[0].late), (1, Urgency::Call, false));
    assert_eq!(all[0].area.unwrap().commune.unwrap().as_str(), "05443");
    assert!(all[0].content.response.contains("\"resourceType\":\"QuestionnaireResponse\""));
    // Evidence of what was agreed to.
    let consents = town.state.store.consents_of_declaration(all[0].id).await.unwrap();
    let consent = &consents[0];
    assert_eq!((consents.len(), consent.purpose.as_str(), consent.lang.as_str()), (1, "declaration", "en"));
    let wording = bluezone_forms::consent::current("declaration").unwrap();
    assert_eq!(consent.sha256, wording.sha256(bluezone_pages::Lang::En));
}

#[tokio::test]
async fn the_second_time_asks_five_questions_on_the_first_page() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let advice = declare_first(&mut browser).await;
    assert_eq!(advice.first("<h1"), "You are well");
    assert!(browser.get("/").await.body.contains("You have declared today"));
    town.wait(DAY_S);
    let home = browser.get("/").await;
    assert!(home.body.contains("How are you today?") && !home.body.contains("consent-declaration"));
    let asked: Vec<_> = ["showSignal", "showCountryPassing", "hasPatient", "hasFromSickCountry", "hasSick"]
        .into_iter()
        .filter(|name| home.body.contains(&format!("name=\"{name}\"")))
        .collect();
    assert_eq!(asked.len(), 5);
    let seen = browser.submit(&home, "/declare/khai-bao-lai", WELL).await;
    assert_eq!(browser.open(seen.to()).await.first("<h1"), "You are well");
    let all = declared(&town, PHONE).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].content.person, all[1].content.person, "who it is about is known from the first time");
}

#[tokio::test]
async fn a_consent_that_was_taken_back_is_asked_for_again() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let given = store.consents_of(citizen.id).await.unwrap();
    store.withdraw_consent(citizen.id, &given[0].id, NOW + 1).await.unwrap();
    let seen = fill(&mut browser, "/declare/khai-bao-lai", &[WELL]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("consent-declaration"));
    let seen = browser.submit(&seen, "/declare/khai-bao-lai", &[WELL, AGREED].concat()).await;
    assert!(seen.to().starts_with("/declared/"));
}

#[tokio::test]
async fn the_same_form_sent_five_times_is_stored_once() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let page = browser.get("/declare/toan-dan").await;
    let typed = [PERSON, HOME, WELL, AGREED].concat();
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(browser.submit(&page, "/declare/toan-dan", &typed).await.to().to_owned());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "each time the same answer");
    assert_eq!(declared(&town, PHONE).await.len(), 1);
}

#[tokio::test]
async fn a_mother_declares_for_her_child() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let page = browser.get("/declare/toan-dan?for=new").await;
    assert!(page.body.contains("value=\"TRẦN THỊ THỬ\""), "who declares is known");
    let without: Vec<_> = CHILD.iter().filter(|(name, _)| *name != "guardianConsent").copied().collect();
    let seen = browser.submit(&page, "/declare/toan-dan", &[&without, HOME, WELL, AGREED].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "a child needs its guardian's yes");
    let seen = browser.submit(&page, "/declare/toan-dan", &[CHILD, HOME, WELL, AGREED].concat()).await;
    let advice = browser.open(seen.to()).await;
    assert!(advice.body.contains("LÊ VĂN MẪU"));
    // Both came at the same instant, in whatever order.
    let mut all = declared(&town, PHONE).await;
    assert_eq!(all.len(), 2);
    all.sort_by_key(|declaration| declaration.content.relation.is_none());
    assert_eq!(all[0].content.relation.as_deref(), Some("mother"));
    assert_eq!(all[1].content.relation, None);
    let SentBy::Citizen { profile: child, .. } = all[0].by else { panic!("by a citizen") };
    let SentBy::Citizen { profile: own, .. } = all[1].by else { panic!("by a citizen") };
    assert_ne!(child, own);
    // The short form for the child, and the own one is untouched.
    let path = format!("/declare/khai-bao-lai?for={child}");
    let seen = fill(&mut browser, &path, &[WELL]).await;
    assert!(seen.to().starts_with("/declared/"));
    let all = declared(&town, PHONE).await;
    let of_child = all.iter().filter(|declaration| declaration.content.person.name == "LÊ VĂN MẪU");
    assert_eq!((all.len(), of_child.count()), (3, 2));
    let list = browser.get("/declare").await;
    assert!(list.body.contains("Declare again for LÊ VĂN MẪU"));
    // Another citizen has nothing to do with them.
    let mut other = town.citizen("0900000002").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let seen = other.get(&format!("/declared/{}", all[0].id)).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_opened_for_oneself_and_filled_in_for_another_asks_their_consent() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let page = browser.get("/declare/toan-dan").await;
    assert!(!page.body.contains("consent-declaration"), "it holds");
    let seen = browser.submit(&page, "/declare/toan-dan", &[CHILD, HOME, WELL].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = browser.submit(&seen, "/declare/toan-dan", &[CHILD, HOME, WELL, AGREED].concat()).await;
    assert!(seen.to().starts_with("/declared/"));
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let names: Vec<_> = store.profiles_of(citizen.id).await.unwrap();
    let names: Vec<_> = names.iter().map(|profile| profile.person.identity.name.as_str()).collect();
    assert_eq!(names, ["TRẦN THỊ THỬ", "LÊ VĂN MẪU"]);
}

#[tokio::test]
async fn how_one_is_today_is_said_once_a_day_and_yesterday_at_most() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    assert_eq!(browser.get("/declare/hang-ngay").await.to(), "/declare/toan-dan", "who they are comes first");
    declare_first(&mut browser).await;
    let day =
        |date| vec![("date", date), ("recorder", "self"), ("symptoms", "fever"), ("temperature", "38,5")];
    let today = day("2026-11-23");
    let seen = fill(&mut browser, "/declare/hang-ngay", &[&today]).await;
    assert_eq!(browser.open(seen.to()).await.first("<h1"), "Call the health station now");
    let seen = fill(&mut browser, "/declare/hang-ngay", &[&today]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.body.contains("You have declared for this day already"));
    let seen = fill(&mut browser, "/declare/hang-ngay", &[&day("2026-11-22")]).await;
    assert!(seen.to().starts_with("/declared/"), "yesterday, for who forgot");
    for date in ["2026-11-21", "2026-11-24"] {
        let seen = fill(&mut browser, "/declare/hang-ngay", &[&day(date)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{date}");
    }
}
