//! Whom the promise is kept with: witnesses and keeper, run by others.

use bluezone_transparency::checkpoint::{LogPolicy, PolicyError};
use bluezone_transparency::note::VerifierKey;
use bluezone_transparency::seal::PublicKey;
use serde::{Deserialize, Serialize};

/// Settings of the transparency log. Without witnesses and keeper nothing is asked for and nothing is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PromiseConfig {
    /// New entries are put into the log, and its checkpoint is cosigned anew, this often.
    pub period_s: i64,
    /// Who cosigns.
    pub witnesses: Vec<WitnessConfig>,
    /// How many of them phones and keeper demand; at least two.
    pub quorum: usize,
    /// Who takes the outer seal off uploads.
    pub keeper: Option<KeeperConfig>,
    /// Uploads without a code that one source may send in an hour.
    pub source_uploads_per_hour: u32,
    /// Uploads that nobody opened, and mailboxes, are deleted after so many days; what was opened too.
    pub retention_days: i64,
}

/// A witness (`bluezone witness`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// Address, without a slash at its end.
    pub url: String,
    /// Its public key.
    pub key: VerifierKey,
}

/// The keeper (`bluezone keeper`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeeperConfig {
    /// Address, without a slash at its end.
    pub url: String,
    /// Its public key.
    pub key: PublicKey,
}

impl Default for PromiseConfig {
    fn default() -> Self {
        PromiseConfig {
            period_s: 3600,
            witnesses: Vec::new(),
            quorum: 2,
            keeper: None,
            source_uploads_per_hour: 120,
            retention_days: 30,
        }
    }
}

impl PromiseConfig {
    /// The policy of whoever believes this log; an error if there are too few witnesses.
    pub fn policy(&self, log: VerifierKey) -> Result<LogPolicy, PolicyError> {
        let witnesses = self.witnesses.iter().map(|witness| witness.key.clone()).collect();
        LogPolicy::new(log, witnesses, self.quorum, LogPolicy::DEFAULT_MAX_AGE_S)
    }

    /// Whether somebody cosigns and somebody keeps: what it takes to accept uploads.
    pub fn is_complete(&self) -> bool {
        self.witnesses.len() >= self.quorum && self.keeper.is_some()
    }
}
