//! What an operator may set. Every field has a default; unknown fields are refused, so a typing error is seen.

use crate::promise::PromiseConfig;
use crate::sign_on::SignOnConfig;
use crate::source::Network;
use crate::texting::{GatewayConfig, TextsConfig};
use bluezone_domain::form::{CONTACT_DAYS, Form, InfectiousDays};
use bluezone_domain::publication::{LATENCY_DAYS, Stream};
use bluezone_domain::visit::RETENTION_DAYS;
use bluezone_domain::workday::{Announced, Calendar};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The server's settings. Durations are seconds unless the name says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Region in the header of every export file (ISO 3166 alpha-2).
    pub region: String,
    /// `healthAuthorityID` that a publication must name.
    pub health_authority_id: String,
    /// `iss` of tokens and certificates.
    pub issuer: String,
    /// `aud` of certificates: this server as the receiver of keys.
    pub audience: String,
    /// `verification_key_id` in export files: the mobile country code, as phones expect it.
    pub export_key_id: String,
    /// How often keys are published. Shorter warns sooner, longer hides a reporter among more others; two hours is the
    /// embargo on the day's own key, so nobody is warned much later for it.
    pub export_period_s: i64,
    /// A key is published no sooner than this after its rolling period ends: until then a listener could still replay it.
    pub embargo_s: i64,
    /// Fewest keys in each cell of an export file; further sizes grow from it. See [`crate::jobs::padding`].
    pub padding_floor: usize,
    /// Days around the onset of symptoms, by class of infectiousness as the disease profile of the phones has it. Of a key
    /// nothing but its class is published; days of no class are not published. Default: `covid-19.json`. After a change,
    /// a fortnight's revised keys may be fewer than they should.
    pub infectious_days: Vec<InfectiousDays>,
    /// Device API answers leave at multiples of this after their request arrived, so that their time says nothing.
    pub response_floor_ms: u64,
    /// A contact may publish keys from so many days after the exposure on.
    pub latency_days: i64,
    /// Published keys and files are kept this many days.
    pub retention_days: i64,
    /// Cases and their history are kept this many days after their last change. Their purpose, codes for a phone, ends
    /// with the keys that it may still publish or revise after 14 days; the rest is time to look into a complaint.
    pub case_retention_days: i64,
    /// Visits of places are kept this many days, 21 to 30.
    pub visit_retention_days: i64,
    /// A code is traded for a token that lives this long.
    pub token_lifetime_s: i64,
    /// A token is traded for a certificate that lives this long.
    pub certificate_lifetime_s: i64,
    /// Failed code guesses that one source may make in an hour.
    pub source_guesses_per_hour: u32,
    /// Hits that all guessers together may expect from short codes in 24 hours before short codes pause.
    pub guess_budget: f64,
    /// Reports that one source may send in an hour.
    pub reports_an_hour: u32,
    /// Requests that are worked on at once; more are asked to come again, people's pages first ([`crate::operation::gates`]).
    pub in_flight: u32,
    /// Connections that are open at once; more wait.
    pub connections: u32,
    /// Days off, and days worked for them, that were announced since this program was made: legal terms depend on them.
    pub calendar: Announced,
    /// Reverse proxies whose `X-Forwarded-For` is believed: addresses, and networks like `10.0.0.0/8`. Empty: the header is
    /// ignored.
    pub trusted_proxies: Vec<Network>,
    /// Address under which citizens reach this server, for links in codes and pages (no trailing slash).
    pub public_url: String,
    /// Provinces' own sign-ons (OpenID Connect), and which units' officers may use them.
    pub sign_on: Vec<SignOnConfig>,
    /// Text messages with the code that confirms a telephone number.
    pub texts: TextsConfig,
    /// The transparency log, its witnesses and the keeper.
    pub promise: PromiseConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            region: "VN".to_owned(),
            health_authority_id: "vn.bluezone".to_owned(),
            issuer: "bluezone".to_owned(),
            audience: "bluezone-keys".to_owned(),
            export_key_id: "452".to_owned(),
            export_period_s: 7200,
            embargo_s: 7200,
            padding_floor: 8,
            infectious_days: vec![
                InfectiousDays { from: -2, to: 5, published: 1 },
                InfectiousDays { from: 6, to: 14, published: 10 },
            ],
            response_floor_ms: 250,
            latency_days: LATENCY_DAYS,
            retention_days: 14,
            case_retention_days: 90,
            visit_retention_days: *RETENTION_DAYS.start(),
            token_lifetime_s: 86_400,
            certificate_lifetime_s: 900,
            source_guesses_per_hour: 10,
            guess_budget: 1e-3,
            reports_an_hour: 10,
            in_flight: 1024,
            connections: 20_000,
            calendar: Announced::default(),
            trusted_proxies: Vec::new(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            sign_on: Vec::new(),
            texts: TextsConfig::default(),
            promise: PromiseConfig::default(),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Not JSON, an unknown field or a wrong type.
    #[error("the configuration file {path} is wrong: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// A value outside its range.
    #[error("configuration: {field} must be {must}")]
    Range {
        /// The field.
        field: &'static str,
        /// What it must be.
        must: &'static str,
    },
}

