//! What can be set about a phone.

use bluezone_protocol::bluezone2020::SlotsPerDay;
use bluezone_protocol::export::VerifyingKey;
use bluezone_protocol::frame::DEFAULT_SERVICE_UUID;
use bluezone_proximity::DiseaseProfile;
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::seal::PublicKey;
use bluezone_transparency::webauthn::RelyingParty;
use serde::{Deserialize, Serialize};

/// Which identifiers this phone sends. It hears both.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The Exposure Notification key schedule: a fresh key each day.
    #[default]
    Gaen,
    /// The original app's. A published daily key of it gives away all later days, so it has to be asked for, and a
    /// phone that sends it cannot report a diagnosis.
    #[serde(rename = "bluezone-2020")]
    Bluezone2020,
}

/// How often and how long a phone listens. All in seconds.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyCycle {
    /// Length of a scan.
    pub scan_s: u32,
    /// From the start of one scan to the start of the next, at most.
    pub period_s: u32,
    /// Each period is shortened by a random 0 to this many seconds, so that two phones do not keep missing each other.
    pub jitter_s: u32,
}

impl DutyCycle {
    /// Exposure Notification: 4 seconds every 3.5 to 5 minutes.
    pub const EXPOSURE_NOTIFICATION: Self = Self { scan_s: 4, period_s: 300, jitter_s: 90 };
    /// The original app in the background: 40 seconds on, 260 off.
    pub const BLUEZONE_BACKGROUND: Self = Self { scan_s: 40, period_s: 300, jitter_s: 0 };
    /// The original app on the screen: 150 seconds on, 5 off.
    pub const BLUEZONE_FOREGROUND: Self = Self { scan_s: 150, period_s: 155, jitter_s: 0 };

    /// The profiles by name, for configuration files and flags.
    pub const NAMED: [(&'static str, Self); 3] = [
        ("exposure-notification", Self::EXPOSURE_NOTIFICATION),
        ("bluezone-background", Self::BLUEZONE_BACKGROUND),
        ("bluezone-foreground", Self::BLUEZONE_FOREGROUND),
    ];

    /// A profile by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, cycle)| *cycle)
    }
}

/// Whom this phone believes when someone asks for its owner's history, and to whom it seals what its owner tells: pinned,
/// or the server could name others.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The transparency log and its witnesses.
    pub log: LogPolicy,
    /// The keeper's key, around every upload.
    pub keeper: PublicKey,
    /// The site of the officers' passkeys.
    pub site: RelyingParty,
}

/// Settings of a phone.
#[derive(Clone, Debug)]
pub struct DeviceConfig {
    /// What it sends.
    pub scheme: Scheme,
    /// Identifiers a day under [`Scheme::Bluezone2020`].
    pub slots_per_day: SlotsPerDay,
    /// When it listens.
    pub duty_cycle: DutyCycle,
    /// Which contacts matter.
    pub disease: DiseaseProfile,
    /// Sightings are deleted after so many days: 1 to 21. (Own keys are always kept 14 days.)
    pub retention_days: u32,
    /// UUID of the frames it sends and understands.
    pub service_uuid: u16,
    /// What it says it transmits with, dBm at 1 m.
    pub tx_power_dbm: i8,
    /// How sure that number is: 0 to 3.
    pub calibration_confidence: u8,
    /// Added to received strengths: how far this receiver reads low.
    pub rx_offset_db: i8,
    /// Transmit power taken for identifiers that do not say theirs (the original scheme, and all before a match).
    pub assumed_tx_power_dbm: i8,
    /// Keys of the health authority. An export signed by none of them is refused.
    pub trusted_export_keys: Vec<VerifyingKey>,
    /// Whom a diagnosis is published to.
    pub health_authority_id: String,
    /// Without it nothing but diagnosis keys can leave this phone.
    pub authority: Option<Authority>,
    /// Where the owner's days begin, seconds east of UTC. Vietnam: 7 hours.
    pub day_offset_s: i64,
}

impl Default for DeviceConfig {
    fn default() -> Self {
        Self {
            scheme: Scheme::default(),
            slots_per_day: SlotsPerDay::default(),
            duty_cycle: DutyCycle::EXPOSURE_NOTIFICATION,
            disease: DiseaseProfile::covid19(),
            retention_days: 14,
            service_uuid: DEFAULT_SERVICE_UUID,
            tx_power_dbm: -8,
            calibration_confidence: 0,
            rx_offset_db: 0,
            assumed_tx_power_dbm: -8,
            trusted_export_keys: Vec::new(),
            health_authority_id: "vn.bluezone".to_owned(),
            authority: None,
            day_offset_s: 7 * 3600,
        }
    }
}

impl DeviceConfig {
    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let cycle = self.duty_cycle;
        if !(1..=21).contains(&self.retention_days) {
            return Some(format!("retention_days must be 1 to 21, not {}", self.retention_days));
        }
        if cycle.scan_s == 0 || cycle.period_s < cycle.scan_s + cycle.jitter_s {
            return Some(
                "duty cycle: a scan needs at least 1 s, and a period room for scan and jitter".into(),
            );
        }
        if !(-50..=20).contains(&self.tx_power_dbm) {
            return Some(format!("tx_power_dbm must be -50 to 20, not {}", self.tx_power_dbm));
        }
        None
    }
}
