//! Whether an installation is sound, looked at part by part. Nothing is changed but one small file that is written to the store
//! of published files and taken away again.

use super::set_back;
use crate::error::ServerError;
use crate::signing::{is_current, newest_first};
use crate::startup::Options;
use crate::state::AppState;
use bluezone_domain::publication::Stream;
use bluezone_store::{Purpose, Store, StoreError};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use rand::Rng;
use serde::Serialize;
use std::fmt::Display;

/// How far the clocks of this machine and of the database may be apart: sign-in codes last 30 seconds.
const CLOCKS_APART_S: i64 = 5;
/// A job that has not run for so long does not run at all.
const IDLE_S: i64 = 3600;

/// How it is with one part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Well,
    /// It works, and something should be done.
    Mind,
    /// It does not work, or somebody may come to harm.
    Wrong,
}

/// What was found about one part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// The part.
    pub part: &'static str,
    /// How it is.
    pub state: State,
    /// What is so, and what to do about it.
    pub words: String,
}

fn finding(part: &'static str, state: State, words: impl Into<String>) -> Finding {
    Finding { part, state, words: words.into() }
}

/// That a part does not work.
pub fn wrong(part: &'static str, error: impl Display) -> Finding {
    finding(part, State::Wrong, error.to_string())
}

const TAKES_NOTHING: &str =
    "it answers and takes nothing: is it a standby? Point DATABASE_URL at the primary";

/// Looks at the database before anything is opened in it: opening would bring it to this program's layout. None if the rest can be
/// looked at.
pub async fn before(options: &Options) -> Option<Finding> {
    const PART: &str = "database";
    let look = async {
        let store = Store::connect_to_read(&options.database()).await?;
        let found = async {
            let layout = store.layout().await?;
            // An older one may not tell how it fares.
            let writable = layout.is_older() || store.health().await?.writable;
            Ok::<_, StoreError>((layout, writable))
        };
        let found = found.await;
        store.close().await;
        found
    };
    match look.await {
        Ok((_, false)) => Some(finding(PART, State::Wrong, TAKES_NOTHING)),
        Ok((layout, true)) if layout.is_older() => {
            let words = format!(
                "layout {} of an older program; this one knows {}, and the rest is looked at when it has changed it: `bluezone admin \
                 migrate`, or its start",
                layout.found, layout.known
            );
            Some(finding(PART, State::Mind, words))
        }
        Ok(_) => None,
        Err(error) => Some(wrong(PART, error)),
    }
}

/// Looks at every part.
pub async fn examine(state: &AppState) -> Vec<Finding> {
    let parts = [
        ("database", database(state).await),
        ("clock", clock(state).await),
        ("published files", objects(state).await),
        ("moment in time", moment(state).await),
        ("signing keys", keys(state).await),
        ("officers", officers(state).await),
        ("jobs", jobs(state).await),
        ("transparency log", log(state).await),
    ];
    let mut findings: Vec<Finding> =
        parts.into_iter().map(|(part, found)| found.unwrap_or_else(|error| wrong(part, error))).collect();
    if let Some(found) = replica(state).await {
        findings.insert(1, found);
    }
    findings.extend(settings(state));
    findings
}

async fn database(state: &AppState) -> Result<Finding, ServerError> {
    const PART: &str = "database";
    let health = state.store.health().await?;
    if !health.writable {
        return Ok(finding(PART, State::Wrong, TAKES_NOTHING));
    }
    let careless = state.store.careless_settings().await?;
    if !careless.is_empty() {
        let words = format!(
            "what it acknowledged may be lost in a crash: set {} back to on in its configuration",
            careless.join(", ")
        );
        return Ok(finding(PART, State::Wrong, words));
    }
    let layout = state.store.layout().await?;
    let words = format!("{:?}, can be written to, {layout}", state.store);
    Ok(match (health.outgrown, layout.is_newer()) {
        (true, _) => {
            finding(PART, State::Wrong, format!("layout {} takes newer programs only: run one", layout.found))
        }
        (false, true) => finding(PART, State::Mind, format!("{words}. Put the newer program in its place")),
        (false, false) => finding(PART, State::Well, words),
    })
}

/// Nothing if none is named. Without it statistics are read from the primary, so that nobody else tells of one that is wrong.
async fn replica(state: &AppState) -> Option<Finding> {
    const PART: &str = "replica";
    const INSTEAD: &str = "statistics are read from the primary meanwhile";
    let found = match state.store.replica_fares().await {
        Ok(found) => found?,
        Err(error) => {
            return Some(finding(
                PART,
                State::Mind,
                format!("it does not answer, or not as a replica ({error}): {INSTEAD}"),
            ));
        }
    };
    if !found.ours {
        let words =
            "it is another server's database, whose statistics would be shown: DATABASE_REPLICA_URL is wrong";
        return Some(finding(PART, State::Wrong, words));
    }
    if !found.standby {
        let words = "it follows nobody: leave DATABASE_REPLICA_URL out if it is the primary itself; a replica that was made a primary of \
                     its own stands still, and so do the statistics";
        return Some(finding(PART, State::Mind, words));
    }
    let behind =
        found.behind_s.map_or("of unknown age".to_owned(), |behind_s| format!("{behind_s} s behind"));
    Some(match found.of_use {
        true => finding(PART, State::Well, format!("a standby, {behind}")),
        false => finding(PART, State::Mind, format!("a standby, {behind}: {INSTEAD}")),
    })
}

