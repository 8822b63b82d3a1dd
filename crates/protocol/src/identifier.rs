//! An identifier of either scheme, as a phone hears it or reads it over GATT.

use crate::bluezone2020::BluezoneId;
use crate::gaen::{AssociatedMetadata, RollingProximityIdentifier};
use std::fmt;

/// What one phone told another: of which scheme, the length says.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier {
    /// 20 bytes on the air.
    Gaen {
        /// Who, for ten minutes.
        rpi: RollingProximityIdentifier,
        /// Encrypted metadata.
        aem: AssociatedMetadata,
    },
    /// 12 bytes on the air.
    Bluezone2020(BluezoneId),
}

/// The value is neither 12 nor 20 bytes long.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an identifier is 12 or 20 bytes long, not {0}")]
pub struct IdentifierLength(pub usize);

impl Identifier {
    /// From the bytes of a GATT value or a stored sighting: exactly 12 or exactly 20.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdentifierLength> {
        if let Ok(id) = <[u8; 12]>::try_from(bytes) {
            return Ok(Self::Bluezone2020(BluezoneId(id)));
        }
        match bytes.split_first_chunk::<16>() {
            Some((rpi, rest)) => match <[u8; 4]>::try_from(rest) {
                Ok(aem) => Ok(Self::Gaen { rpi: RollingProximityIdentifier(*rpi), aem }),
                Err(_) => Err(IdentifierLength(bytes.len())),
            },
            None => Err(IdentifierLength(bytes.len())),
        }
    }

    /// 20 or 12 bytes; [`Self::from_bytes`] gives the identifier back.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Gaen { rpi, aem } => [rpi.as_bytes().as_slice(), aem].concat(),
            Self::Bluezone2020(id) => id.as_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gaen { .. } => "Identifier::Gaen(..)",
            Self::Bluezone2020(_) => "Identifier::Bluezone2020(..)",
        })
    }
}
