//! The controller's page: people's codes, those without one, and scans that were kept while there was no connection.

use super::places::{GUARD, OWNER, VISITOR, register};
use crate::console::browser::{Browser, Seen};
use crate::console::town::{NOW, Town};
use axum::http::StatusCode;
use bluezone_codes::pass;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::person::Identity;
use bluezone_domain::place::PlaceCode;
use bluezone_domain::visit::{Entry, Visit, Visitor};
use bluezone_protocol::time::{DAY_S, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HOUR: i64 = 3600;
const CARD: &str = "019185001234||Lê Văn Mẫu|23111985|Nam|Hẻm Canary|15042021";
const NATIONAL: &str = "******001235|LE THI CANARY|1990-**-**|0|162979388586171100|<2<<";
const INSURANCE: &str = "1912345678|5068e1baa16d205468e1bb8b204de1baab75|1985|2|-|19 - 001|01/01/2026|-|31/12/2026|1|-|4|01/10/2027|0-1|4|-|$";

/// Sends events as the page's script does.
async fn events(browser: &mut Browser, code: &str, events: &Value) -> Seen {
    let token = browser.get("/").await.form("/sign-out");
    let path = format!("/places/{code}/control/events");
    browser.submit_form(token, &path, &[("events", &events.to_string())]).await
}

fn event(number: usize, at: Timestamp, way: &str, scanned: &str) -> Value {
    json!({ "id": format!("{number:032x}"), "at": at.0, "way": way, "who": { "code": scanned } })
}

async fn told(browser: &mut Browser, code: &str, event: Value) -> Value {
    let seen = events(browser, code, &json!([event])).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    serde_json::from_str::<Vec<Value>>(&seen.body).unwrap().remove(0)
}

/// The visitor's own profile, with a name.
async fn visitor(town: &Town) -> Profile {
    let mut browser = town.citizen(VISITOR).await;
    let mut owner = town.citizen("0987000111").await;
    // Whoever opens a place's page has a profile.
    let other = register(&mut owner, &[("name", "Quán Canary")]).await;
    browser.get(&format!("/p/{other}")).await;
    let citizen = town.state.store.citizen_by_phone(&VISITOR.parse().unwrap()).await.unwrap().unwrap();
    let profile = town.state.store.profiles_of(citizen.id).await.unwrap().remove(0);
    let identity = Identity {
        name: "Nguyễn Văn An".to_owned(),
        birth: "1985".parse().ok(),
        phone: Some(citizen.phone),
        ..Identity::default()
    };
    let named = Profile { person: ProfilePerson { identity, ..profile.person }, ..profile };
    town.state.store.put_profile(&named, &mut *town.state.rng()).await.unwrap();
    named
}

fn live(town: &Town, profile: &Profile, at: Timestamp) -> String {
    pass::live(&town.state.secrets.code_keys(), profile.card, at)
}

async fn kept(town: &Town, code: &str) -> Vec<Visit> {
    let code: PlaceCode = code.parse().unwrap();
    town.state.store.visits_overlapping(code, NOW - 2 * DAY_S, NOW + 2 * DAY_S, 0).await.unwrap()
}

#[tokio::test]
async fn every_kind_of_code_lets_its_owner_in_and_out() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let profile = visitor(&town).await;
    let pass = live(&town, &profile, NOW);
    for (number, (scanned, name, more)) in [
        (pass.as_str(), "N. V. An", "born 1985"),
        (CARD, "L. V. Mẫu", "male, born 1985"),
        (NATIONAL, "L. T. CANARY", "female, born 1990"),
        (INSURANCE, "P. T. Mẫu", "female, born 1985"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = told(&mut owner, &code, event(number, NOW, "in", scanned)).await;
        assert_eq!(
            (&answer["title"], &answer["name"], &answer["more"]),
            (&json!("In at 10:00"), &json!(name), &json!(more))
        );
        assert_eq!(answer["note"], "Has not declared health in the last 21 days");
        let keys: BTreeSet<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["id", "more", "name", "note", "title", "tone"]), "and nothing else");
        let again = told(&mut owner, &code, event(100 + number, NOW + 60, "in", scanned)).await;
        assert_eq!(again["title"], "Inside already");
    }
    town.wait(HOUR);
    let pass = live(&town, &profile, NOW + HOUR);
    for (number, scanned) in [pass.as_str(), CARD, NATIONAL, INSURANCE].into_iter().enumerate() {
        let answer = told(&mut owner, &code, event(200 + number, NOW + HOUR, "out", scanned)).await;
        assert_eq!(answer["title"], "Out at 11:00", "{number}");
    }
    let visits = kept(&town, &code).await;
    let entries: Vec<_> = visits.iter().map(|visit| visit.entry).collect();
    for entry in [Entry::Pass, Entry::National, Entry::IdentityCard, Entry::InsuranceCard] {
        assert!(entries.contains(&entry), "{entry:?}");
    }
    assert_eq!(visits.len(), 4);
    let page = owner.get(&format!("/places/{code}/log")).await;
    assert!(
        page.body.contains("N. V. An")
            && !page.body.contains("Nguyễn Văn An")
            && !page.body.contains("019185001234")
    );
    let file = owner.get(&format!("/places/{code}/log.csv")).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("2026-11-23.csv"));
    assert_eq!(file.body.lines().count(), 5);
    assert!(file.body.contains("L. V. Mẫu,male,1985,10:00,11:00,identity card scanned"), "{}", file.body);
}

