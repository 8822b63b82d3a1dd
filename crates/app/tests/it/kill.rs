//! A phone killed at 200 random instants loses nothing it acknowledged and uploads nothing twice.
//!
//! The test starts itself again as a child process: a phone with its contact log in a file that scans, checks exports
//! and reports diagnoses, and says after each step that it is done. The parent kills it (SIGKILL) somewhere in between,
//! opens the log and compares it with what it was told; then the next child goes on. The instants are drawn from a
//! fixed seed: so many messages after the start, and up to two milliseconds more.

pub mod child;
mod server;
mod world;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use world::World;

const KILLS: usize = 200;

/// Set in the child: its settings.
const SETTINGS: &str = "BLUEZONE_KILL_TEST_CHILD";

#[test]
fn a_phone_killed_at_200_random_instants_loses_nothing_and_uploads_once() {
    if let Ok(settings) = env::var(SETTINGS) {
        child::run(&serde_json::from_str(&settings).unwrap());
        return;
    }
    let mut rng = StdRng::seed_from_u64(20_211_221);
    let mut world = World::new();
    for _ in 0..KILLS {
        let instant = match rng.random_range(0..6) {
            // While it starts.
            0 => (0, Duration::from_micros(rng.random_range(0..20_000))),
            _ => (rng.random_range(1..25), Duration::from_micros(rng.random_range(0..2_000))),
        };
        run(&mut world, rng.random(), Some(instant));
        world.check();
    }
    run(&mut world, rng.random(), None);
    world.check_end();
}

fn run(world: &mut World, seed: u64, instant: Option<Instant>) {
    let settings = serde_json::to_string(&world.settings(seed, instant.is_none())).unwrap();
    let name = "kill::a_phone_killed_at_200_random_instants_loses_nothing_and_uploads_once";
    serve(name, SETTINGS, &settings, instant, |message| world.hear(message));
}

/// After so many messages, and that time.
pub type Instant = (usize, Duration);

/// Starts a test of this program as a child process, with settings in its environment, and answers its messages until it is
/// killed or, without an instant, ends.
pub fn serve(
    test: &str,
    variable: &str,
    settings: &str,
    instant: Option<Instant>,
    mut hear: impl FnMut(&str) -> Option<String> + Send,
) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "--test-threads=1", test]);
    command.env(variable, settings);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut child = KilledOnDrop(child);
    let (mut to_child, from_child) = (child.0.stdin.take().unwrap(), child.0.stdout.take().unwrap());
    let (told, tells) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for line in BufReader::new(from_child).lines() {
                // The test harness prints too; ours begin with @. The last may be cut short: it has no end of line,
                // was not said in full, and `END` is missing.
                let line = line.unwrap();
                let Some(message) = line.strip_prefix('@').and_then(|line| line.strip_suffix(" END")) else {
                    continue;
                };
                if let Some(answer) = hear(message) {
                    // The child may be dead by now.
                    let _ = to_child.write_all(format!("{answer}\n").as_bytes());
                }
                let _ = told.send(());
            }
        });
        if let Some((messages, then)) = instant {
            for _ in 0..messages {
                // An error: the child ended by itself, which the status below tells.
                let _ = tells.recv();
            }
            // Real time is the subject here: nobody answers, so this only waits.
            let _ = tells.recv_timeout(then);
            child.0.kill().unwrap();
        }
        let status = child.0.wait().unwrap();
        assert!(status.success() == instant.is_none(), "the child ended with {status}");
    });
}

/// A failed test leaves no process behind.
struct KilledOnDrop(Child);

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
