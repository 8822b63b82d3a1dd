//! What people ask about their data, from `/me` to the officer's answer.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{OTHER_UNIT, STATION, Town, UNIT};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};

const ASK: &str = "/me/requests";

/// Asks, and gives the request's identifier.
pub async fn asked(citizen: &mut Browser, right: &str, words: &str) -> String {
    let page = citizen.get(ASK).await;
    let typed = [("right", right), ("words", words), ("commune", "Phan Đình Phùng, Thái Nguyên")];
    let seen = citizen.submit(&page, ASK, &typed).await;
    seen.to().rsplit('/').next().unwrap().to_owned()
}

async fn step(officer: &mut Browser, path: &str, act: &str, typed: &[(&str, &str)]) -> Seen {
    let page = officer.get(path).await;
    let forms = page.forms(path);
    let form = forms.into_iter().find(|form| form.contains(&("do".to_owned(), act.to_owned())));
    officer.submit_form(form.unwrap_or_else(|| panic!("no form to {act}")), path, typed).await
}

async fn from_its_arrival_to_its_answer_on(database: TestDatabase) {
    let town = Town::on(&database).await;
    let mut citizen = town.citizen("0900000001").await;
    let id = asked(&mut citizen, "view", "Hẻm Canary: hồ sơ giấy tháng 10").await;
    let mine = format!("{ASK}/{id}");
    // Monday 23 November: the 24th is a holiday, so two working days end with the 26th; ten days with 3 December.
    let page = citizen.get(&mine).await;
    assert!(
        page.body.contains("by 26 Nov 2026") && page.body.contains("answer by 3 Dec 2026"),
        "{}",
        page.body
    );

    let mut officer = town.health_officer().await;
    let path = format!("/console/data-requests/{id}");
    let list = officer.get("/console/data-requests").await;
    for words in
        [&format!("href=\"{path}\""), "See the data", "by 23:59, 26 Nov 2026", "by 23:59, 3 Dec 2026"]
    {
        assert!(list.body.contains(words), "{words}");
    }
    assert!(officer.get(&path).await.body.contains("Hẻm Canary"));
    step(&mut officer, &path, "acknowledge", &[]).await.to();
    let seen = step(&mut officer, &path, "extend", &[("reason", "")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    step(&mut officer, &path, "extend", &[("reason", "hồ sơ giấy ở kho")]).await.to();
    assert!(citizen.get(&mine).await.body.contains("answer by 14 Dec 2026"), "the twentieth day is a Sunday");
    let seen = step(&mut officer, &path, "close", &[("outcome", "art19-duty")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "never refused without a word");
    let refuse = [("outcome", "art19-duty"), ("answer", "Hồ sơ ca bệnh phải lưu.")];
    step(&mut officer, &path, "close", &refuse).await.to();
    let page = officer.get(&path).await;
    assert!(page.forms(&path).is_empty() && page.body.contains("Refused"));
    let page = citizen.get(&mine).await;
    for words in ["hồ sơ giấy ở kho", "Hồ sơ ca bệnh phải lưu.", "Art. 14.2 and 19", "you may complain"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    let inbox = citizen.get("/inbox").await;
    assert_eq!(inbox.body.matches("Answer about your data").count(), 3, "told of each step");
    assert!(citizen.get("/me").await.body.contains("your request about your data"), "and of each look");
}

#[tokio::test]
async fn from_its_arrival_to_its_answer() {
    from_its_arrival_to_its_answer_on(sqlite().await).await;
    from_its_arrival_to_its_answer_on(postgres().await).await;
}

#[tokio::test]
async fn late_is_seen() {
    let town = Town::new().await;
    let mut citizen = town.citizen("0900000001").await;
    asked(&mut citizen, "delete", "").await;
    town.wait(4 * 86_400);
    let page = town.health_officer().await.get("/console/data-requests").await;
    assert_eq!(
        page.body.matches("badge bad").count(),
        1,
        "the word that it arrived is late, the answer not yet"
    );
}

#[tokio::test]
async fn a_citizen_takes_a_request_back_and_sees_only_their_own() {
    let town = Town::new().await;
    let mut citizen = town.citizen("0900000001").await;
    let id = asked(&mut citizen, "object", "").await;
    let mine = format!("{ASK}/{id}");
    assert_eq!(town.citizen("0900000002").await.get(&mine).await.status, StatusCode::NOT_FOUND);
    let page = citizen.get(&mine).await;
    let back = format!("{mine}/take-back");
    for _ in 0..2 {
        assert_eq!(citizen.submit(&page, &back, &[]).await.to(), mine);
    }
    assert!(citizen.get(&mine).await.body.contains("Taken back"));
    let page = citizen.get(ASK).await;
    let seen = citizen.submit(&page, ASK, &[("right", "x"), ("commune", "nơi không có")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["right", "commune"] {
        assert!(seen.body.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
}

#[tokio::test]
async fn only_the_province_answers() {
    let town = Town::new().await;
    let id = asked(&mut town.citizen("0900000001").await, "view", "").await;
    let path = format!("/console/data-requests/{id}");
    let (_, mut there) = town.signed_in("binh.tran", Role::ProvincialCdc, OTHER_UNIT).await;
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
    for (name, role, unit) in
        [("station", Role::CommuneStation, STATION), ("admin", Role::Administrator, UNIT)]
    {
        let (_, mut officer) = town.signed_in(name, role, unit).await;
        for path in ["/console/data-requests", &path] {
            assert_eq!(officer.get(path).await.status, StatusCode::FORBIDDEN, "{name} {path}");
        }
    }
}

#[tokio::test]
async fn the_pages_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    check_page("no requests", "en", &officer.get("/console/data-requests").await);
    let mut citizen = town.citizen("0900000001").await;
    let (id, other) = (asked(&mut citizen, "view", "x").await, asked(&mut citizen, "delete", "").await);
    let path = format!("/console/data-requests/{other}");
    step(&mut officer, &path, "close", &[("outcome", "done"), ("answer", "x")]).await.to();
    for lang in ["vi", "en"] {
        for path in ["/console/data-requests", &path, &format!("/console/data-requests/{id}")] {
            check_page(path, lang, &officer.get(&format!("{path}?lang={lang}")).await);
        }
        let open = format!("/console/data-requests/{id}");
        check_page("to mend", lang, &step(&mut officer, &open, "close", &[]).await);
        for path in [ASK, &format!("{ASK}/{id}"), &format!("{ASK}/{other}")] {
            check_page(path, lang, &citizen.get(&format!("{path}?lang={lang}")).await);
        }
        let page = citizen.get(ASK).await;
        check_page("to mend", lang, &citizen.submit(&page, ASK, &[]).await);
    }
}
