//! Who takes part, as a file between `bluezone load prepare` and `bluezone load run`: they may run on different machines.

use anyhow::Context as _;
use bluezone_server::admin::rehearsal;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A citizen as their browser knows them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Citizen {
    /// Their number.
    pub phone: String,
    /// The `Cookie` header.
    pub cookie: String,
    /// The token of their forms.
    pub form_token: String,
    /// They themself.
    pub profile: String,
}

/// Everybody and everything that takes part. No `Debug`: it opens accounts.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Cast {
    /// Who declares and checks in.
    pub citizens: Vec<Citizen>,
    /// Where they check in.
    pub places: Vec<String>,
    /// One-time codes, each for one report.
    pub codes: Vec<String>,
}

impl From<rehearsal::Cast> for Cast {
    fn from(made: rehearsal::Cast) -> Self {
        let citizen = |one: rehearsal::Rehearsed| Citizen {
            phone: one.phone,
            cookie: one.cookie,
            form_token: one.form_token,
            profile: one.profile.to_string(),
        };
        Cast {
            citizens: made.citizens.into_iter().map(citizen).collect(),
            places: made.places.iter().map(ToString::to_string).collect(),
            codes: made.codes,
        }
    }
}

impl Cast {
    /// From a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("cannot read {}: make it with `bluezone load prepare`", path.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is no cast", path.display()))
    }

    /// Into a file.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        std::fs::write(path, serde_json::to_string(self)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
