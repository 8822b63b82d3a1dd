//! The data folder: private where the program makes it, left alone where it was there before.

#![cfg(unix)]

use super::support::radio::Air;
use super::support::{TokioClock, config};
use bluezone_app::{App, AppConfig, AppError};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

async fn open(folder: &Path) -> Result<App, AppError> {
    let settings = AppConfig {
        server_url: "http://127.0.0.1:1".to_owned(),
        data_dir: folder.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        device: config(),
        poll_s: 3600,
        station_phone: None,
    };
    let clock = Arc::new(TokioClock::new());
    App::open(settings, Box::new(Air::new(clock.clone())), clock, Box::new(ChaCha8Rng::seed_from_u64(1)))
        .await
}

fn mode(folder: &Path) -> u32 {
    fs::metadata(folder).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_new_folder_is_its_owners_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("my/phone");
    open(&folder).await.unwrap();
    assert_eq!(mode(&folder), 0o700);
    open(&folder).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_others_use_is_refused_and_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    for shared in [0o755, 0o750, 0o777] {
        fs::set_permissions(place.path(), Permissions::from_mode(shared)).unwrap();
        let message = open(place.path()).await.err().expect("refused").to_string();
        assert!(message.contains("chmod 700") && message.contains("other accounts"), "{message}");
        assert_eq!(mode(place.path()), shared);
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "nothing was put there");
}
