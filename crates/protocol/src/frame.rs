//! Bluetooth LE advertisements: the frames of both schemes, and what of the rest we recognise.
//!
//! An advertisement is a row of AD structures: one byte length, one byte type, data. We advertise one frame and
//! understand three; see [`Frame`].

use crate::bluezone2020::BluezoneId;
use crate::gaen::{AssociatedMetadata, RollingProximityIdentifier};
use crate::identifier::Identifier;
use std::fmt;
use std::ops::Deref;

/// The 16-bit UUID of the Exposure Notification service: service data of the default scheme carry it.
pub const DEFAULT_SERVICE_UUID: u16 = 0xFD6F;

/// Company id in the original Android app's manufacturer data (8885; never assigned to its makers).
pub const BLUEZONE_COMPANY_ID: u16 = 0x22B5;

/// 16-bit service UUID of the original Android app: "VN" on the air.
pub const BLUEZONE_ANDROID_UUID: u16 = 0x4E56;

/// Service UUID of the original iPhone app, and of ours where the identifier is read over GATT.
pub const BLUEZONE_SERVICE_UUID_TEXT: &str = "00004E56-73F5-4BC4-A12F-17D1AD07A667";

/// [`BLUEZONE_SERVICE_UUID_TEXT`] as it goes on the air: least significant byte first.
pub const BLUEZONE_SERVICE_UUID: [u8; 16] = 0x00004E56_73F5_4BC4_A12F_17D1AD07A667_u128.to_le_bytes();

/// The characteristic whose value is the identifier of the moment.
pub const BLUEZONE_CHARACTERISTIC_UUID_TEXT: &str = "00004E56-73F5-4BC4-A12F-17D1AD07A689";

/// [`BLUEZONE_CHARACTERISTIC_UUID_TEXT`], least significant byte first.
pub const BLUEZONE_CHARACTERISTIC_UUID: [u8; 16] = 0x00004E56_73F5_4BC4_A12F_17D1AD07A689_u128.to_le_bytes();

/// Proximity UUID of the iBeacon by which later Android versions woke sleeping iPhones. Most significant byte
/// first, as iBeacon has it.
const WAKE_BEACON_UUID: [u8; 16] = 0xC7AFEF7B_1788_4F4A_A87D_691D53BF21C4_u128.to_be_bytes();

const APPLE_COMPANY_ID: u16 = 0x004C;

/// AD types (Bluetooth Assigned Numbers 2.3).
mod ad {
    pub const FLAGS: u8 = 0x01;
    pub const UUIDS_16_SOME: u8 = 0x02;
    pub const UUIDS_16_ALL: u8 = 0x03;
    pub const UUIDS_128_SOME: u8 = 0x06;
    pub const UUIDS_128_ALL: u8 = 0x07;
    pub const SERVICE_DATA_16: u8 = 0x16;
    pub const MANUFACTURER: u8 = 0xFF;
}

/// Flags of the Exposure Notification specification: general discoverable, dual mode on both sides.
const FLAGS_GAEN: u8 = 0x1A;

/// General discoverable, LE only.
const FLAGS_LE_ONLY: u8 = 0x06;

/// An advertisement of one of the schemes.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub enum Frame {
    /// Service data on a 16-bit UUID: the default scheme.
    ServiceData {
        /// The service, by default [`DEFAULT_SERVICE_UUID`].
        uuid: u16,
        /// The sender's identifier.
        rpi: RollingProximityIdentifier,
        /// Its encrypted metadata.
        aem: AssociatedMetadata,
    },
    /// The original Android app: the identifier stands in manufacturer data.
    BluezoneAndroid(BluezoneId),
    /// The iPhone way: only the 128-bit service; the identifier is read over GATT.
    BluezoneIos,
}

/// What an advertisement turned out to be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// One of ours.
    Frame(Frame),
    /// The original app on an iPhone in the background: Apple's overflow area with the bit its service hashes to.
    /// Other services share the bit and other phones cannot see behind it, so it is ignored.
    IosOverflow,
    /// The beacon by which original Androids woke iPhones. It names nobody: ignored.
    IBeacon,
    /// Anything else, and anything malformed.
    Other,
}

impl Frame {
    /// The frame that carries `id`.
    pub fn for_identifier(id: &Identifier, service_uuid: u16) -> Frame {
        match *id {
            Identifier::Gaen { rpi, aem } => Frame::ServiceData { uuid: service_uuid, rpi, aem },
            Identifier::Bluezone2020(id) => Frame::BluezoneAndroid(id),
        }
    }

    /// The identifier in the frame; `None` if it has to be read over GATT.
    pub fn identifier(&self) -> Option<Identifier> {
        match *self {
            Frame::ServiceData { rpi, aem, .. } => Some(Identifier::Gaen { rpi, aem }),
            Frame::BluezoneAndroid(id) => Some(Identifier::Bluezone2020(id)),
            Frame::BluezoneIos => None,
        }
    }

