//! Rounds of checking against a server: warned, refused, offline.

use super::support::server::Server;
use super::support::{
    HOUR_S, MORNING, Neighbour, config, export, phone, phone_with, signing_key, signing_key_of,
};
use bluezone_app::client::{Client, MAX_EXPORT_BYTES};
use bluezone_app::phone::Phone;
use bluezone_app::sync::{Poller, Round, SyncError};
use bluezone_device::{DeviceConfig, DeviceError, MemoryStorage};
use bluezone_protocol::time::ManualClock;
use bluezone_proximity::RiskLevel;
use std::sync::Arc;
use tempfile::TempDir;

struct Scene {
    server: Server,
    phone: Phone,
    clock: Arc<ManualClock>,
    poller: Poller,
    folder: TempDir,
}

fn scene() -> Scene {
    let server = Server::start();
    let (phone, clock) = phone();
    let folder = tempfile::tempdir().unwrap();
    let poller = Poller::new(Client::new(&server.url).unwrap(), folder.path());
    Scene { server, phone, clock, poller, folder }
}

impl Scene {
    fn publish(&self, files: &[(&str, Vec<u8>)]) {
        let index: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        self.server.answers("/exports/index.txt", 200, index.join("\n"));
        for (name, file) in files {
            self.server.answers(&format!("/exports/{name}"), 200, file.clone());
        }
    }

    fn level(&self) -> RiskLevel {
        self.phone.with(|mind, now, _| mind.exposure(now).unwrap().assessment.level)
    }

    fn last_check(&self) -> Option<i64> {
        self.phone.with(|mind, now, _| mind.exposure(now).unwrap().last_check.map(|at| at.0))
    }
}

#[tokio::test]
async fn a_neighbour_who_publishes_warns_this_phone_and_a_stranger_does_not() {
    let mut scene = scene();
    let mut near = Neighbour::new(2);
    near.beside(&scene.phone, MORNING - 3 * HOUR_S, 30, -60);
    let stranger = export(&Neighbour::new(3).diagnosed(), &signing_key("v1"));
    scene.publish(&[("a.zip", stranger)]);
    let round = scene.poller.round(&scene.phone).await.unwrap();
    assert_eq!(round, Round { files: 1, ..Round::default() });
    assert_eq!(scene.level(), RiskLevel::None);

    scene.publish(&[("a.zip", Vec::new()), ("b.zip", export(&near.diagnosed(), &signing_key("v1")))]);
    let round = scene.poller.round(&scene.phone).await.unwrap();
    assert_eq!((round.files, round.matches), (1, 1), "only the new file is fetched");
    assert_eq!(scene.level(), RiskLevel::High);
    assert_eq!(scene.last_check(), Some(MORNING.0));
    assert_eq!(scene.server.paths().iter().filter(|path| path.ends_with("a.zip")).count(), 1);
    assert_eq!(std::fs::read_dir(scene.folder.path()).unwrap().count(), 0, "no download is left behind");
}

#[tokio::test]
async fn a_file_that_was_changed_is_refused_by_name_and_the_others_count() {
    let mut scene = scene();
    let mut near = Neighbour::new(2);
    near.beside(&scene.phone, MORNING - 3 * HOUR_S, 30, -60);
    let file = export(&near.diagnosed(), &signing_key("v1"));
    let mut changed = file.clone();
    changed[60] ^= 1;
    let forged = export(&near.diagnosed(), &signing_key_of("v1", 8));
    scene.publish(&[("changed.zip", changed), ("forged.zip", forged)]);
    let round = scene.poller.round(&scene.phone).await.unwrap();
    assert_eq!((round.files, round.refused.len()), (0, 2));
    assert!(round.refused[0].contains("changed.zip") && round.refused[1].contains("forged.zip"), "{round:?}");
    assert_eq!(scene.level(), RiskLevel::None);
    assert_eq!(scene.last_check(), None, "a check that left something out is not a check");
    assert!(scene.phone.health().refused_file.unwrap().contains("forged.zip"));

    // Not downloaded again before a day is over; the good file still counts.
    scene.publish(&[("changed.zip", file.clone()), ("good.zip", file.clone())]);
    let round = scene.poller.round(&scene.phone).await.unwrap();
    assert_eq!((round.files, round.left_out), (1, 1));
    assert_eq!(scene.level(), RiskLevel::High);
    scene.clock.advance(25 * HOUR_S);
    let round = scene.poller.round(&scene.phone).await.unwrap();
    assert_eq!((round.files, round.left_out), (1, 0));
    assert_eq!(scene.phone.health().refused_file, None);
    assert!(scene.last_check().is_some());
}