async fn clock(state: &AppState) -> Result<Finding, ServerError> {
    let apart = state.now().0 - state.store.time().await?;
    Ok(match apart.abs() {
        0..=CLOCKS_APART_S => finding("clock", State::Well, "agrees with the database's"),
        _ => {
            let words = format!(
                "this machine's clock is {apart} s before the database's: let both follow a time server (chrony)"
            );
            finding("clock", State::Wrong, words)
        }
    })
}

async fn objects(state: &AppState) -> Result<Finding, ServerError> {
    let name = Path::from(format!("doctor-{:016x}", state.rng().next_u64()));
    state.objects.put(&name, PutPayload::from_static(b"may be deleted\n")).await?;
    state.objects.get(&name).await?;
    state.objects.delete(&name).await?;
    let published = state.store.published(Stream::Cases).await?.len();
    Ok(finding("published files", State::Well, format!("can be written and read; {published} export files")))
}

/// Whether the database is as new as what was published from it.
async fn moment(state: &AppState) -> Result<Finding, ServerError> {
    let found = set_back::look(state).await?;
    match found.is_none() {
        true => {
            Ok(finding("moment in time", State::Well, "nothing that is published is newer than the database"))
        }
        false => Err(ServerError::SetBack(Box::new(found))),
    }
}

async fn keys(state: &AppState) -> Result<Finding, ServerError> {
    const PART: &str = "signing keys";
    for purpose in Purpose::ALL {
        let now = state.now();
        if !newest_first(state, purpose).await?.iter().any(|key| is_current(key, now)) {
            let words = format!("there is no {} key: run `bluezone admin keys init`", purpose.as_str());
            return Ok(finding(PART, State::Wrong, words));
        }
    }
    Ok(finding(PART, State::Well, "one for each purpose"))
}

async fn officers(state: &AppState) -> Result<Finding, ServerError> {
    let officers = state.store.list_officers().await?;
    let working = officers.iter().filter(|officer| officer.disabled_at.is_none()).count();
    Ok(match working {
        0 => finding("officers", State::Mind, "nobody can sign in: see `bluezone admin officer add --help`"),
        _ => finding("officers", State::Well, format!("{working} can sign in")),
    })
}

async fn jobs(state: &AppState) -> Result<Finding, ServerError> {
    Ok(match state.store.lease_is_held(crate::jobs::LEASE).await? {
        true => finding("jobs", State::Well, "a process does them"),
        false => {
            let words = "no process does them, so nothing is published: start one without --no-jobs";
            finding("jobs", State::Mind, words)
        }
    })
}

async fn log(state: &AppState) -> Result<Finding, ServerError> {
    const PART: &str = "transparency log";
    let Some(kept) = state.store.log_state().await? else {
        let words = "there is none, so phones can be asked for nothing: see `bluezone admin log init --help`";
        return Ok(finding(PART, State::Mind, words));
    };
    if kept.ended_at.is_some() {
        let words = "it ended when the database was set back: a new one needs a new installation, and new pins in the phones";
        return Ok(finding(PART, State::Wrong, words));
    }
    if kept.published_at.0 == 0 {
        let words = "never published yet: it needs two witnesses (docs/operate.md)";
        return Ok(finding(PART, State::Mind, words));
    }
    let age = state.now().0 - kept.published_at.0;
    Ok(match age <= state.config.promise.period_s + IDLE_S {
        true => finding(PART, State::Well, format!("published {age} s ago")),
        false => {
            let words =
                format!("last published {age} s ago: do the witnesses answer? See the log of the jobs");
            finding(PART, State::Wrong, words)
        }
    })
}

/// What still has its default that only fits one machine.
fn settings(state: &AppState) -> Vec<Finding> {
    let config = &state.config;
    let mut findings = Vec::new();
    findings.push(match config.public_url.starts_with("https://") {
        true => finding("address", State::Well, config.public_url.clone()),
        false => {
            let words =
                format!("citizens are led to {}: set `public_url` to an https address", config.public_url);
            finding("address", State::Mind, words)
        }
    });
    findings.push(match config.texts.gateway {
        Some(_) => finding("text messages", State::Well, "a gateway is set"),
        None => {
            let words = "no gateway, so citizens cannot sign in: set `texts.gateway`";
            finding("text messages", State::Mind, words)
        }
    });
    findings
}
