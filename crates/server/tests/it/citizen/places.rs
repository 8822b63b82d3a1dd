//! Registering a place, and who may do what with it.

use crate::console::browser::{Browser, Seen};
use crate::console::town::Town;
use axum::http::StatusCode;
use bluezone_protocol::time::DAY_S;

pub const OWNER: &str = "0900000001";
pub const GUARD: &str = "0900000002";
pub const VISITOR: &str = "0900000003";

/// What a good form says.
pub const MARKET: [(&str, &str); 8] = [
    ("province", "19"),
    ("kind", "market"),
    ("name", "Chợ Thái"),
    ("commune", "05443"),
    ("address", "Hẻm Canary"),
    ("registrant", "Trần Thị Bình"),
    ("capacity", "2"),
    ("dwell", "90"),
];

/// Registers a place with the form's fields, some of them changed; its code.
pub async fn register(browser: &mut Browser, changed: &[(&str, &str)]) -> String {
    let page = browser.get("/places/new?province=19").await;
    let mut typed = MARKET.to_vec();
    typed.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
    typed.extend(changed);
    let seen = browser.submit(&page, "/places/new", &typed).await;
    seen.to().rsplit('/').next().unwrap().to_owned()
}

fn says(seen: &Seen, words: &str) -> bool {
    seen.body.contains(words)
}

#[tokio::test]
async fn a_place_is_registered_changed_and_closed() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    assert!(says(&owner.get("/places").await, "You have registered nothing yet"));
    let page = owner.get("/places/new").await;
    assert!(says(&page, "Tỉnh Thái Nguyên") || says(&page, "Thai Nguyen"), "first the province");
    let code = register(&mut owner, &[]).await;
    let page = owner.get(&format!("/places/{code}")).await;
    let grouped = format!("{} {} {}", &code[..3], &code[3..6], &code[6..]);
    assert_eq!(page.first("<h1"), "Chợ Thái");
    assert!(says(&page, &grouped) && says(&page, "svg class=\"qr\"") && says(&page, "Phan Dinh Phung Ward"));

    // The same name again is asked about, whatever its capitals and marks.
    let page = owner.get("/places/new?province=19").await;
    let mut typed = MARKET.to_vec();
    typed[2] = ("name", "CHO THAI");
    let asked = owner.submit(&page, "/places/new", &typed).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(says(&asked, "You have registered a place of that name") && says(&asked, &code));
    typed.push(("anyway", "yes"));
    assert!(owner.submit(&page, "/places/new", &typed).await.status.is_redirection());

    let page = owner.get(&format!("/places/{code}/edit")).await;
    let edit = format!("/places/{code}/edit");
    let seen = owner
        .submit(&page, &edit, &[("name", "Chợ Thái mới"), ("kind", "bus"), ("plate", "20B-012.34")])
        .await;
    assert!(says(&owner.open(seen.to()).await, "20B-012.34"));
    let close = format!("/places/{code}/close");
    let page = owner.get(&format!("/places/{code}")).await;
    owner.submit(&page, &close, &[]).await;
    assert!(says(&town.browser().get(&format!("/p/{code}")).await, "This place is closed"));
    let page = owner.get(&format!("/places/{code}")).await;
    owner.submit(&page, &close, &[]).await;
    assert!(says(&town.browser().get(&format!("/p/{code}")).await, "Sign in to check in"));
}

#[tokio::test]
async fn every_field_is_checked() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let page = owner.get("/places/new?province=19").await;
    let long = "x".repeat(101);
    for (field, wrong) in [
        ("kind", "palace"),
        ("name", " "),
        ("name", &long),
        ("commune", "00070"),
        ("commune", ""),
        ("address", ""),
        ("registrant", ""),
        ("capacity", "0"),
        ("capacity", "many"),
        ("dwell", "9"),
        ("dwell", "1441"),
    ] {
        let mut typed = MARKET.to_vec();
        typed.retain(|(name, _)| *name != field);
        typed.push((field, wrong));
        let seen = owner.submit(&page, "/places/new", &typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {wrong}");
        assert!(says(&seen, &format!("href=\"#{field}\"")), "{field} {wrong}");
    }
    let mut typed = MARKET.to_vec();
    typed[1] = ("kind", "bus");
    let seen = owner.submit(&page, "/places/new", &typed).await;
    assert!(says(&seen, "href=\"#plate\""), "a vehicle has a plate");
    assert_eq!(owner.get("/places").await.body.matches("entry-link").count(), 0);
}

#[tokio::test]
async fn whoever_is_neither_owner_nor_delegate_finds_nothing() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let at = |page: &str| format!("/places/{code}{page}");
    let mut guard = town.citizen(GUARD).await;
    let pages = ["", "/log", "/log.csv", "/control", "/edit", "/delegates"];
    for page in pages {
        assert_eq!(guard.get(&at(page)).await.status, StatusCode::NOT_FOUND, "{page}");
    }

    let page = owner.get(&at("/delegates")).await;
    let wrong = owner.submit(&page, &at("/delegates"), &[("phone", "12")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner.submit(&page, &at("/delegates"), &[("phone", "0900 000 002")]).await;
    assert!(says(&guard.get("/places").await, "Chợ Thái"), "controlled for somebody else");
    for page in pages {
        let status = guard.get(&at(page)).await.status;
        let may = !matches!(page, "/edit" | "/delegates");
        assert_eq!(status, if may { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{page}");
    }
    let page = guard.get(&at("")).await;
    assert!(!says(&page, "New QR") && page.actions().iter().all(|action| action == "/sign-out"));
    for form in ["/edit", "/edition", "/close", "/delegates", "/delegates/remove"] {
        let token = guard.get("/").await.form("/sign-out");
        let seen = guard.submit_form(token, &at(form), &MARKET).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{form}");
    }

    let page = owner.get(&at("/delegates")).await;
    owner.submit(&page, &at("/delegates/remove"), &[]).await;
    for page in pages {
        assert_eq!(guard.get(&at(page)).await.status, StatusCode::NOT_FOUND, "revoked: {page}");
    }
}

#[tokio::test]
async fn a_closed_place_is_deleted_with_its_last_visit() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let page = owner.get(&format!("/places/{code}")).await;
    owner.submit(&page, &format!("/places/{code}/close"), &[]).await;
    town.wait(21 * DAY_S + 1);
    bluezone_server::jobs::run_once(&town.state).await.unwrap();
    assert_eq!(owner.get(&format!("/places/{code}")).await.status, StatusCode::NOT_FOUND);
}