    /// The advertisement, at most 31 bytes.
    pub fn encode(&self) -> AdvertisingData {
        let mut out = AdvertisingData::default();
        match self {
            Frame::ServiceData { uuid, rpi, aem } => {
                let uuid = uuid.to_le_bytes();
                out.push(ad::FLAGS, &[&[FLAGS_GAEN]]);
                out.push(ad::UUIDS_16_ALL, &[&uuid]);
                out.push(ad::SERVICE_DATA_16, &[&uuid, rpi.as_bytes(), aem]);
            }
            Frame::BluezoneAndroid(id) => {
                out.push(ad::FLAGS, &[&[FLAGS_LE_ONLY]]);
                out.push(ad::MANUFACTURER, &[&BLUEZONE_COMPANY_ID.to_le_bytes(), id.as_bytes()]);
                out.push(ad::UUIDS_16_ALL, &[&BLUEZONE_ANDROID_UUID.to_le_bytes()]);
            }
            Frame::BluezoneIos => {
                out.push(ad::FLAGS, &[&[FLAGS_LE_ONLY]]);
                out.push(ad::UUIDS_128_ALL, &[&BLUEZONE_SERVICE_UUID]);
            }
        }
        out
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Frame::ServiceData { uuid, .. } => write!(f, "ServiceData({uuid:#06x}, ..)"),
            Frame::BluezoneAndroid(_) => f.write_str("BluezoneAndroid(..)"),
            Frame::BluezoneIos => f.write_str("BluezoneIos"),
        }
    }
}

/// The bytes of a legacy advertisement.
#[derive(Copy, Clone, PartialEq, Eq, Default)]
pub struct AdvertisingData {
    bytes: [u8; 31],
    len: usize,
}

impl AdvertisingData {
    fn push(&mut self, kind: u8, parts: &[&[u8]]) {
        let data: usize = parts.iter().map(|part| part.len()).sum();
        let length = u8::try_from(data + 1).expect("our structures are far shorter than 255 bytes");
        for part in [&[length, kind]].into_iter().map(|head| head.as_slice()).chain(parts.iter().copied()) {
            self.bytes[self.len..self.len + part.len()].copy_from_slice(part);
            self.len += part.len();
        }
    }
}

impl Deref for AdvertisingData {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl fmt::Debug for AdvertisingData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AdvertisingData({} bytes)", self.len)
    }
}

/// Reads an advertisement (legacy or extended, any length). Structures cut short or of length 0 end the reading;
/// what stood whole before them counts.
pub fn decode(advertisement: &[u8], service_uuid: u16) -> Heard {
    let mut found = Found::default();
    for (kind, data) in structures(advertisement) {
        found.take(kind, data, service_uuid);
    }
    found.verdict()
}

fn structures(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (&length, after) = rest.split_first()?;
        let (structure, after) = after.split_at_checked(usize::from(length))?;
        rest = after;
        let (&kind, data) = structure.split_first()?;
        Some((kind, data))
    })
}

/// What the structures of one advertisement said. Of each kind the first counts.
#[derive(Default)]
struct Found {
    service_data: Option<Frame>,
    /// Identifier in manufacturer data of the original's company id.
    android_id: Option<BluezoneId>,
    android_uuid: bool,
    ios_service: bool,
    overflow: bool,
    beacon: bool,
}

impl Found {
    fn take(&mut self, kind: u8, data: &[u8], service_uuid: u16) {
        match kind {
            ad::UUIDS_16_SOME | ad::UUIDS_16_ALL => {
                self.android_uuid |= data.as_chunks().0.contains(&BLUEZONE_ANDROID_UUID.to_le_bytes());
            }
            ad::UUIDS_128_SOME | ad::UUIDS_128_ALL => {
                self.ios_service |= data.as_chunks().0.contains(&BLUEZONE_SERVICE_UUID);
            }
            ad::SERVICE_DATA_16 => {
                let frame = service_data(data).filter(|(uuid, ..)| *uuid == service_uuid);
                let frame = frame.map(|(uuid, rpi, aem)| Frame::ServiceData { uuid, rpi, aem });
                self.service_data = self.service_data.or(frame);
            }
            ad::MANUFACTURER => {
                let Some((company, data)) = data.split_first_chunk() else { return };
                match u16::from_le_bytes(*company) {
                    BLUEZONE_COMPANY_ID => {
                        self.android_id = self.android_id.or(data.try_into().ok().map(BluezoneId));
                    }
                    APPLE_COMPANY_ID => {
                        self.overflow |= is_overflow(data);
                        self.beacon |= is_wake_beacon(data);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn verdict(self) -> Heard {
        match self {
            Found { service_data: Some(frame), .. } => Heard::Frame(frame),
            // Both are asked for: the company id is not the original's own, and 0x4E56 alone names nobody.
            Found { android_id: Some(id), android_uuid: true, .. } => {
                Heard::Frame(Frame::BluezoneAndroid(id))
            }
            Found { ios_service: true, .. } => Heard::Frame(Frame::BluezoneIos),
            Found { overflow: true, .. } => Heard::IosOverflow,
            Found { beacon: true, .. } => Heard::IBeacon,
            _ => Heard::Other,
        }
    }
}

/// UUID, identifier, metadata: exactly 22 bytes.
fn service_data(data: &[u8]) -> Option<(u16, RollingProximityIdentifier, AssociatedMetadata)> {
    let (uuid, data) = data.split_first_chunk()?;
    let (rpi, aem) = data.split_first_chunk()?;
    Some((u16::from_le_bytes(*uuid), RollingProximityIdentifier(*rpi), aem.try_into().ok()?))
}

/// Apple type 1: a 128-bit map of services advertised in the background. The original's sets bit 3 of byte 0; a
/// phone with another such app sets more bits (which the original's exact comparison missed).
fn is_overflow(apple: &[u8]) -> bool {
    matches!(apple, [0x01, map @ ..] if map.len() == 16 && map[0] & 0x08 != 0)
}

/// Apple type 2, length 0x15: UUID, major, minor, measured power.
fn is_wake_beacon(apple: &[u8]) -> bool {
    matches!(apple, [0x02, 0x15, beacon @ ..] if beacon.len() == 21 && beacon.starts_with(&WAKE_BEACON_UUID))
}
