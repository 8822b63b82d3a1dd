//! The log as it grows, and as everybody reads it.

use super::others;
use super::world::*;
use crate::console::town::UNIT;
use axum::http::StatusCode;
use bluezone_domain::publication::Stream;
use bluezone_server::promise::{entries, log, units};
use bluezone_server::{Config, jobs};
use bluezone_transparency::entry::Event;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::release::RequestsFile;
use bluezone_transparency::text::Line;
use bluezone_transparency::units::UnitsFile;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn rule(number: u64, world: &World) -> bluezone_store::NewLogEntry {
    let line = |text: &str| Line::new(text).unwrap();
    let now = world.town.clock_now();
    let rule = entries::NewRule {
        unit: line(UNIT),
        basis: line("Luật Phòng bệnh 2025"),
        rule: line("retention"),
        text: &number.to_be_bytes(),
        summary: line("Giữ dữ liệu lâu hơn"),
        effective: now,
    };
    entries::rule(&rule, now)
}

async fn log_rule(world: &World, number: u64) -> u64 {
    world.town.state.store.append_log_entry(&rule(number, world)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_an_hour_stand_in_the_next_checkpoint_and_everybody_can_verify_them() {
    let world = World::new().await;
    assert_eq!(world.checkpoint().await.head().size, 1);
    for number in 0..600 {
        assert_eq!(log_rule(&world, number).await, number + 1);
    }
    // Not before the hour.
    assert_eq!(jobs::run_once(&world.town.state).await.unwrap().log_size, None);
    assert_eq!(world.checkpoint().await.head().size, 1);
    assert_eq!(world.hour().await, Some(601));
    let audit = world.verified().await;
    assert_eq!((audit.head.size, audit.findings.len()), (601, 0));
    assert_eq!(audit.kinds["rule"], 601);
    // Without news the checkpoint is cosigned anew.
    let before = world.checkpoint().await.witnessed_at();
    assert_eq!(world.hour().await, Some(601));
    assert_eq!(world.checkpoint().await.witnessed_at(), before + HOUR);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_units_come_with_the_checkpoint_and_the_log_holds_the_units() {
    let world = World::new().await;
    let now = world.town.clock_now();
    let requests = world.file("/v1/requests").await;
    let requests = RequestsFile::read(&requests, &world.policy(), now).unwrap();
    assert_eq!((requests.checkpoint().head(), requests.len()), (world.checkpoint().await.head(), 4));
    let version_in_log = |entries: Vec<bluezone_transparency::entry::Entry>| -> Hash {
        let mut rules = entries.into_iter().filter_map(|entry| match entry.event {
            Event::Rule(rule) if rule.rule.as_str() == "units" => Some(rule.version),
            _ => None,
        });
        rules.next_back().unwrap()
    };
    let file = async || UnitsFile::read(&world.file("/v1/units").await, &world.key).unwrap();
    let first = file().await;
    assert_eq!(first.version(), version_in_log(world.entries().await));
    assert_eq!(first.unit(UNIT).unwrap().name.as_str(), "CDC Thái Nguyên");

    // A new key and a new unit are not in the file before they are in the log.
    units::add_key(&world.town.state, UNIT, "CDC Thái Nguyên").await.unwrap();
    units::add_key(&world.town.state, "BK-CDC", "CDC Bắc Kạn").await.unwrap();
    assert_eq!(file().await.version(), first.version());
    world.hour().await;
    let second = file().await;
    assert_eq!(second.units().len(), 2);
    assert_ne!(second.unit(UNIT).unwrap().key, first.unit(UNIT).unwrap().key);
    assert_eq!(second.version(), version_in_log(world.entries().await));
    // What was sealed to the old key still opens.
    assert_eq!(units::private_keys(&world.town.state, UNIT).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_enough_witnesses_nothing_is_published_and_it_heals() {
    let world = World::new().await;
    world.others.down.lock().unwrap().push("https://w2.test".to_owned());
    log_rule(&world, 1).await;
    world.town.wait(HOUR);
    let failed = jobs::run_once(&world.town.state).await.unwrap_err();
    assert!(failed.to_string().contains("1 of the pinned witnesses"), "{failed}");
    assert_eq!(world.checkpoint().await.head().size, 1);
    world.others.down.lock().unwrap().clear();
    assert_eq!(jobs::run_once(&world.town.state).await.unwrap().log_size, Some(2));
    assert_eq!(world.verified().await.head.size, 2);
}

/// However long they take to answer.
#[tokio::test(flavor = "multi_thread")]
async fn warnings_are_published_before_others_are_asked() {
    let world = World::new().await;
    let store = world.town.state.store.clone();
    let before = store.published(Stream::Cases).await.unwrap().len();
    let (runtime, seen) = (tokio::runtime::Handle::current(), Arc::new(Mutex::new(Vec::new())));
    let noted = seen.clone();
    *world.others.before.lock().unwrap() = Some(Arc::new(move |_| {
        let published = runtime.block_on(store.published(Stream::Cases)).unwrap().len();
        noted.lock().unwrap().push(published);
    }));
    world.town.wait(2 * 7200);
    jobs::run_once(&world.town.state).await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|published| *published > before), "{seen:?} after {before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn witnesses_are_asked_at_the_same_time() {
    let world = World::new().await;
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    *world.others.before.lock().unwrap() = Some(Arc::new(move |_| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(500));
        now.fetch_sub(1, Ordering::SeqCst);
    }));
    assert!(world.hour().await.is_some());
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_go_on_without_witnesses_and_the_log_says_that_it_is_not_there() {
    let world = World::new().await;
    let before = world.town.state.store.published(Stream::Cases).await.unwrap().len();
    *world.others.down.lock().unwrap() = vec!["https://".to_owned()];
    world.town.wait(2 * 7200);
    assert!(jobs::run_once(&world.town.state).await.is_err());
    let published = world.town.state.store.published(Stream::Cases).await.unwrap().len();
    assert!(published > before, "exports did not wait");

    let alone = crate::harness::TestServer::new().await;
    for path in ["/v1/log/checkpoint", "/v1/log/head", "/v1/log/tile/0/000", "/v1/requests", "/v1/units"] {
        assert_eq!(alone.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// Two servers on one database, whose jobs the lease failed to keep apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_writers_at_once_write_one_log() {
    let world = World::new().await;
    for round in 0..6 {
        for number in 0..90 {
            log_rule(&world, round * 90 + number).await;
        }
        world.town.wait(HOUR);
        let writers: Vec<_> = (0..3)
            .map(|_| {
                let state = world.town.state.clone();
                tokio::spawn(async move { drop(log::run(&state).await) })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    world.hour().await;
    let audit = world.verified().await;
    assert_eq!((audit.head.size, audit.findings.len()), (541, 0));
}

/// The same entries give the same files, whatever hours they came in and however often the job was run.
#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_writes_the_same_bytes() {
    let world = World::new().await;
    for number in 0..300 {
        log_rule(&world, number).await;
    }
    world.hour().await;
    let first = world.file("/v1/log/head").await;
    let (_, files) = world.files().await;
    // As after a crash before the head: back to the first tree, with files beyond it.
    let empty_head = object_store::path::Path::from("log/head");
    object_store::ObjectStoreExt::delete(&*world.town.state.objects, &empty_head).await.unwrap();
    world.hour().await;
    assert_eq!(world.file("/v1/log/head").await, first);
    assert_eq!(world.files().await.1.snapshot(), files.snapshot());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_made_once() {
    let world = World::with(Config { promise: others::config(), ..Config::default() }).await;
    let again = bluezone_server::admin::log::init(&world.town.state, "other.test/log").await.unwrap_err();
    assert!(again.to_string().contains("already"), "{again}");
    let pins = bluezone_server::admin::log::pins(&world.town.state).await.unwrap();
    assert_eq!((pins.log, pins.witnesses.len()), (world.key.clone(), 2));
}

/// The database of an earlier moment, with the files of now: no number is given twice, and the log ends when somebody says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_ahead_of_the_database_grows_no_more() {
    let world = World::new().await;
    let state = &world.town.state;
    for number in 0..5 {
        log_rule(&world, number).await;
    }
    world.hour().await;
    world.town.database.execute("DELETE FROM log_entries WHERE number >= 3").await;
    world.town.wait(HOUR);
    let refused = jobs::run_once(state).await.unwrap_err().to_string();
    assert!(refused.contains("the public log has 6 entries, the database 3"), "{refused}");
    // Others took their place.
    for number in 10..20 {
        log_rule(&world, number).await;
    }
    world.town.wait(HOUR);
    let refused = jobs::run_once(state).await.unwrap_err().to_string();
    assert!(
        refused.contains("the public log has 6 entries, the database 13, the last of them others"),
        "{refused}"
    );
    assert_eq!(world.checkpoint().await.head().size, 6);
    assert_eq!(world.verified().await.findings.len(), 0, "what is published is whole");

    let found = bluezone_server::admin::set_back::accept(state).await.unwrap();
    assert_eq!(found.log.unwrap().published, 6);
    assert_eq!(world.hour().await, None);
    let findings = bluezone_server::admin::doctor::examine(state).await;
    let log = findings.iter().find(|finding| finding.part == "transparency log").unwrap();
    assert!(log.words.contains("it ended"), "{log:?}");
}

/// Database and files of an earlier moment: only the witnesses remember.
#[tokio::test(flavor = "multi_thread")]
async fn witnesses_who_have_seen_more_are_told_from_witnesses_who_are_away() {
    use object_store::ObjectStoreExt as _;
    let world = World::new().await;
    let head = object_store::path::Path::from("log/head");
    let objects = &world.town.state.objects;
    let earlier = objects.get(&head).await.unwrap().bytes().await.unwrap();
    log_rule(&world, 1).await;
    world.hour().await;
    world
        .town
        .database
        .execute("DELETE FROM log_entries WHERE number >= 1; UPDATE log_state SET published_size = 1")
        .await;
    objects.put(&head, earlier.into()).await.unwrap();
    world.town.wait(HOUR);
    let refused = jobs::run_once(&world.town.state).await.unwrap_err().to_string();
    assert!(refused.contains("the public log has 2 entries, the database 1"), "{refused}");
}
