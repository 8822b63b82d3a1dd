//! One's own code: live, on paper, in the national format, and anew.

use super::declare::{declare_first, declare_for_child};
use super::places::register;
use crate::console::town::Town;
use axum::http::StatusCode;
use bluezone_codes::national::National;
use bluezone_codes::pass::{self, Kind, Refused};
use bluezone_domain::citizen::Profile;
use bluezone_pages::qr::{modules, qr};
use bluezone_protocol::time::DAY_S;

const PHONE: &str = "0900000001";

async fn own(town: &Town) -> Profile {
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    store.profiles_of(citizen.id).await.unwrap().remove(0)
}

#[tokio::test]
async fn the_live_code_is_the_one_of_now_and_the_next_are_handed_out() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    assert!(browser.get("/pass").await.body.contains("No code yet"));
    declare_first(&mut browser).await;
    let profile = own(&town).await;
    let keys = town.state.secrets.code_keys();
    let code = pass::live(&keys, profile.card, town.state.now());
    let drawn = qr(&code, "Personal QR code, to be scanned where you go").unwrap().into_string();
    let page = browser.get("/pass").await;
    assert!(page.body.contains(&drawn) && page.body.contains("10:00"), "beside its clock");
    assert!(
        page.body.contains("http-equiv=\"refresh\" content=\"60\""),
        "without a script it is loaded again"
    );
    town.wait(300);
    let page = browser.get("/pass").await;
    assert!(!page.body.contains(&drawn), "five minutes later another one");
    let json = browser.get(&format!("/pass/codes?for={}", profile.id)).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(json["codes"].as_array().unwrap().len(), 144, "twelve hours");
    let later = town.state.now() + 3600;
    let (side, dark) = modules(&pass::live(&keys, profile.card, later)).unwrap();
    assert_eq!(json["codes"][12]["modules"], dark);
    assert_eq!(json["codes"][12]["side"], side);
    // Yesterday's is over.
    assert_eq!(pass::open(&keys, &code, town.state.now() + DAY_S), Err(Refused::Over));
    let page = browser.get("/pass?hide=1").await;
    assert!(!page.body.contains("data-pass") && page.body.contains("The code is hidden"));
}

#[tokio::test]
async fn a_printed_code_lasts_and_dies_with_its_card() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let before = own(&town).await;
    let page = browser.get("/pass/print").await;
    assert!(page.body.contains("pass-paper") && page.body.contains("TRẦN THỊ THỬ"));
    let keys = town.state.secrets.code_keys();
    let from = town.state.now().day_start();
    let printed = pass::printed(&keys, before.card, from, from + 90 * DAY_S);
    let opened = pass::open(&keys, &printed, town.state.now() + 80 * DAY_S).unwrap();
    assert_eq!((opened.kind, opened.card), (Kind::Printed, before.card));
    assert!(page.body.contains(&qr(&printed, "Personal QR code on paper").unwrap().into_string()));
    let page = browser.get("/pass").await;
    let seen = browser.submit(&page, "/pass/renew", &[]).await;
    assert!(browser.open(seen.to()).await.body.contains("You have a new code"));
    let after = own(&town).await;
    assert_ne!(after.card, before.card);
    assert_eq!(town.state.store.profile_by_card(before.card).await.unwrap(), None);
}

#[tokio::test]
async fn the_national_format_is_masked_unless_its_owner_unmasks_it() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let profile = own(&town).await;
    let masked = |text: &str| qr(text, "QR code in the national format").unwrap().into_string();
    let page = browser.get("/pass/national").await;
    let full = browser.get(&format!("/pass/national?for={}&full=1", profile.id)).await;
    let text = |paper: &str, qid: &str| format!("{paper}|TRAN THI THU|1985-**-**|0|{qid}|<2<<");
    let qid = format!("{:018}", u128::from_be_bytes(*profile.id.as_bytes()) % 1_000_000_000_000_000_000);
    let hidden: National = text("******001234", &qid).parse().unwrap();
    let shown: National = text("019185001234", &qid).parse().unwrap();
    let plain = bluezone_codes::national::Masking { paper: false, birth: false };
    assert!(page.body.contains(&masked(&hidden.write(plain))));
    assert!(full.body.contains(&masked(&shown.write(plain))), "{}", shown.write(plain));
    assert!(full.body.contains("Your papers"));
}

#[tokio::test]
async fn a_link_to_a_code_has_words_where_nobody_said_a_name() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_for_child(&mut browser).await;
    // Who scans a place has a profile, which knows their number only.
    let place = register(&mut browser, &[]).await;
    browser.get(&format!("/p/{place}")).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let child = store.profiles_of(citizen.id).await.unwrap().into_iter().find(|one| !one.is_own()).unwrap();
    let page = browser.get(&format!("/pass?for={}", child.id)).await;
    let me = own(&town).await.id;
    assert!(page.body.contains(&format!("<a href=\"/pass?for={me}\">Me</a>")), "{}", page.body);
}

#[tokio::test]
async fn nobody_sees_anothers_code() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let profile = own(&town).await;
    let mut other = town.citizen("0900000002").await;
    for path in ["/pass", "/pass/codes", "/pass/print", "/pass/national"] {
        let seen = other.get(&format!("{path}?for={}", profile.id)).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
    }
}
