//! Counts: each sees those of their territory, and none that tells of somebody.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{OTHER_UNIT, STATION, Town, UNIT};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bluezone_domain::area::Area;
use bluezone_domain::id::CitizenId;
use bluezone_domain::officer::Role;
use bluezone_domain::person::Phone;

/// People who said that their app runs.
async fn running(town: &Town, commune: &str, people: u64, first: u64) {
    let area = Area { province: "19".parse().unwrap(), commune: commune.parse().ok() };
    let (store, mut rng) = (&town.state.store, town.state.rng());
    for n in 0..people {
        let phone: Phone = format!("+999000{:06}", first + n).parse().unwrap();
        let id = CitizenId::generate(&mut *rng);
        store.confirm_citizen(id, &phone, town.clock_now(), &mut *rng).await.unwrap();
        store.say_app_runs(id, Some(area), town.clock_now()).await.unwrap();
    }
}

#[tokio::test]
async fn counts_are_of_the_territory_and_none_is_under_ten() {
    let town = Town::new().await;
    running(&town, "05443", 12, 0).await;
    running(&town, "05455", 31, 100).await;
    running(&town, "05488", 3, 200).await;
    let (_, mut cdc) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let page = cdc.get("/console/counts").await;
    assert_eq!(page.status, StatusCode::OK);
    let cell = |number: &str| format!("class=\"number\">{number}<");
    assert!(page.body.contains(&cell("46")), "the province as a whole");
    assert!(page.body.contains(&cell("31")));
    // The hidden three and the zeros add up to less than ten: the next larger one is hidden with them.
    assert!(!page.body.contains(&cell("12")) && !page.body.contains(&cell("3")));
    let (_, mut station) = town.signed_in("hoa", Role::CommuneStation, STATION).await;
    let page = station.get("/console/counts").await;
    assert!(
        !page.body.contains(&cell("31")) && !page.body.contains(&cell("46")),
        "another commune's, and all"
    );
    let (_, mut other) = town.signed_in("minh", Role::ProvincialCdc, OTHER_UNIT).await;
    // The address does not widen what an officer sees.
    let page = other.get("/console/counts?province=19").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains(&cell("31")));
}

/// Sends a table of populations.
async fn take_in(browser: &mut Browser, csv: &str, source: &str, as_of: &str) -> Seen {
    const HERE: &str = "/console/counts/people";
    let token = browser.get(HERE).await.form(HERE).remove(0).1;
    let part = |head: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name={head}\r\n\r\n{value}\r\n")
    };
    let file = part("\"file\"; filename=\"people.csv\"", csv);
    let [token, source, as_of] = [("\"csrf\"", token.as_str()), ("\"source\"", source), ("\"as_of\"", as_of)]
        .map(|(name, value)| part(name, value));
    let body = Body::from(token + &file + &source + &as_of + "--b--\r\n");
    browser.send_as("multipart/form-data; boundary=b", Method::POST, HERE, body).await
}

#[tokio::test]
async fn rates_of_communes_are_shown_where_their_people_are_known() {
    let town = Town::new().await;
    running(&town, "05443", 20, 0).await;
    running(&town, "05455", 31, 100).await;
    running(&town, "05488", 45, 200).await;
    let (_, mut admin) = town.signed_in("quan.tri", Role::Administrator, UNIT).await;
    let (_, mut cdc) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let page = cdc.get("/console/counts").await;
    assert!(page.body.contains("population not known"), "{}", page.body);

    for (csv, source, as_of, words) in [
        ("code,population\n05455,12.400\n99999,5", "Cục Thống kê", "2025-07-01", "Line 2: a whole number"),
        ("code,population\n05455,12.400\n99999,5", "Cục Thống kê", "2025-07-01", "Line 3: no province"),
        ("05455,12400", "Cục Thống kê", "2025-07-01", "Line 1: it must be code,population"),
        ("code,population\n", "Cục Thống kê", "2025-07-01", "at least one line of figures"),
        ("code,population\n05455,12400", "", "2025-07-01", "Write the source"),
        ("code,population\n05455,12400", "Cục Thống kê", "2026-11-24", "not after today"),
    ] {
        let seen = take_in(&mut admin, csv, source, as_of).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains(words), "{words}: {}", seen.body);
    }
    assert!(cdc.get("/console/counts").await.body.contains("population not known"), "nothing was taken in");

    let table = "code,population\n05455,12400\n19,2000000\n";
    let seen = take_in(&mut admin, table, "Cục Thống kê Thái Nguyên", "2025-07-01").await;
    assert_eq!(seen.to(), "/console/counts?done=people");
    let page = cdc.get("/console/counts").await;
    let cell = |number: &str| page.body.contains(&format!("class=\"number\">{number}<"));
    assert!(cell("2.5"), "31 of 12,400: {}", page.body);
    assert!(page.body.contains("Cục Thống kê Thái Nguyên, 1 Jul 2025"), "{}", page.body);
    assert!(page.body.contains("population not known"), "of the other commune");
    assert!(!page.body.contains("/console/counts/people"), "not theirs to take in");
    assert_eq!(cdc.get("/console/counts/people").await.status, StatusCode::FORBIDDEN);
    for lang in ["vi", "en"] {
        for path in ["/console/counts?done=people", "/console/counts/people"] {
            let sign = if path.contains('?') { '&' } else { '?' };
            check_page(path, lang, &admin.get(&format!("{path}{sign}lang={lang}")).await);
        }
        check_page("to mend", lang, &take_in(&mut admin, "x", "", "").await);
    }
}
