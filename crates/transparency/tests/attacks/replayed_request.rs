//! The server sends a genuine request again: after it was refused, in the hope of a tired yes; or after its time.

use super::careless::*;
use crate::scene::*;
use crate::support::*;
use bluezone_transparency::release::RequestError;

#[test]
fn an_answered_request_is_not_shown_again() {
    let mut scene = Scene::new();
    let (request, _) = scene.answered_request();
    scene.answered.insert(request.hash());
    // Fresh file, fresh checkpoint, and logged a second time for good measure.
    let entry = scene.request();
    let again = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    for index in [request.index(), again] {
        let file = scene.file(&entry, index);
        assert_eq!(scene.receive(&file), [Err(RequestError::Replayed)]);
        let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
        let entries = whole_log(&scene.world);
        assert!(careless(Without::Memory).receive(&file, &entries, NOW).is_ok());
        assert!(careless(Without::Nothing).receive(&file, &entries, NOW).is_err());
    }
}

#[test]
fn an_expired_request_is_not_shown() {
    let mut scene = Scene::new();
    let entry = scene.request();
    scene.log(std::slice::from_ref(&entry));
    // Time passes, hourly checkpoints are cosigned, and the old request comes in a file of today.
    scene.world.now = terms().expires;
    scene.log(&[lan().entry(&[])]);
    let file = scene.file(&entry, 2);
    assert_eq!(scene.receive(&file), [Err(RequestError::Expired)]);
    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    let (entries, now) = (whole_log(&scene.world), scene.world.now);
    assert!(careless(Without::Memory).receive(&file, &entries, now).is_ok());
    assert!(careless(Without::Nothing).receive(&file, &entries, now).is_err());
}
