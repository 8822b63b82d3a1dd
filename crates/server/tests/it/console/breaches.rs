//! The register of breaches.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{MINISTRY, OTHER_UNIT, STATION, Town, UNIT};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};

const NEW: &str = "/console/breaches/new";
const KNOWN: [(&str, &str); 4] = [
    ("found", "2026-11-23T08:00"),
    ("what", "Mất máy tính xách tay"),
    ("data", "số điện thoại, khai báo y tế"),
    ("people", "2"),
];

/// Writes a breach down and gives its address.
pub async fn found(officer: &mut Browser) -> String {
    let page = officer.get(NEW).await;
    officer.submit(&page, NEW, &KNOWN).await.to().to_owned()
}

async fn act(officer: &mut Browser, breach: &str, form: &str, typed: &[(&str, &str)]) -> Seen {
    let page = officer.get(breach).await;
    officer.submit(&page, &format!("{breach}{form}"), typed).await
}

async fn from_finding_it_to_its_end_on(database: TestDatabase) {
    let town = Town::on(&database).await;
    let mut citizen = town.citizen("0900000001").await;
    let mut officer = town.health_officer().await;
    let breach = found(&mut officer).await;
    // Found two hours ago: seventy are left.
    let list = officer.get("/console/breaches").await;
    assert!(
        list.body.contains(&format!("href=\"{breach}\"")) && list.body.contains("70 h 0 min left"),
        "{}",
        list.body
    );
    let page = officer.get(&breach).await;
    for words in
        ["NOTICE OF A BREACH", "Mất máy tính xách tay", "08:00, 23 Nov 2026", "not known yet, will follow"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    let seen = officer.post(&format!("{breach}/close"), &[]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "without its token");
    assert!(page.forms(&format!("{breach}/close")).is_empty(), "not before the authority knows");
    let more = [
        KNOWN[1],
        KNOWN[2],
        ("measures", "khóa tài khoản"),
        ("contact", "Phòng CNTT 0208 000 000"),
        ("people", "3"),
    ];
    act(&mut officer, &breach, "", &more).await.to();
    assert!(officer.get(&breach).await.body.contains("about 3"));

    // Whom it concerns.
    let seen = act(&mut officer, &breach, "/people", &[("list", "Nguyễn Văn An")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let people = "0900 000 001, Nguyễn Văn An\n0900000002; Trần Thị Bình\n+84900000002";
    act(&mut officer, &breach, "/people", &[("list", people)]).await.to();
    assert!(officer.get(&breach).await.body.contains("2 people on the list, 0 of them were told"));
    let page = officer.get(&breach).await;
    let tell = format!("{breach}/tell");
    let all =
        page.forms(&tell).into_iter().find(|form| form.iter().all(|(name, _)| name != "called")).unwrap();
    officer.submit_form(all, &tell, &[]).await.to();
    let page = officer.get(&breach).await;
    assert!(page.body.contains("1 of them were told"), "who has an account");
    let inbox = citizen.get("/inbox").await;
    assert!(inbox.body.contains("Your data in a breach"), "{}", inbox.body);
    let called =
        page.forms(&tell).into_iter().find(|form| form.iter().any(|(name, _)| name == "called")).unwrap();
    officer.submit_form(called, &tell, &[]).await.to();
    assert!(officer.get(&breach).await.body.contains("2 of them were told"));

    for wrong in ["2026-11-23T07:59", "2026-11-24T08:00", "x"] {
        let seen = act(&mut officer, &breach, "/notified", &[("at", wrong)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    act(&mut officer, &breach, "/notified", &[("at", "2026-11-23T09:30")]).await.to();
    assert!(officer.get("/console/breaches").await.body.contains("The authority knows"));
    act(&mut officer, &breach, "/close", &[]).await.to();
    let page = officer.get(&breach).await;
    assert!(page.actions().iter().all(|action| !action.starts_with(&breach)), "{:?}", page.actions());
}

#[tokio::test]
async fn from_finding_it_to_its_end() {
    from_finding_it_to_its_end_on(sqlite().await).await;
    from_finding_it_to_its_end_on(postgres().await).await;
}

#[tokio::test]
async fn after_72_hours_it_is_late() {
    let town = Town::new().await;
    let breach = found(&mut town.health_officer().await).await;
    town.wait(70 * 3600 - 1);
    let (_, mut officer) = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await;
    assert!(officer.get(&breach).await.body.contains("0 min left"));
    town.wait(61);
    assert!(officer.get(&breach).await.body.contains("1 min late"));
}

#[tokio::test]
async fn administrators_keep_breaches_and_see_nobody() {
    let town = Town::new().await;
    let breach = found(&mut town.health_officer().await).await;
    let (_, mut admin) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let page = admin.get(&breach).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("Whom it concerns"));
    let token = page.form(&breach).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    for form in ["people", "tell"] {
        let seen = admin.post(&format!("{breach}/{form}"), &[("csrf", &token), ("list", "0900000001")]).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{form}");
    }
    let (_, mut nation) = town.signed_in("nation", Role::Administrator, MINISTRY).await;
    assert_eq!(nation.get(&breach).await.status, StatusCode::OK);
    let (_, mut there) = town.signed_in("there", Role::ProvincialCdc, OTHER_UNIT).await;
    assert_eq!(there.get(&breach).await.status, StatusCode::NOT_FOUND);
    assert!(!there.get("/console/breaches").await.body.contains(&breach));
    let (_, mut station) = town.signed_in("station", Role::CommuneStation, STATION).await;
    assert_eq!(station.get("/console/breaches").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_same_form_sent_again_is_the_same_breach() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let page = officer.get(NEW).await;
    let first = officer.submit(&page, NEW, &KNOWN).await.to().to_owned();
    assert_eq!(officer.submit(&page, NEW, &KNOWN).await.to(), first);
    let seen = officer.submit(&page, NEW, &[("found", ""), ("people", "-1")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["found", "what", "data", "people"] {
        assert!(seen.body.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
}

#[tokio::test]
async fn the_pages_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    check_page("no breaches", "en", &officer.get("/console/breaches").await);
    let breach = found(&mut officer).await;
    act(&mut officer, &breach, "/people", &[("list", "0900000001, Nguyễn Văn An")]).await.to();
    for lang in ["vi", "en"] {
        for path in ["/console/breaches", NEW, &breach] {
            check_page(path, lang, &officer.get(&format!("{path}?lang={lang}")).await);
        }
        let page = officer.get(NEW).await;
        check_page("a breach to mend", lang, &officer.submit(&page, NEW, &[("found", "")]).await);
        check_page("a breach to mend", lang, &act(&mut officer, &breach, "", &[("what", "")]).await);
    }
}
