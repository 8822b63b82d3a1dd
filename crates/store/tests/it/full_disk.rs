//! A full disk under SQLite, which takes back by itself what was begun: whoever wrote is told to come again, and the next who writes
//! is not the worse for it.

use crate::declarations::declared;
use crate::support::*;
use bluezone_domain::declaration::SentBy;
use bluezone_store::testing::{no_more_room, sqlite};
use bluezone_store::{Accepted, NewFile};

#[tokio::test]
async fn a_declaration_that_finds_no_room_leaves_nothing_and_is_taken_when_there_is_some() {
    let mut world = World::new(sqlite().await).await;
    let mut new = declared(&mut world, "0900000001").await;
    new.files = vec![NewFile { content_type: "application/pdf".to_owned(), bytes: vec![7; 1 << 20] }];
    let SentBy::Citizen { citizen, .. } = new.declaration.by else { panic!("by a citizen") };
    let (store, rng) = (&world.store, &mut world.rng);
    no_more_room(store).await;
    let refused = store.accept_declaration(&new, rng).await.unwrap_err();
    assert!(refused.is_unavailable() && refused.to_string().contains("full"), "{refused}");
    assert_eq!(store.declarations_of(citizen, 10).await.unwrap(), []);
    assert_eq!(store.profiles_of(citizen).await.unwrap(), []);
    assert_eq!(store.consents_of(citizen).await.unwrap(), []);
    // By a new connection, which has no limit.
    assert_eq!(store.accept_declaration(&new, rng).await.unwrap(), Accepted::New);
    assert_eq!(store.declaration_files(new.declaration.id).await.unwrap().len(), 1);
}
