//! Every page that an officer opens stands in the audit, and whoever changes that is found out.

use super::world::*;
use crate::console::town::{UNIT, register};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_server::admin::audit::{AuditError, Verified, verify};
use bluezone_server::console::{Who, all_routes};
use bluezone_transparency::entry::Event;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_officer_opens_stands_in_the_audit_and_its_head_in_the_log() {
    let world = World::new().await;
    let (officer, mut browser) = world.town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let case = register(&mut browser, "A-1", "suspected").await;
    browser.get(&format!("/console/cases/{case}?done=registered")).await;
    assert_eq!(browser.get("/console/officers").await.status, StatusCode::FORBIDDEN);
    browser.get("/console/search/Nguyen").await;
    let links = world.town.state.store.audit_after(0, 100).await.unwrap();
    let seen: Vec<_> = links.iter().map(|link| format!("{} {}", link.look.action, link.look.what)).collect();
    assert_eq!(
        seen,
        [
            "GET RegisterCase /console/cases/new".to_owned(),
            "POST RegisterCase /console/cases/new".to_owned(),
            format!("GET SeeCases /console/cases/{case}"),
            "GET ManageOfficers refused /console/officers".to_owned(),
            "GET own /console/{*rest}".to_owned(),
        ]
    );
    assert!(links.iter().all(|link| link.look.officer == officer.id && link.look.unit == UNIT));
    world.hour().await;
    let anchors = world.entries().await.into_iter().filter_map(|entry| match entry.event {
        Event::Audit(head) => Some((head.count, head.head.0)),
        _ => None,
    });
    assert_eq!(anchors.collect::<Vec<_>>(), [(5, links[4].hash)]);
    assert_eq!(verify(&world.town.state).await.unwrap(), Verified { links: 5, anchored: 5 });
    // Where nobody looked, nothing is anchored again.
    world.hour().await;
    assert_eq!(world.checkpoint().await.head().size, 2);
}

/// No page and no form of the console can be opened by an officer without a link in the audit.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_an_officer_is_let_into_leaves_a_link() {
    let world = World::new().await;
    let (_, mut browser) = world.town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let mut count = 0;
    for route in all_routes(world.town.state.clone()) {
        let path = route.path.replace("{*rest}", "x").replace(['{', '}'], "");
        let open = route.who == Who::Anyone;
        if route.path == "/console/sign-out" {
            continue;
        }
        browser.send(route.method.clone(), &path, axum::body::Body::empty()).await;
        let links = world.town.state.store.audit_after(0, 1000).await.unwrap().len();
        assert_eq!(links - count, usize::from(!open), "{} {}", route.method, route.path);
        count = links;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_removed_or_reordered_link_is_found_also_by_who_makes_the_chain_anew() {
    for (tamper, found) in [
        ("UPDATE audit SET what = '/console/none' WHERE number = 2", "broken"),
        ("UPDATE audit SET at = at + 1 WHERE number = 1", "broken"),
        ("DELETE FROM audit WHERE number = 2", "broken"),
        (
            "UPDATE audit SET number = -number; UPDATE audit SET number = CASE number WHEN -1 THEN 2 WHEN -2 THEN 1 \
          ELSE -number END",
            "broken",
        ),
        ("DELETE FROM audit WHERE number > 2", "cut off"),
        ("DELETE FROM audit", "cut off"),
    ] {
        let world = World::new().await;
        let (_, mut browser) = world.town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
        for _ in 0..4 {
            browser.get("/console").await;
        }
        world.hour().await;
        assert_eq!(verify(&world.town.state).await.unwrap(), Verified { links: 4, anchored: 4 });
        world.town.database.execute(tamper).await;
        let error = verify(&world.town.state).await.unwrap_err();
        match found {
            "broken" => assert!(matches!(error, AuditError::Broken(_)), "{tamper}: {error}"),
            _ => assert!(matches!(error, AuditError::CutOff { anchored: 4, .. }), "{tamper}: {error}"),
        }
    }
    // A whole new chain of the same length, with one look left out and another doubled.
    let world = World::new().await;
    let (_, mut browser) = world.town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    for path in ["/console", "/console/account", "/console"] {
        browser.get(path).await;
    }
    world.hour().await;
    let links = world.town.state.store.audit_after(0, 10).await.unwrap();
    world.town.database.execute("DELETE FROM audit").await;
    for link in [&links[0], &links[2], &links[2]] {
        world.town.state.store.append_audit(&link.look).await.unwrap();
    }
    assert!(matches!(verify(&world.town.state).await, Err(AuditError::OtherHead(3))));
}