#[tokio::test]
async fn without_pinned_keys_nothing_is_fetched() {
    let server = Server::start();
    server.answers("/exports/index.txt", 200, "a.zip");
    let settings = DeviceConfig { trusted_export_keys: Vec::new(), ..config() };
    let phone = phone_with(settings, MemoryStorage::new(), Arc::new(ManualClock::new(MORNING)));
    let folder = tempfile::tempdir().unwrap();
    let round = Poller::new(Client::new(&server.url).unwrap(), folder.path()).round(&phone).await.unwrap();
    assert_eq!(round, Round::default());
    assert_eq!(server.paths(), ["/exports/index.txt"]);
    assert_eq!(phone.with(|mind, now, _| mind.exposure(now).unwrap().last_check), None);
}

#[tokio::test]
async fn an_index_with_a_path_in_it_fetches_nothing() {
    let mut scene = scene();
    scene.server.answers("/exports/index.txt", 200, "a.zip\n../../admin.zip");
    let error = scene.poller.round(&scene.phone).await.unwrap_err();
    assert!(matches!(error, SyncError::Device(DeviceError::ExportName(_))), "{error}");
    assert_eq!(scene.server.paths(), ["/exports/index.txt"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_fetched_does_not_hide_the_newer_ones() {
    let mut scene = scene();
    let mut near = Neighbour::new(2);
    near.beside(&scene.phone, MORNING - 3 * HOUR_S, 30, -60);
    let file = export(&near.diagnosed(), &signing_key("v1"));
    let huge = vec![0; usize::try_from(MAX_EXPORT_BYTES).unwrap() + 1];
    scene.publish(&[("gone.zip", Vec::new()), ("huge.zip", huge), ("good.zip", file)]);
    scene.server.answers("/exports/gone.zip", 410, "");
    let round = scene.poller.round(&scene.phone).await.unwrap();
    assert_eq!((round.files, round.missing.len(), round.refused.len()), (1, 2, 0), "{round:?}");
    assert!(round.missing[0].contains("gone.zip") && round.missing[0].contains("410"), "{round:?}");
    assert_eq!(scene.level(), RiskLevel::High, "the newer file was checked");
    assert_eq!(scene.last_check(), None, "a check that left something out is not a check");
    assert!(scene.phone.health().missing_file.unwrap().contains("huge.zip"));

    // Asked for again after an hour, the large one after a day; until all is well, the phone says what is missing.
    let asked = |scene: &Scene, file: &str| scene.server.paths().iter().filter(|p| p.ends_with(file)).count();
    assert_eq!(scene.poller.round(&scene.phone).await.unwrap().left_out, 2);
    scene.clock.advance(HOUR_S);
    assert_eq!(scene.poller.round(&scene.phone).await.unwrap().left_out, 1);
    assert_eq!((asked(&scene, "gone.zip"), asked(&scene, "huge.zip")), (2, 1));
    assert!(scene.phone.health().missing_file.is_some());
    let other = export(&Neighbour::new(3).diagnosed(), &signing_key("v1"));
    scene.publish(&[("gone.zip", other.clone()), ("huge.zip", other)]);
    scene.clock.advance(24 * HOUR_S);
    assert_eq!(scene.poller.round(&scene.phone).await.unwrap().files, 2);
    assert_eq!(scene.phone.health().missing_file, None);
    assert!(scene.last_check().is_some());
}

#[tokio::test]
async fn a_lost_server_is_noted_and_a_broken_round_goes_on_where_it_was() {
    let mut scene = scene();
    let file = export(&Neighbour::new(3).diagnosed(), &signing_key("v1"));
    scene.publish(&[("a.zip", file.clone()), ("b.zip", file)]);
    assert_eq!(scene.poller.round(&scene.phone).await.unwrap().files, 2);
    assert_eq!(scene.phone.health().server_reached, Some(true));

    drop(std::mem::replace(&mut scene.server, Server::start()));
    assert!(matches!(scene.poller.round(&scene.phone).await, Err(SyncError::Client(_))));
    assert_eq!(scene.phone.health().server_reached, Some(false));
    assert_eq!(scene.last_check(), Some(MORNING.0), "what was found before still stands");
}
