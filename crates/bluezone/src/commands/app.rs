//! `bluezone app`.

use super::server_data::runtime;
use crate::system::{SystemClock, os_rng};
use anyhow::{Context, bail};
use async_trait::async_trait;
use bluezone_air::AirRadio;
use bluezone_app::radio_loop::RadioSource;
use bluezone_app::{App, AppConfig, DEFAULT_POLL_S, pins};
use bluezone_device::{DeviceConfig, DutyCycle, Scheme};
use bluezone_protocol::frame::DEFAULT_SERVICE_UUID;
use bluezone_proximity::DiseaseProfile;
use bluezone_radio::hci::{Endpoint, HciConfig, HciRadio};
use bluezone_radio::{Radio, RadioError};
use rand::RngExt;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Flags of `bluezone app`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  bluezone app --server https://bluezone.example.vn --pins pins.json --radio hci:linux:0
  bluezone app --server http://127.0.0.1:8080 --pins pins.json --radio air
                                                 without Bluetooth: this phone on a small simulated street

The link it prints opens this phone's pages; only that link does. It is for the phone's owner alone.
Pins are the health authority's public signing keys, from `bluezone admin keys list --json` (or --pem).
Signals: SIGTERM or Ctrl-C stores what the running scan heard, leaves the air and stops.")]
pub struct Args {
    /// Address of the server: https://…, or http:// on this machine
    #[arg(long, value_name = "URL")]
    server: String,
    /// Directory for the contact log and the settings; only its owner may look into it
    #[arg(long, value_name = "DIR", default_value = "bluezone-phone")]
    data: PathBuf,
    /// Public signing keys of the health authority; without them no published file is trusted
    #[arg(long, value_name = "FILE")]
    pins: Option<PathBuf>,

    /// The transparency log, its witnesses and the keeper, as `bluezone admin log pins` prints them; without
    /// it nothing can be shared with a health unit
    #[arg(long, value_name = "FILE")]
    log_pins: Option<PathBuf>,
    /// Where this phone's pages listen, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// hci:tcp:HOST:PORT, hci:uart:DEVICE[:BAUD], hci:linux:NUMBER, or air (simulated)
    #[arg(long, value_name = "RADIO", value_parser = parse_radio)]
    radio: RadioChoice,
    /// Identifiers to send: gaen, or bluezone-2020 (the original app's; cannot report a diagnosis)
    #[arg(long, value_name = "SCHEME", default_value = "gaen", value_parser = parse_scheme)]
    scheme: Scheme,
    /// When to listen: exposure-notification, bluezone-background or bluezone-foreground
    #[arg(long, value_name = "NAME", default_value = "exposure-notification", value_parser = parse_duty)]
    duty: DutyCycle,
    /// 16-bit UUID of the frames sent and understood, hexadecimal
    #[arg(long, value_name = "HEX", value_parser = parse_uuid)]
    service_uuid: Option<u16>,
    /// Disease profile, a JSON file [default: COVID-19]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Days for which sightings are kept
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=21))]
    retention_days: u32,
    /// Minutes between two looks at the server, on average
    #[arg(long, value_name = "MINUTES", default_value_t = DEFAULT_POLL_S / 60,
          value_parser = clap::value_parser!(u32).range(1..=1440))]
    poll_minutes: u32,
    /// Telephone number of your health station, shown with a warning
    #[arg(long, value_name = "NUMBER")]
    station_phone: Option<String>,
    /// Phones on the simulated street of --radio air
    #[arg(long, value_name = "N", default_value_t = 7)]
    walkers: usize,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What `--radio` names.
#[derive(Clone, PartialEq, Eq, Debug)]
enum RadioChoice {
    Hci(String),
    Air,
}

fn parse_radio(text: &str) -> Result<RadioChoice, String> {
    match text.strip_prefix("hci:") {
        Some(endpoint) => {
            endpoint.parse::<Endpoint>().map_err(|error| error.to_string())?;
            Ok(RadioChoice::Hci(endpoint.to_owned()))
        }
        None if text == "air" => Ok(RadioChoice::Air),
        None => Err("give hci:tcp:HOST:PORT, hci:uart:DEVICE, hci:linux:NUMBER or air".to_owned()),
    }
}

