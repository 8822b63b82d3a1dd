//! A town with a log, witnesses and a keeper.

use super::others::{self, Others};
use crate::console::town::{Town, UNIT};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bluezone_domain::officer::Officer;
use bluezone_server::admin::{keys, log};
use bluezone_server::{Config, jobs, router};
use bluezone_transparency::checkpoint::{CosignedCheckpoint, LogPolicy};
use bluezone_transparency::entry::Entry;
use bluezone_transparency::note::VerifierKey;
use bluezone_transparency::storage::MemoryFiles;
use bluezone_transparency::tiles::{TILE_WIDTH, Tiles, bundle_path, tile_path};
use bluezone_transparency::verify::{Audit, verify_log};
use std::collections::BTreeMap;
use std::sync::Arc;
use tower::ServiceExt;

pub const ORIGIN: &str = "log.test/bluezone";
/// An hour of these logs has twenty minutes.
pub const HOUR: i64 = 1200;

pub struct World {
    pub town: Town,
    pub others: Arc<Others>,
    pub key: VerifierKey,
}

impl World {
    /// A log with one unit in it, published once.
    pub async fn new() -> World {
        World::with(Config { promise: others::config(), ..Config::default() }).await
    }

    pub async fn with(config: Config) -> World {
        World::of(Town::with(config).await).await
    }

    /// See [`Town::in_files`].
    pub async fn in_files() -> World {
        World::of(Town::in_files(Config { promise: others::config(), ..Config::default() }).await).await
    }

    async fn of(mut town: Town) -> World {
        let others = Arc::new(Others::new(town.clock.clone()));
        town.state.outside = others.clone();
        keys::init(&town.state).await.unwrap();
        let key = log::init(&town.state, ORIGIN).await.unwrap();
        others.pin(&key);
        log::add_unit(&town.state, UNIT, "CDC Thái Nguyên").await.unwrap();
        let world = World { town, others, key };
        world.hour().await;
        world
    }

    /// An hour goes by, and the jobs run.
    pub async fn hour(&self) -> Option<u64> {
        self.town.wait(HOUR);
        jobs::run_once(&self.town.state).await.unwrap().log_size
    }

    pub fn policy(&self) -> LogPolicy {
        others::policy(&self.key)
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = router(self.town.state.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        (status, axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    pub async fn file(&self, path: &str) -> Vec<u8> {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        body
    }

    /// The published checkpoint, believed.
    pub async fn checkpoint(&self) -> CosignedCheckpoint {
        let note = self.file("/v1/log/checkpoint").await;
        self.policy().check(&note, self.town.clock_now()).unwrap()
    }

    /// The log's files as everybody can fetch them, up to its checkpoint.
    pub async fn files(&self) -> (CosignedCheckpoint, MemoryFiles) {
        let checkpoint = self.checkpoint().await;
        let (mut files, mut size, mut paths) = (BTreeMap::new(), checkpoint.head().size, Vec::new());
        for level in 0.. {
            let whole = size / TILE_WIDTH;
            let widths = (0..whole)
                .map(|number| (number, TILE_WIDTH))
                .chain((size % TILE_WIDTH > 0).then_some((whole, size % TILE_WIDTH)));
            for (number, width) in widths {
                paths.push(tile_path(level, number, width));
                if level == 0 {
                    paths.push(bundle_path(number, width));
                }
            }
            size = whole;
            if size == 0 {
                break;
            }
        }
        for path in paths {
            files.insert(path.clone(), self.file(&format!("/v1/log/{path}")).await);
        }
        (checkpoint, MemoryFiles::from(files))
    }

    /// The whole log, verified as an auditor does.
    pub async fn verified(&self) -> Audit {
        let (checkpoint, files) = self.files().await;
        verify_log(&files, &checkpoint, &bluezone_server::promise::site(&self.town.state)).unwrap()
    }

    /// The account of that name.
    pub async fn officer(&self, username: &str) -> Officer {
        self.town.state.store.officer_by_username(username).await.unwrap().unwrap()
    }

    pub async fn entries(&self) -> Vec<Entry> {
        let (checkpoint, files) = self.files().await;
        let size = checkpoint.head().size;
        let entries = Tiles::new(&files, size).entries(0..size).unwrap();
        entries.iter().map(|bytes| Entry::parse(bytes).unwrap()).collect()
    }
}
