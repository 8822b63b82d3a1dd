//! Somebody who reads in the log that a person is asked, and answers in their place: a stranger's meetings would become theirs.

use crate::console::town::UNIT;
use crate::promise::passkey::founders;
use crate::promise::phone::{Phone, history, send};
use crate::promise::release::write_request;
use crate::promise::world::World;
use bluezone_store::{Consented, NewConsent, NewUpload};

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_was_asked_answers() {
    let world = World::new().await;
    let mut asked = Phone::new(1);
    let report = asked.tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    for officer in [&mut lan, &mut minh] {
        officer.signs(&world, &page, &format!("{page}/sign")).await;
    }
    world.hour().await;
    let requests = asked.asks(&world).await;
    let request = requests[0].as_ref().unwrap();
    // Statement, subject and the keys to seal to are public; what only the asked phone was told is not.
    let mut stranger = Phone::new(2);
    let forged = stranger.answer(request, &history(world.town.clock_now()));
    for guess in [
        None,
        stranger
            .asked
            .take()
            .map(|details| bluezone_transparency::release::Details { salt: [0; 32], ..details }),
    ] {
        stranger.asked = guess;
        let body = stranger.request(Some(&forged), "");
        assert_eq!(send(&world, "/v1/consent", body).await.refusal(), (400, "upload_invalid".to_owned()));
    }
    let store = &world.town.state.store;
    assert!(store.upload(forged.hash().0).await.unwrap().is_none());

    // Without that check, which stands in front of the store, the answer is taken as theirs.
    let hash = forged.hash().0;
    let upload = NewUpload {
        hash,
        bytes: forged.to_bytes(),
        unit: UNIT.to_owned(),
        request: forged.context().request.map(|hash| hash.0),
    };
    let new = NewConsent {
        upload: Some(upload),
        mailbox: None,
        token: None,
        withdrawal: None,
        source: ([1; 32], 9),
        now: world.town.clock_now(),
    };
    assert_eq!(store.consent(&new).await.unwrap(), Consented::Stored);
    assert_eq!(store.answers(request.hash().0).await.unwrap().len(), 1);
}
