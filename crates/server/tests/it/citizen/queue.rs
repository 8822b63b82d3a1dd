//! What was filled in without a connection, sent when there is one.

use super::declare::{AGREED, HOME, PERSON, PHONE, WELL, another, declare_first, declared};
use crate::console::browser::Browser;
use crate::console::town::{NOW, Town};
use axum::http::StatusCode;
use std::collections::BTreeMap;

/// Of three days ago.
const DAY: [(&str, &str); 3] = [("date", "2026-11-20"), ("recorder", "self"), ("symptoms", "healthy")];

#[tokio::test]
async fn a_queue_sent_five_times_is_stored_once() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let page = browser.get("/declare/toan-dan").await;
    let hidden: BTreeMap<_, _> = page.form("/declare/toan-dan").into_iter().collect();
    let queued = |key: &str, form: &str, parts: &[&[(&str, &str)]]| {
        serde_json::json!({
            "key": key, "form": form, "authored_at": NOW.0 - 3600, "lang": "vi", "fields": parts.concat(),
        })
    };
    let queue = serde_json::json!([
        queued("a", "toan-dan", &[PERSON, HOME, WELL, AGREED]),
        queued("b", "khai-bao-lai", &[WELL]),
        queued("c", "khai-bao-lai", &[&WELL[1..]]),
        queued("d", "no-such-form", &[]),
        // Three days without a connection: held against the day on which it was filled in.
        serde_json::json!({
            "key": "e", "form": "hang-ngay", "authored_at": NOW.0 - 3 * 86_400, "lang": "vi", "fields": DAY,
        }),
        queued("f", "hang-ngay", &[&DAY]),
    ]);
    let (queue, csrf, account) = (queue.to_string(), hidden["csrf"].clone(), hidden["account"].clone());
    let send = async |browser: &mut Browser, csrf: &str, account: &str, queue: &str| {
        let fields = [("csrf", csrf), ("account", account), ("queue", queue)];
        browser.post("/declare/queue", &fields).await
    };
    for _ in 0..5 {
        let seen = send(&mut browser, &csrf, &account, &queue).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        let answers: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        let outcomes: Vec<_> = (0..6).map(|at| answers[at]["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["stored", "stored", "wrong", "closed", "stored", "wrong"]);
        let why = answers[2]["why"][0].as_str().unwrap();
        assert!(why.ends_with(": Hãy trả lời câu này"), "in the language of its form: {why}");
    }
    let all = declared(&town, PHONE).await;
    let late: Vec<_> =
        all.iter().filter(|declaration| declaration.late).map(|late| late.day.to_string()).collect();
    assert_eq!(late, ["2026-11-20"], "how one was, said days later: the day is the phone's word");
    let mut authored: Vec<_> = all.iter().map(|declaration| declaration.authored_at).collect();
    authored.sort();
    assert_eq!(authored, [NOW + -3 * 86_400, NOW + -3600, NOW + -3600]);
    for wrong in ["", "{}", "[{}]"] {
        let seen = send(&mut browser, &csrf, &account, wrong).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(send(&mut browser, "", &account, &queue).await.status, StatusCode::FORBIDDEN);
    // On a shared phone: what one account left goes out as no other.
    let mut other = town.citizen("0900000002").await;
    let hidden: BTreeMap<_, _> =
        other.get("/declare/toan-dan").await.form("/declare/toan-dan").into_iter().collect();
    assert!(hidden["account"] != account && !account.contains("900000001"));
    for of in [&account, ""] {
        let seen = send(&mut other, &hidden["csrf"], of, &queue).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(declared(&town, "0900000002").await.len(), 0);
    assert_eq!(send(&mut other, &hidden["csrf"], &hidden["account"], &queue).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_declaration_that_tells_of_somebody_else_waits_for_a_word() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let page = browser.get("/declare/toan-dan").await;
    let hidden: BTreeMap<_, _> = page.form("/declare/toan-dan").into_iter().collect();
    let child = another();
    let send = async |browser: &mut Browser, more: &[(&str, &str)]| {
        let fields = [child.as_slice(), HOME, WELL, more].concat();
        let queue = serde_json::json!([{
            "key": "a", "form": "toan-dan", "authored_at": NOW.0, "lang": "vi", "fields": fields,
        }]);
        let fields = [
            ("csrf", hidden["csrf"].as_str()),
            ("account", &hidden["account"]),
            ("queue", &queue.to_string()),
        ];
        let seen = browser.post("/declare/queue", &fields).await;
        let answers: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        (answers[0]["outcome"].as_str().unwrap().to_owned(), answers[0]["why"][0].to_string())
    };
    // Its answers stay with the phone, to be opened and said.
    let (outcome, why) = send(&mut browser, &[]).await;
    assert_eq!(outcome, "wrong");
    assert!(why.contains("Tờ khai này là của ai?"), "{why}");
    assert_eq!(declared(&town, PHONE).await.len(), 1);
    // Said before the network went away, it is not asked again.
    assert_eq!(send(&mut browser, &[("meant-person", "same")]).await.0, "stored");
}

/// A form empties what it showed; what was learned since the phone took it stays.
#[tokio::test]
async fn a_form_that_waited_empties_only_what_it_showed() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let old: BTreeMap<_, _> =
        browser.get("/declare/toan-dan").await.form("/declare/toan-dan").into_iter().collect();
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let mut own = store.profiles_of(citizen.id).await.unwrap().remove(0);
    own.person.insurance = "GD4191912345678".to_owned();
    own.updated_at = NOW + 60;
    store.put_profile(&own, &mut *town.state.rng()).await.unwrap();
    let new: BTreeMap<_, _> =
        browser.get("/declare/toan-dan").await.form("/declare/toan-dan").into_iter().collect();
    for (key, form, left) in [("a", &old, "GD4191912345678"), ("b", &new, "")] {
        let emptied = [("healthInsuranceIdCard", ""), ("known-as", form["known-as"].as_str())];
        let fields = [PERSON, HOME, WELL, &emptied].concat();
        let queue = serde_json::json!([{
            "key": key, "form": "toan-dan", "authored_at": NOW.0, "lang": "vi",
            "fields": fields,
        }]);
        let fields =
            [("csrf", form["csrf"].as_str()), ("account", &form["account"]), ("queue", &queue.to_string())];
        let seen = browser.post("/declare/queue", &fields).await;
        assert!(seen.body.contains("\"stored\""), "{}", seen.body);
        assert_eq!(store.profiles_of(citizen.id).await.unwrap()[0].person.insurance, left, "{key}");
    }
}
