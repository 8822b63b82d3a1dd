//! The units that phones can send to: their keys, and the file that names them.

use super::files::object_path;
use crate::error::ServerError;
use crate::secrets::Seal;
use crate::state::AppState;
use bluezone_store::{NewLogEntry, NewUnitKey, UnitKey};
use bluezone_transparency::entry::{Event, RuleChange};
use bluezone_transparency::note::Signer;
use bluezone_transparency::seal::{PrivateKey, PublicKey};
use bluezone_transparency::text::{FormatError, Line};
use bluezone_transparency::units::{UNITS_RULE, UnitsFile, UploadUnit};
use object_store::ObjectStoreExt;

/// The file's name beside the log.
pub const UNITS_PATH: &str = "units";

/// Makes a key for a unit, its first or a new one: from the next log hour on phones seal to it. Returns the number of the log
/// entry that says so.
pub async fn add_key(state: &AppState, code: &str, name: &str) -> Result<u64, ServerError> {
    let (unit, name) = (Line::new(code)?, Line::new(name)?);
    if code.contains(char::is_whitespace) {
        return Err(FormatError { what: "unit", field: "code", problem: "must hold no white space" }.into());
    }
    let now = state.now();
    let key = PrivateKey::generate(&mut state.rng());
    let public = *key.public().as_bytes();
    let private_sealed = state.secrets.seal(Seal::UnitKey, &public, &*key.to_bytes(), &mut *state.rng());
    let new = NewUnitKey { public, unit: code.to_owned(), name: name.to_string(), private_sealed, now };
    let entry = |keys: &[UnitKey]| {
        let change = RuleChange {
            unit: unit.clone(),
            basis: line("Quy chế vận hành Bluezone"),
            rule: line(UNITS_RULE),
            version: file(keys, now).version(),
            summary: Line::new(format!("Khóa mới của đơn vị {code}")).unwrap_or_else(|_| line("Khóa mới")),
            effective: now,
        };
        super::entries::entry(Event::Rule(change), now)
    };
    let entry: &dyn Fn(&[UnitKey]) -> NewLogEntry = &entry;
    Ok(state.store.add_unit_key(&new, entry).await?)
}

/// The unit's private keys, newest first.
pub async fn private_keys(state: &AppState, unit: &str) -> Result<Vec<PrivateKey>, ServerError> {
    let keys = state.store.keys_of_unit(unit).await?;
    keys.iter()
        .map(|key| {
            let plain = state.secrets.open(Seal::UnitKey, &key.public, &key.private_sealed)?;
            let plain = (&plain[..]).try_into().map_err(|_| crate::secrets::SecretsError::DoesNotOpen)?;
            Ok(PrivateKey::from_bytes(plain))
        })
        .collect()
}

/// Writes the file as the log of so many entries has it.
pub(super) async fn publish(state: &AppState, log_size: u64, signer: &Signer) -> Result<(), ServerError> {
    let now = state.now();
    let text = file(&state.store.unit_keys(log_size).await?, now).write(signer, now);
    state.objects.put(&object_path(UNITS_PATH), text.into_bytes().into()).await?;
    state.hot.forget(&object_path(UNITS_PATH));
    Ok(())
}

fn file(keys: &[UnitKey], now: bluezone_protocol::time::Timestamp) -> UnitsFile {
    let unit = |key: &UnitKey| {
        let (code, name) = (Line::new(&*key.unit).ok()?, Line::new(&*key.name).ok()?);
        Some(UploadUnit { code, key: PublicKey::from_bytes(key.public), name })
    };
    UnitsFile::new(keys.iter().filter_map(unit).collect(), now)
}

fn line(text: &str) -> Line {
    Line::new(text).expect("a short text of ours is a line")
}
