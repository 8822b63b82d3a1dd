//! Two officers sign a request for seven days of contacts; the server makes it three weeks and everything.

use super::careless::*;
use crate::scene::*;
use crate::support::*;
use bluezone_transparency::entry::{DataKind, Entry, Event};
use bluezone_transparency::officers::OfficersError;
use bluezone_transparency::release::RequestError;
use bluezone_transparency::webauthn::AssertionError;

fn widened(scene: &Scene) -> Entry {
    let mut entry = scene.request();
    let Event::Request(signed) = &mut entry.event else { panic!("it is a request") };
    let scope = &mut signed.statement.terms.scope;
    scope.from = NOW - 21 * DAY;
    scope.kinds.extend(DataKind::ALL);
    entry
}

#[test]
fn signatures_cover_the_scope() {
    let mut scene = Scene::new();
    let entry = widened(&scene);
    scene.log(std::slice::from_ref(&entry));
    let file = scene.file(&entry, 2);
    let other = OfficersError::Assertion(AssertionError::OtherChallenge);
    assert_eq!(scene.receive(&file), [Err(RequestError::Officers(other))]);

    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    let shown = careless(Without::Challenge).receive(&file, &whole_log(&scene.world), NOW).unwrap();
    assert_eq!(shown.terms.scope.kinds.len(), 5);
    assert!(careless(Without::Nothing).receive(&file, &whole_log(&scene.world), NOW).is_err());
}

#[test]
fn the_log_holds_what_is_shown() {
    let mut scene = Scene::new();
    // Logged as signed; sent wider, signed for by two who do not look, but never logged so.
    let genuine = scene.request();
    scene.log(std::slice::from_ref(&genuine));
    let mut statement = scene.statement();
    statement.terms.scope.kinds.extend(DataKind::ALL);
    let wider = signed(statement, &[&lan(), &minh()]);
    let file = scene.file(&wider, 2);
    assert_eq!(scene.receive(&file), [Err(RequestError::NotInLog)]);
    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    assert!(careless(Without::Inclusion).receive(&file, &whole_log(&scene.world), NOW).is_ok());
    assert!(careless(Without::Nothing).receive(&file, &whole_log(&scene.world), NOW).is_err());
}