fn parse_scheme(text: &str) -> Result<Scheme, &'static str> {
    match text {
        "gaen" => Ok(Scheme::Gaen),
        "bluezone-2020" => Ok(Scheme::Bluezone2020),
        _ => Err("give gaen or bluezone-2020"),
    }
}

fn parse_duty(text: &str) -> Result<DutyCycle, String> {
    let names = || DutyCycle::NAMED.map(|(name, _)| name).join(", ");
    DutyCycle::named(text).ok_or_else(|| format!("give one of {}", names()))
}

fn parse_uuid(text: &str) -> Result<u16, &'static str> {
    let digits = text.trim_start_matches("0x");
    u16::from_str_radix(digits, 16).map_err(|_| "give four hexadecimal digits, like fd6f")
}

/// A Bluetooth controller.
struct Hci {
    endpoint: String,
    config: HciConfig,
}

#[async_trait]
impl RadioSource for Hci {
    async fn open(&mut self) -> Result<Box<dyn Radio>, RadioError> {
        Ok(Box::new(HciRadio::open(&self.endpoint, self.config.clone()).await?))
    }
}

/// The simulated street.
struct Street {
    seed: u64,
    walkers: usize,
}

#[async_trait]
impl RadioSource for Street {
    async fn open(&mut self) -> Result<Box<dyn Radio>, RadioError> {
        Ok(Box::new(AirRadio::new(Arc::new(SystemClock), self.seed, self.walkers)))
    }
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let result = runtime.block_on(app(args));
    // A download under way is not waited for: it is fetched again at the next start.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

async fn app(args: Args) -> anyhow::Result<()> {
    let device = device_config(&args)?;
    let trusted = device.trusted_export_keys.len();
    let mut rng = os_rng();
    let source: Box<dyn RadioSource> = match &args.radio {
        RadioChoice::Hci(endpoint) => {
            let config = HciConfig { service_uuid: device.service_uuid, ..HciConfig::default() };
            Box::new(Hci { endpoint: endpoint.clone(), config })
        }
        RadioChoice::Air => Box::new(Street { seed: rng.random(), walkers: args.walkers }),
    };
    let config = AppConfig {
        server_url: args.server,
        data_dir: args.data,
        listen: args.listen,
        device,
        poll_s: args.poll_minutes * 60,
        station_phone: args.station_phone,
    };
    let app = App::open(config, source, Arc::new(SystemClock), Box::new(rng)).await?;
    let stop = super::serve::signal()?;
    announce(&app, trusted, args.json)?;
    app.run(stop).await?;
    Ok(())
}

fn device_config(args: &Args) -> anyhow::Result<DeviceConfig> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let trusted_export_keys = match &args.pins {
        Some(path) => pins::parse(&read(path)?).with_context(|| path.display().to_string())?,
        None => Vec::new(),
    };
    let authority = match &args.log_pins {
        Some(path) => Some(pins::parse_log(&read(path)?).with_context(|| path.display().to_string())?),
        None => None,
    };
    let disease = match &args.profile {
        Some(path) => DiseaseProfile::from_json(&read(path)?).with_context(|| path.display().to_string())?,
        None => DiseaseProfile::covid19(),
    };
    if args.retention_days < disease.retention_days {
        bail!(
            "the disease profile looks back {} days: give --retention-days of at least that",
            disease.retention_days
        );
    }
    Ok(DeviceConfig {
        scheme: args.scheme,
        duty_cycle: args.duty,
        disease,
        retention_days: args.retention_days,
        service_uuid: args.service_uuid.unwrap_or(DEFAULT_SERVICE_UUID),
        trusted_export_keys,
        authority,
        ..DeviceConfig::default()
    })
}

fn announce(app: &App, trusted_keys: usize, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let ready = serde_json::json!({
            "event": "ready",
            "link": app.link(),
            "pages": format!("http://{}", app.address()),
            "trusted_keys": trusted_keys,
        });
        writeln!(out, "{ready}")?;
    } else {
        writeln!(out, "this phone's pages   {}", app.link())?;
        if trusted_keys == 0 {
            writeln!(
                out,
                "No signing keys are pinned, so no warning can be checked: start again with --pins FILE."
            )?;
        }
    }
    Ok(out.flush()?)
}