impl Config {
    /// Reads a JSON file; what it leaves out keeps its default.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let config: Config = serde_json::from_str(&text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source })?;
        config.check()?;
        Ok(config)
    }

    /// The working days, by which legal terms are counted.
    pub fn calendar(&self) -> Calendar {
        Calendar::new(&self.calendar)
    }

    /// The form that keys of a stream are published in.
    pub fn form(&self, stream: Stream) -> Form {
        let classes = match stream {
            Stream::Cases => self.infectious_days.as_slice(),
            Stream::Contacts => &[CONTACT_DAYS],
        };
        Form::new(classes, self.export_period_s, self.embargo_s)
    }

    /// Refuses values that would break a promise (an embargo below zero, a budget above one, …).
    pub fn check(&self) -> Result<(), ConfigError> {
        let must = |ok: bool, field, must| if ok { Ok(()) } else { Err(ConfigError::Range { field, must }) };
        must(self.export_period_s >= 60, "export_period_s", "at least 60")?;
        must((0..=86_400).contains(&self.embargo_s), "embargo_s", "between 0 and 86400")?;
        must((1..=1000).contains(&self.padding_floor), "padding_floor", "between 1 and 1000")?;
        let classes = &self.infectious_days;
        let right = classes.iter().all(|days| -14 <= days.from && days.from <= days.published)
            && classes.iter().all(|days| days.published <= days.to && days.to <= 14)
            && classes.windows(2).all(|pair| pair[0].to < pair[1].from);
        let wanted = "one to eight classes in order, each from -14 to 14 with its published day inside";
        must(right && (1..=8).contains(&classes.len()), "infectious_days", wanted)?;
        must(self.response_floor_ms <= 10_000, "response_floor_ms", "at most 10000")?;
        must((0..=14).contains(&self.latency_days), "latency_days", "between 0 and 14")?;
        must((1..=60).contains(&self.retention_days), "retention_days", "between 1 and 60")?;
        must(
            RETENTION_DAYS.contains(&self.visit_retention_days),
            "visit_retention_days",
            "between 21 and 30",
        )?;
        must((30..=3650).contains(&self.case_retention_days), "case_retention_days", "between 30 and 3650")?;
        must((60..=604_800).contains(&self.token_lifetime_s), "token_lifetime_s", "between 60 and 604800")?;
        must(
            (60..=86_400).contains(&self.certificate_lifetime_s),
            "certificate_lifetime_s",
            "between 60 and 86400",
        )?;
        must(self.source_guesses_per_hour >= 1, "source_guesses_per_hour", "at least 1")?;
        must((0.0..=1.0).contains(&self.guess_budget), "guess_budget", "between 0 and 1")?;
        must((4..=1_000_000).contains(&self.in_flight), "in_flight", "between 4 and 1000000")?;
        must((1..=1_000_000).contains(&self.connections), "connections", "between 1 and 1000000")?;
        let scheme = self.public_url.starts_with("https://") || self.public_url.starts_with("http://");
        must(
            scheme && !self.public_url.ends_with('/'),
            "public_url",
            "an address like https://bluezone.example.vn, with http or https and without a slash at its end",
        )?;
        must(
            self.sign_on.iter().all(SignOnConfig::is_sound),
            "sign_on",
            "a list of sign-ons with a plain id, a name, a client_id and an issuer with https",
        )?;
        must(
            self.texts.gateway.as_ref().is_none_or(GatewayConfig::is_sound),
            "texts.gateway",
            "an address with https, and a body of JSON or of a form with the places {to} and {text}",
        )?;
        must(self.texts.number_an_hour >= 1, "texts.number_an_hour", "at least 1")?;
        must(self.texts.number_a_day >= 1, "texts.number_a_day", "at least 1")?;
        must(self.texts.source_wrong_an_hour >= 1, "texts.source_wrong_an_hour", "at least 1")?;
        must((0.0..=1.0).contains(&self.texts.guess_budget), "texts.guess_budget", "between 0 and 1")?;
        must((1..=86_400).contains(&self.promise.period_s), "promise.period_s", "between 1 and 86400")?;
        must(self.promise.quorum >= 2, "promise.quorum", "at least 2")?;
        let days = self.promise.retention_days;
        must((1..=3650).contains(&days), "promise.retention_days", "between 1 and 3650")?;
        let named = !self.region.is_empty() && !self.health_authority_id.is_empty();
        must(named, "region and health_authority_id", "not empty")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Config::read(file.path())
    }

    #[test]
    fn what_a_file_leaves_out_keeps_its_default() {
        let config = read(r#"{"export_period_s": 3600}"#).unwrap();
        assert_eq!(config, Config { export_period_s: 3600, ..Config::default() });
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let config = read(r#"{"trusted_proxies": ["192.0.2.10", "10.0.0.0/8", "2001:db8::/32"]}"#).unwrap();
        let again: Config = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
        assert_eq!((config.trusted_proxies.len(), &again), (3, &config));
        let refused = read(r#"{"trusted_proxies": ["10.0.0.1/8"]}"#).unwrap_err().to_string();
        assert!(refused.contains("10.0.0.0/8"), "{refused}");
    }

    #[test]
    fn a_misspelt_field_and_a_value_out_of_range_are_refused() {
        assert!(read(r#"{"export_periods": 1}"#).unwrap_err().to_string().contains("export_periods"));
        for url in ["bluezone.vn", "https://bluezone.vn/", "ftp://bluezone.vn"] {
            let refused = read(&format!(r#"{{"public_url": "{url}"}}"#)).unwrap_err().to_string();
            assert!(refused.contains("public_url"), "{refused}");
        }
        assert!(read(r#"{"export_period_s": 0}"#).unwrap_err().to_string().contains("at least 60"));
        for days in ["[]", r#"[{"from":0,"to":5,"published":6}]"#, r#"[{"from":0,"to":15,"published":0}]"#] {
            let error = read(&format!(r#"{{"infectious_days": {days}}}"#)).unwrap_err();
            assert!(error.to_string().contains("infectious_days"), "{error}");
        }
        Config::default().check().unwrap();
    }
}