#[tokio::test]
async fn what_is_no_living_code_of_a_person_is_refused_with_words() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let profile = visitor(&town).await;
    let public = town.state.config.public_url.clone();
    let old = live(&town, &profile, NOW - HOUR);
    let early = live(&town, &profile, NOW + HOUR);
    for (scanned, words) in [
        ("hello", "no code of a person"),
        ("BZ1:0000", "no code of a person"),
        (format!("{public}/p/{code}").as_str(), "place's code"),
        (old.as_str(), "The code is over"),
        (early.as_str(), "not valid yet"),
    ] {
        let answer = told(&mut owner, &code, event(1, NOW, "in", scanned)).await;
        assert_eq!(answer["tone"], "bad", "{scanned}");
        assert!(answer["note"].as_str().unwrap().contains(words), "{scanned}: {answer}");
    }
    // Scanned in time, and sent later.
    assert_eq!(told(&mut owner, &code, event(2, NOW - HOUR, "in", &old)).await["tone"], "caution");
    let replaced = live(&town, &profile, NOW);
    let card = pass::open(&town.state.secrets.code_keys(), &replaced, NOW).unwrap().card;
    assert_eq!(card, profile.card);
    let new = bluezone_codes::pass::CardId([9; 16]);
    town.state.store.replace_card(profile.id, new, NOW).await.unwrap();
    let answer = told(&mut owner, &code, event(3, NOW, "in", &replaced)).await;
    assert!(answer["note"].as_str().unwrap().contains("has replaced this code"));
    for (at, words) in [(NOW + 121, "has not come yet"), (NOW - 21 * DAY_S - 1, "too long ago")] {
        let answer = told(&mut owner, &code, event(4, at, "in", CARD)).await;
        assert!(answer["note"].as_str().unwrap().contains(words), "{answer}");
    }
    for broken in [
        json!({}),
        json!([{}]),
        json!([event(1, NOW, "up", CARD)]),
        json!(vec![event(1, NOW, "in", CARD); 51]),
    ] {
        assert_eq!(events(&mut owner, &code, &broken).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(kept(&town, &code).await.len(), 1);
}

#[tokio::test]
async fn a_hundred_scans_without_a_connection_arrive_in_order_and_once() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let page = owner.get(&format!("/places/{code}/delegates")).await;
    owner.submit(&page, &format!("/places/{code}/delegates"), &[("phone", GUARD)]).await;
    let mut guard = town.citizen(GUARD).await;
    town.wait(6 * HOUR);
    // Two scans a minute; every tenth is somebody leaving who came nine before.
    let card = |number: usize| CARD.replace("001234", &format!("{number:06}"));
    let mut all = Vec::new();
    for number in 0..100 {
        let at = NOW + 30 * number as i64;
        all.push(match number % 10 {
            9 => event(number, at, "out", &card(number - 9)),
            _ => event(number, at, "in", &card(number)),
        });
    }
    for round in 0..5 {
        for batch in all.chunks(20) {
            let seen = events(&mut guard, &code, &json!(batch)).await;
            assert_eq!(seen.status, StatusCode::OK);
            let answers: Vec<Value> = serde_json::from_str(&seen.body).unwrap();
            let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
            assert_eq!(ids, batch.iter().map(|event| event["id"].clone()).collect::<Vec<_>>());
            assert!(answers.iter().all(|answer| answer["tone"] == "caution"), "round {round}: {answers:?}");
        }
    }
    let visits = kept(&town, &code).await;
    assert_eq!(visits.len(), 90);
    assert!(visits.is_sorted_by_key(|visit| visit.stay.from));
    assert_eq!(visits.iter().filter(|visit| visit.stay.ending.was_told()).count(), 10);
    assert!(
        visits.iter().all(|visit| visit.details.controller.is_some() && visit.recorded_at == NOW + 6 * HOUR)
    );
    // Revoked meanwhile: what is still to be sent is not taken.
    let page = owner.get(&format!("/places/{code}/delegates")).await;
    owner.submit(&page, &format!("/places/{code}/delegates/remove"), &[]).await;
    assert_eq!(events(&mut guard, &code, &json!([])).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_script_a_form_does_the_same() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let control = format!("/places/{code}/control");
    let page = owner.get(&control).await;
    let seen = owner.submit(&page, &control, &[("code", CARD)]).await;
    assert!(seen.body.contains("In at 10:00") && seen.body.contains("L. V. Mẫu"));
    let seen = owner.submit(&seen, &control, &[("code", ""), ("name", "Trần Thị Thử")]).await;
    assert!(seen.body.contains("A name is needed, and a telephone number or an address"));
    assert!(seen.body.contains("Trần Thị Thử"), "what was typed is still there");
    let typed = [("name", "Trần Thị Thử"), ("birth", "1970"), ("gender", "female"), ("phone", "0912345678")];
    let seen = owner.submit(&seen, &control, &typed).await;
    assert!(seen.body.contains("T. T. Thử") && !seen.body.contains("Trần Thị Thử"));
    // The same form sent again.
    owner.submit(&page, &control, &[("code", CARD)]).await;
    assert_eq!(kept(&town, &code).await.len(), 2);
    let seen = owner.submit(&page, &control, &[("code", CARD), ("way", "out")]).await;
    assert!(seen.body.contains("Out at 10:00"));
    let page = owner.get(&format!("/places/{code}")).await;
    assert!(page.body.contains("Inside now, of 2"));
}

#[tokio::test]
async fn a_telephone_lets_in_who_reads_the_code_that_came() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let profile = visitor(&town).await;
    let (control, phone) = (format!("/places/{code}/control"), format!("/places/{code}/control/phone"));
    let confirm = format!("{phone}/code");
    let page = owner.get(&control).await;
    let wrong = owner.submit(&page, &phone, &[("number", "12")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let known = owner.submit(&page, &phone, &[("number", VISITOR)]).await;
    let digits = town.code(VISITOR);
    let text = town.texts.last(&VISITOR.parse().unwrap()).unwrap();
    assert!(text.contains("Read it only to the staff") && text.contains("signs nobody in"), "{text}");
    assert!(!text.contains('@'), "no browser fills it in: {text}");
    let bad = if digits == "000000" { "000001" } else { "000000" };
    let seen = owner.submit(&known, &confirm, &[("code", bad), ("name", "Nguyễn Văn An")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("The code is wrong or over") && kept(&town, &code).await.is_empty());
    let seen = owner.submit(&seen, &confirm, &[("code", &digits), ("name", "Nguyễn Văn An")]).await;
    assert!(seen.body.contains("N. V. An"), "{}", seen.body);
    let visits = kept(&town, &code).await;
    assert_eq!((visits[0].entry, &visits[0].details.visitor), (Entry::Phone, &Visitor::Profile(profile.id)));
}

/// Whether a number has an account, and whether its owner has declared or is inside already, is not the controller's to know.
#[tokio::test]
async fn a_look_up_by_telephone_answers_the_same_for_everybody() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let mut browser = town.citizen(VISITOR).await;
    super::declare::declare_first(&mut browser).await;
    let (control, phone) = (format!("/places/{code}/control"), format!("/places/{code}/control/phone"));
    let confirm = format!("{phone}/code");
    let page = owner.get(&control).await;
    let mut answers = Vec::new();
    // Known, inside already, never seen.
    for number in [VISITOR, VISITOR, "0912000111"] {
        let asked = owner.submit(&page, &phone, &[("number", number)]).await;
        let digits = town.code(number);
        let nameless = owner.submit(&asked, &confirm, &[("code", &digits)]).await;
        let confirmed = owner.submit(&asked, &confirm, &[("code", &digits), ("name", "Trần Thị Bình")]).await;
        let words = |seen: &Seen| {
            let from = seen.body.find("<main").unwrap();
            let text = seen.body[from..].split('<').map(|part| part.split('>').next_back().unwrap());
            // How many are inside is counted, not who.
            text.filter(|text| !text.bytes().all(|b| b.is_ascii_digit())).collect::<Vec<_>>().join("|")
        };
        assert!(confirmed.body.contains("T. T. Bình") && confirmed.body.contains("The number is confirmed"));
        answers.push([
            nameless.status.to_string(),
            words(&nameless),
            confirmed.status.to_string(),
            words(&confirmed),
        ]);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    let visits = kept(&town, &code).await;
    assert_eq!(visits.len(), 2);
    assert!(visits.iter().all(|visit| visit.entry == Entry::Phone));
    let profiles = visits.iter().filter(|visit| matches!(visit.details.visitor, Visitor::Profile(_)));
    assert_eq!(profiles.count(), 1, "who has an account is warned there");
    let log = owner.get(&format!("/places/{code}/log.csv")).await;
    let lines: Vec<_> = log.body.lines().skip(1).collect();
    assert!(lines.len() == 2 && lines[0] == lines[1], "{lines:?}");
}
