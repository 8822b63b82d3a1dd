//! A database that is older than what was published from it.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::publication::Stream;
use bluezone_server::admin::set_back::{SetBack, accept, look};
use bluezone_server::published::{index_path, named};
use bluezone_server::{AppState, ServerError, jobs};
use object_store::ObjectStoreExt;

async fn index(state: &AppState) -> Vec<String> {
    let text = state.objects.get(index_path(Stream::Cases)).await.unwrap().bytes().await.unwrap();
    String::from_utf8(text.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

fn of_cases(found: &SetBack) -> Vec<String> {
    let of_cases = found.files.iter().filter(|(stream, _)| *stream == Stream::Cases);
    of_cases.map(|(_, file)| file.object_name.clone()).collect()
}

/// Two files, one with a phone's keys.
async fn published(engine: Engine) -> (TestServer, Vec<String>) {
    let server = TestServer::with(engine, config()).await;
    let phone = Phone::new(server.now(), &mut server.rng());
    server.publish(&server.new_code(CaseStatus::Confirmed).await, &phone).await;
    for _ in 0..2 {
        server.clock.advance(7200);
        jobs::run_once(&server.state).await.unwrap();
    }
    let names = index(&server.state).await;
    assert_eq!(names.len(), 2);
    assert!(look(&server.state).await.unwrap().is_none());
    (server, names)
}

#[tokio::test]
async fn nothing_is_published_until_somebody_says_to_go_on_and_no_number_comes_twice() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (newer, names) = published(engine).await;
        // Of the moment before the first publication, with the files of now.
        let mut server = TestServer::with(engine, config()).await;
        server.state.objects = newer.state.objects.clone();
        server.clock.advance(3 * 7200);
        let refused = jobs::run_once(&server.state).await.unwrap_err();
        assert!(matches!(refused, ServerError::SetBack(_)), "{refused}");
        let words = refused.to_string();
        assert!(words.contains(&names[0]) && words.contains("bluezone admin set-back --accept"), "{words}");
        assert_eq!(index(&server.state).await, names, "what is published stays");

        let found = look(&server.state).await.unwrap();
        assert_eq!((of_cases(&found), found.others.len(), found.log), (names.clone(), 0, None));
        assert_eq!(accept(&server.state).await.unwrap(), found);
        assert!(look(&server.state).await.unwrap().is_none());
        let third = jobs::run_once(&server.state).await.unwrap().published.unwrap();
        let said = named(&third).unwrap();
        assert_eq!((said.id.0, said.start), (3, named(&names[1]).unwrap().end));
        assert_eq!(index(&server.state).await, [names, vec![third]].concat());
    }
}

#[tokio::test]
async fn a_database_that_went_on_after_it_was_set_back_is_refused_too() {
    let (newer, names) = published(Engine::Sqlite).await;
    let mut server = TestServer::new().await;
    server.clock.advance(3 * 7200);
    let other = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    server.state.objects = newer.state.objects.clone();
    let found = look(&server.state).await.unwrap();
    assert_eq!(of_cases(&found), names[1..]);
    assert!(found.others.contains(&names[0]));
    server.clock.advance(7200);
    assert!(matches!(jobs::run_once(&server.state).await, Err(ServerError::SetBack(_))));
    accept(&server.state).await.unwrap();
    assert_eq!(index(&server.state).await, [other, names[1].clone()], "its own for the number");
    assert!(look(&server.state).await.unwrap().is_none());
}

/// A crash between the file and its note in the database, and between the note and the index: neither looks like it.
#[tokio::test]
async fn what_a_crash_leaves_is_not_taken_for_it() {
    let (server, names) = published(Engine::Sqlite).await;
    let put = async |text: String| {
        let index = index_path(Stream::Cases);
        server.state.objects.put(index, text.into_bytes().into()).await.unwrap();
    };
    put(names[0].clone()).await;
    assert!(look(&server.state).await.unwrap().is_none());
    jobs::run_once(&server.state).await.unwrap();
    assert_eq!(index(&server.state).await, names);
    // Retired in the database, and still in the index.
    server.clock.advance(15 * 86_400);
    server.state.store.retire_files(Stream::Cases, server.now()).await.unwrap();
    put(names.join("\n")).await;
    assert!(look(&server.state).await.unwrap().is_none());
}
