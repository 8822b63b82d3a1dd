//! The officers' desk: what is to do, where cases were, the time-line of a case.

use super::browser::Browser;
use super::contacts::add;
use super::town::{LAB, OTHER_UNIT, STATION, Town, UNIT, register};
use axum::http::StatusCode;
use bluezone_domain::id::CaseId;
use bluezone_domain::officer::Role;

const MARKET: [(&str, &str); 8] = [
    ("kind", "place"),
    ("name", "Chợ Thái"),
    ("from", "2026-11-21T08:30"),
    ("to", "2026-11-21T09:15"),
    ("commune", "Phường Phan Đình Phùng, Thái Nguyên"),
    ("address", "Bến Tượng"),
    ("informant", "người bệnh"),
    ("note", ""),
];

/// Writes down a market that the case was at; gives its identifier.
pub async fn a_point(browser: &mut Browser, case: CaseId) -> String {
    let path = format!("/console/cases/{case}/points/new");
    let page = browser.get(&path).await;
    let seen = browser.submit(&page, &path, &MARKET).await;
    assert_eq!(seen.to(), format!("/console/cases/{case}?done=point"));
    let page = browser.get(seen.to()).await;
    let begin = format!("/console/cases/{case}/points/");
    let ids = page.body.split(&begin).skip(1).map(|rest| &rest[..32]);
    ids.into_iter().find(|id| id.bytes().all(|b| b.is_ascii_hexdigit())).unwrap().to_owned()
}

#[tokio::test]
async fn officers_start_at_what_is_to_do() {
    let town = Town::new().await;
    let (account, mut officer) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let empty = officer.get("/console/worklist").await;
    assert!(empty.body.contains("Nothing is left to do"));
    let case = register(&mut officer, "A-1", "confirmed").await;
    let contact = add(&mut officer, case, "Nguyễn Văn An", "").await;
    let page = officer.get("/console/worklist").await;
    for said in [
        "Cases to report",
        "24 h left",
        "Contacts without a conclusion",
        "N.V.A. 1985",
        "Contacts to ask today",
    ] {
        assert!(page.body.contains(said), "{said}");
    }
    assert!(!page.body.contains("Nguyễn Văn An"), "initials until a name is asked for");
    assert!(page.body.contains(&format!("href=\"/console/contacts/{contact}\"")));
    town.wait(25 * 3600);
    town.sign_in(&mut officer, &account).await;
    let late = officer.get("/console/worklist").await;
    assert!(late.body.contains("1 h late") && late.body.contains("1 overdue"), "the timer of 24 hours");
    let page = officer.get(&format!("/console/cases/{case}")).await;
    let noted = officer.submit(&page, &format!("/console/cases/{case}/reported"), &[]).await;
    assert_eq!(noted.to(), format!("/console/cases/{case}?done=reported"));
    let again = officer.submit(&page, &format!("/console/cases/{case}/reported"), &[]).await;
    assert_eq!(again.to(), format!("/console/cases/{case}"), "the same form has done its work");
    assert!(!officer.get("/console/worklist").await.body.contains("Cases to report"));
    let early = [("at", "2026-11-20T08:00")];
    let refused = officer.submit(&page, &format!("/console/cases/{case}/reported"), &early).await;
    assert_eq!(refused.to(), format!("/console/cases/{case}?done=report-time"), "before it was known");
}

