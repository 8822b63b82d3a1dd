//! The inbox and the home page that leads there.

use super::declare::declare_first;
use crate::console::town::{NOW, STATION, Town};
use axum::http::StatusCode;
use bluezone_domain::id::{MessageId, PlaceWarningId};
use bluezone_domain::message::{Message, Whereabouts, Whom};
use bluezone_server::citizen::routes::INSTALL;
use bluezone_store::NewMessage;

#[tokio::test]
async fn a_warning_is_seen_on_the_home_page_and_read_by_its_citizen_only() {
    let town = Town::new().await;
    let mut browser = town.citizen("0900000001").await;
    let mut other = town.citizen("0900000002").await;
    assert!(browser.get("/inbox").await.body.contains("No messages yet"));
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&"0900000001".parse().unwrap()).await.unwrap().unwrap();
    let message = NewMessage {
        id: MessageId::from_bytes([1; 16]),
        to: citizen.id,
        message: Message::PlaceWarning {
            warning: PlaceWarningId::from_bytes([2; 16]),
            whom: Whom::Holder,
            visit: None,
            whereabouts: Whereabouts::Vehicle,
            place: "Xe 20B-123.45".to_owned(),
            day: "2026-11-20".parse().unwrap(),
            disease: "covid-19".to_owned(),
            margin_s: 3600,
        },
        at: NOW,
    };
    store.send_message(&message, &mut *town.state.rng()).await.unwrap();
    assert!(browser.get("/").await.body.contains("You have 1 unread messages"));
    let page = browser.get("/inbox").await;
    let path = format!("/inbox/{}", message.id);
    assert!(
        page.body.contains(&path)
            && page
                .body
                .contains("You may have travelled in the same vehicle as someone with COVID\u{2011}19")
    );
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let page = browser.get(&path).await;
    assert!(page.body.contains("in an emergency call 115") && !page.body.contains("tel:"));
    // Whose commune is known is told whom to call.
    store.set_unit_phone(STATION, "0208 3999 111").await.unwrap();
    declare_first(&mut browser).await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("href=\"tel:02083999111\"") && page.body.contains("Đơn vị TN-TYT"));
    assert!(page.body.contains("Xe 20B-123.45") && page.body.contains("20/11/2026"));
    assert!(!browser.get("/").await.body.contains("unread"));
    let page = browser.get(&format!("{path}?lang=vi")).await;
    assert_eq!(page.first("<h1"), "Bạn có thể đã đi cùng xe với một người mắc COVID\u{2011}19");
    // A message from before it named the visit: the place is not told for longer than the visit is kept.
    town.wait(19 * 86_400);
    assert!(!browser.get(&path).await.body.contains("Xe 20B-123.45"));
    assert!(!browser.get("/me/export.json").await.body.contains("Xe 20B-123.45"));
}

#[tokio::test]
async fn a_flood_hides_no_warning() {
    let town = Town::new().await;
    let mut browser = town.citizen("0900000001").await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&"0900000001".parse().unwrap()).await.unwrap().unwrap();
    for number in 0..120_u8 {
        let message = Message::AgencyReminder { agency: format!("Trường Thử {number}.") };
        let id = MessageId::from_bytes([number; 16]);
        let message = NewMessage { id, to: citizen.id, message, at: NOW };
        store.send_message(&message, &mut *town.state.rng()).await.unwrap();
    }
    let (mut path, mut seen) = ("/inbox".to_owned(), Vec::new());
    for pages in 1.. {
        let page = browser.get(&path).await;
        seen.extend(
            page.body.split("Trường Thử ").skip(1).map(|rest| rest.split('.').next().unwrap().to_owned()),
        );
        let Some(older) = page.body.find("rel=\"next\"") else { break };
        let from = page.body[..older].rfind("href=\"").unwrap() + 6;
        path = page.body[from..].split('"').next().unwrap().to_owned();
        assert!(pages < 5);
    }
    let all: Vec<_> = (0..120_u8).rev().map(|number| number.to_string()).collect();
    assert_eq!(seen, all);
    assert_eq!(browser.get("/inbox?after=nonsense").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_home_page_leads_citizens_and_officers() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/?lang=vi").await;
    assert_eq!(page.first("<h1"), "Chào bạn");
    for path in ["/declare", "/pass", "/visits", "/inbox", "/places", "/sign-in", "/console/worklist"] {
        assert!(page.body.contains(&format!("href=\"{path}\"")), "{path}");
    }
}

#[tokio::test]
async fn news_are_the_decisions_of_the_last_fortnight() {
    let town = Town::new().await;
    let mut browser = town.browser();
    assert!(browser.get("/news").await.body.contains("No news"));
    let mut officer = town.health_officer().await;
    crate::console::zones::decided(&mut officer, "05443", "4").await;
    let page = browser.get("/news").await;
    assert!(page.body.contains("Phan Dinh Phung") && page.body.contains("/zones/19/05443"), "{}", page.body);
    town.wait(15 * 86_400);
    assert!(browser.get("/news").await.body.contains("No news"));
}

#[tokio::test]
async fn the_guide_says_how_to_install_and_says_it_first_to_who_scanned_the_poster() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/guide").await;
    assert_eq!(page.first("<h1"), "Guide");
    assert!(page.body.contains("<summary>How do I install Bluezone on my phone?</summary>"));
    assert!(page.body.contains("Add to Home screen") && page.body.contains("Safari"));
    let page = browser.get(INSTALL).await;
    assert!(page.body.contains("<h2>How do I install Bluezone on my phone?</h2>"), "unfolded");
}
