//! Counts: each sees those of their territory, and none that tells of somebody.

use super::town::{OTHER_UNIT, STATION, Town, UNIT};
use axum::http::StatusCode;
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