#[tokio::test]
async fn each_sees_the_work_that_they_reach() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "suspected").await;
    add(&mut officer, case, "Nguyễn Văn An", "").await;
    let (_, mut colleague) = town.signed_in("colleague", Role::ProvincialCdc, UNIT).await;
    assert!(colleague.get("/console/worklist").await.body.contains("A-1"));
    assert!(colleague.get("/console/worklist?whose=unit").await.body.contains("A-1"));
    assert!(
        !colleague.get("/console/worklist?whose=mine").await.body.contains("A-1"),
        "another registered it"
    );
    assert!(officer.get("/console/worklist?whose=mine").await.body.contains("A-1"));
    for (name, role, unit) in [
        ("hanoi", Role::ProvincialCdc, OTHER_UNIT),
        ("tyt", Role::CommuneStation, STATION),
        ("lab", Role::Lab, LAB),
    ] {
        let (_, mut other) = town.signed_in(name, role, unit).await;
        let page = other.get("/console/worklist").await;
        assert_eq!(page.status, StatusCode::OK, "{name}");
        assert!(!page.body.contains("A-1") && !page.body.contains("N.V.A."), "{name}");
    }
    let (_, mut administrator) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let page = administrator.get("/console/worklist").await;
    assert!(page.body.contains("Nothing is left to do") && !page.body.contains("A-1"));
}

#[tokio::test]
async fn where_a_case_was_is_written_changed_and_removed() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let new = format!("/console/cases/{case}/points/new");
    let page = officer.get(&new).await;
    let wrong = [
        ("kind", "flight"),
        ("name", ""),
        ("from", "2026-11-21T10:00"),
        ("to", "2026-11-21T09:00"),
        ("commune", "Không Có"),
    ];
    let seen = officer.submit(&page, &new, &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["Write its name", "ends before it begins", "no such commune"] {
        assert!(seen.body.contains(said), "{said}");
    }
    let point = a_point(&mut officer, case).await;
    let seen = officer.get(&format!("/console/cases/{case}")).await;
    for said in ["Chợ Thái", "Bến Tượng", "08:30–09:15, 21 Nov 2026", "Phan Dinh Phung"] {
        assert!(seen.body.contains(said), "{said}");
    }
    let path = format!("/console/cases/{case}/points/{point}");
    town.wait(60);
    let page = officer.get(&path).await;
    let bus = [("kind", "vehicle"), ("name", "20B-012.34"), ("address", ""), ("seat", "7A")];
    assert_eq!(officer.submit(&page, &path, &bus).await.to(), format!("/console/cases/{case}?done=point"));
    let stale = officer.submit(&page, &path, &MARKET).await;
    assert_eq!(stale.to(), format!("/console/cases/{case}?done=again"), "another has changed it");
    let seen = officer.get(&format!("/console/cases/{case}")).await;
    assert!(
        seen.body.contains("20B-012.34") && seen.body.contains("seat 7A") && !seen.body.contains("Chợ Thái")
    );
    let remove = format!("{path}/remove");
    let page = officer.get(&remove).await;
    let gone = officer.submit(&page, &remove, &[]).await;
    assert_eq!(gone.to(), format!("/console/cases/{case}?done=point-removed"));
    assert_eq!(officer.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(!officer.get(&format!("/console/cases/{case}")).await.body.contains("20B-012.34"));
}

#[tokio::test]
async fn the_time_line_says_in_words_what_the_strip_shows() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    a_point(&mut officer, case).await;
    add(&mut officer, case, "Nguyễn Văn An", "").await;
    add(&mut officer, case, "Trần Thị Bình", "").await;
    let page = officer.get(&format!("/console/cases/{case}")).await;
    let action = format!("/console/cases/{case}/codes");
    officer.submit(&page, &action, &[]).await;
    let page = officer.get(&format!("/console/cases/{case}")).await;
    let from = page.body.find("id=\"timeline\"").unwrap();
    let (strip, list) = page.body[from..].split_once("</svg>").unwrap();
    // Onset on the 20th, sample on the 22nd; contacts count from two days before the symptoms.
    let order = [
        "Contacts count from here: 2 days",
        "First symptoms",
        "Last exposure of 2 contacts",
        "Chợ Thái",
        "Sample taken",
        "Registered: Confirmed",
        "Code issued",
    ];
    let mut at = 0;
    for said in order {
        at += list[at..].find(said).unwrap_or_else(|| panic!("{said} after {}", &list[..at]));
        assert!(strip.contains(said), "{said} is on the strip");
    }
    assert!(list.contains("18 Nov 2026"), "the first day that counts");
}
