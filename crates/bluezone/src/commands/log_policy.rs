//! Flags that say whom to believe about a log.

use anyhow::Context as _;
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::note::VerifierKey;

/// Whom to believe about a log.
#[derive(clap::Args, Clone)]
pub struct PolicyFlags {
    /// The log's public key, as name+id+base64; the name is the origin of its checkpoints
    #[arg(long, value_name = "VKEY")]
    log: VerifierKey,
    /// A witness's public key; at least two
    #[arg(long, value_name = "VKEY", required = true)]
    witness: Vec<VerifierKey>,
    /// How many of the witnesses must have cosigned
    #[arg(long, value_name = "N", default_value_t = 2)]
    quorum: usize,
    /// How old their word may be, in hours
    #[arg(long, value_name = "HOURS", default_value_t = LogPolicy::DEFAULT_MAX_AGE_S / 3600,
          value_parser = clap::value_parser!(i64).range(1..=8760))]
    max_age_hours: i64,
}

impl PolicyFlags {
    /// The policy that they describe.
    pub fn policy(&self) -> anyhow::Result<LogPolicy> {
        let max_age_s = self.max_age_hours * 3600;
        LogPolicy::new(self.log.clone(), self.witness.clone(), self.quorum, max_age_s)
            .context("cannot use --log and --witness")
    }
}
