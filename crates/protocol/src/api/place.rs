//! `GET /api/places/{code}`: what a phone needs to check in where only the nine digits are at hand.

use super::{decode_base64, encode_base64};
use crate::place_warning::PlaceKey;
use serde::{Deserialize, Serialize};

/// A place or a vehicle, as the server knows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceAnswer {
    /// What it is called.
    pub name: String,
    /// Whether it is a vehicle.
    pub vehicle: bool,
    /// How long people usually stay, seconds.
    pub dwell_s: i64,
    /// Reads its warnings, 32 bytes, base64. The poster's tag cannot be made of it.
    pub key: String,
}

impl PlaceAnswer {
    /// With its key.
    pub fn new(name: String, vehicle: bool, dwell_s: i64, key: &PlaceKey) -> Self {
        Self { name, vehicle, dwell_s, key: encode_base64(key.as_bytes()) }
    }

    /// The key; `None` if it is not 32 bytes of base64.
    pub fn place_key(&self) -> Option<PlaceKey> {
        Some(PlaceKey::from_bytes(decode_base64(&self.key)?.try_into().ok()?))
    }
}
