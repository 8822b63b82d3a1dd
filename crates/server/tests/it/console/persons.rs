//! Finding persons, seeing them, merging two records and parting them again.

use super::browser::Browser;
use super::town::{OTHER_UNIT, STATION, Town};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;

/// Registers a case of a person; returns the address of the person's page.
async fn registered(browser: &mut Browser, reference: &str, name: &str, typed: &[(&str, &str)]) -> String {
    let page = browser.get("/console/cases/new").await;
    let mut fields =
        vec![("reference", reference), ("status", "suspected"), ("disease", "covid-19"), ("name", name)];
    fields.extend_from_slice(typed);
    let seen = browser.submit(&page, "/console/cases/new", &fields).await;
    assert!(seen.status.is_redirection(), "{}", seen.body);
    let case = browser.open(seen.to()).await;
    let from = case.body.find("/console/persons/").expect("a link to the person");
    case.body[from..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_is_found_by_name_year_and_number_within_reach_only() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let card = [("birth", "1985"), ("national_id", "019185001234"), ("commune", "05443")];
    let person = registered(&mut browser, "A-1", "Nguyễn Thị Ân", &card).await;
    registered(&mut browser, "A-2", "Nguyễn Thị Ân", &[("birth", "1990")]).await;
    let page = browser.get(&person).await;
    assert_eq!(page.first("<h1"), "Nguyễn Thị Ân");
    assert!(page.body.contains("019185001234") && page.body.contains("A-1"));
    for (typed, found) in
        [("nguyen+thi", 2), ("AN+nguy%E1%BB%85n", 2), ("an+1985", 1), ("019+185+001+234", 1), ("binh", 0)]
    {
        for path in ["/console/persons", "/console/persons/found"] {
            let seen = browser.get(&format!("{path}?q={typed}")).await;
            let links = seen.body.matches("href=\"/console/persons/").count();
            assert_eq!(links, found, "{path} {typed}");
            assert_eq!(seen.body.contains("<html"), path == "/console/persons");
        }
    }
    let (_, mut station) = town.signed_in("station", Role::CommuneStation, STATION).await;
    let seen = station.get("/console/persons/found?q=nguyen").await;
    assert_eq!(seen.body.matches("href=\"/console/persons/").count(), 1, "only their commune's");
    let (_, mut other) = town.signed_in("other", Role::ProvincialCdc, OTHER_UNIT).await;
    for typed in ["nguyen", "019185001234"] {
        let seen = other.get(&format!("/console/persons/found?q={typed}")).await;
        assert!(!seen.body.contains("href=\"/console/persons/"), "{typed}");
    }
    assert_eq!(other.get(&person).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_records_of_one_person_are_merged_and_parted() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let phone = ("phone", "0912345678");
    let first = registered(&mut browser, "A-1", "Nguyễn Văn An", &[phone, ("birth", "1985")]).await;
    let second = registered(&mut browser, "A-2", "Nguyen Van An", &[phone]).await;
    let stranger = registered(&mut browser, "A-3", "Lê Bình", &[]).await;
    let page = browser.get(&first).await;
    assert!(page.body.contains("same phone, same name but for diacritics"), "{}", page.body);
    assert!(page.body.contains(&second) && !page.body.contains(&stranger));

    let merge = format!("{first}/merge");
    let seen = browser.submit(&page, &merge, &[]).await;
    let merged = browser.open(seen.to()).await;
    assert!(merged.body.contains("The records are merged"));
    assert!(merged.body.contains("A-1") && merged.body.contains("A-2"), "the cases of both");
    assert!(browser.get(&second).await.body.contains("A-1"), "from either record");
    let again = browser.submit(&page, &merge, &[]).await;
    assert!(browser.open(again.to()).await.body.contains("Nothing was merged or parted"));

    let part = format!("{second}/unmerge");
    let seen = browser.submit(&merged, &part, &[]).await;
    let parted = browser.open(seen.to()).await;
    assert!(parted.body.contains("The record is parted"));
    assert!(parted.body.contains("A-2") && !parted.body.contains(">A-1<"));
    let history = browser.get(&first).await;
    for line in ["Another record merged into it", "Another record parted from it"] {
        assert!(history.body.contains(line), "{line}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_person_stands_beside_its_field() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let page = browser.get("/console/cases/new").await;
    let typed = [
        ("reference", "A-1"),
        ("status", "suspected"),
        ("disease", "covid-19"),
        ("birth", "85"),
        ("national_id", "123"),
        ("passport", "x"),
        ("phone", "12"),
        // Of another province.
        ("commune", "00004"),
    ];
    let seen = browser.submit(&page, "/console/cases/new", &typed).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["birth", "national_id", "passport", "phone", "commune"] {
        assert!(seen.body.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
}
