//! `bluezone ids`: derives the identifiers that a key puts on the air.

use super::output::{print, vietnam_time};
use anyhow::{Context as _, bail, ensure};
use bluezone_protocol::bluezone2020::{BaseId, MAX_DAY_NUMBER, SlotsPerDay};
use bluezone_protocol::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use bluezone_protocol::time::IntervalNumber;
use serde_json::json;
use std::io::Write as _;

const EXAMPLES: &str = "\
Examples:
  bluezone ids --scheme gaen --key 75c734c6dd1a782de7a965da5eb93125 --start-interval 2642976 --count 3
  bluezone ids --scheme bluezone-2020 --base 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f --day 1 --json";

/// More than ten years of intervals; beyond that a mistake is likelier than a wish.
const MAX_COUNT: u32 = 1_000_000;

/// Flags of `bluezone ids`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Which identifiers to derive.
    #[arg(long, value_enum)]
    scheme: Scheme,
    /// gaen: the temporary exposure key, 32 hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
    /// gaen: the first 10-minute interval (Unix seconds / 600).
    #[arg(long, value_name = "N")]
    start_interval: Option<u32>,
    /// gaen: how many intervals [default: 144, one day].
    #[arg(long, value_name = "N")]
    count: Option<u32>,
    /// bluezone-2020: the phone's base id, 64 hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    base: Option<String>,
    /// bluezone-2020: days since the base id was made; before that day (negative) the key of day 0 is used.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    day: Option<i64>,
    /// bluezone-2020: identifiers a day [default: 96, 15 minutes each].
    #[arg(long, value_name = "N")]
    slots: Option<u32>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Copy, Clone, clap::ValueEnum)]
enum Scheme {
    /// Exposure Notification, cryptography v1.2: the default of Bluezone.
    Gaen,
    /// The original Bluezone app of 2020.
    #[value(name = "bluezone-2020")]
    Bluezone2020,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.scheme {
        Scheme::Gaen => {
            refuse(args.base.is_some(), "--base", "bluezone-2020")?;
            refuse(args.day.is_some(), "--day", "bluezone-2020")?;
            refuse(args.slots.is_some(), "--slots", "bluezone-2020")?;
            gaen(&args)
        }
        Scheme::Bluezone2020 => {
            refuse(args.key.is_some(), "--key", "gaen")?;
            refuse(args.start_interval.is_some(), "--start-interval", "gaen")?;
            refuse(args.count.is_some(), "--count", "gaen")?;
            bluezone_2020(&args)
        }
    }
}

fn refuse(given: bool, flag: &str, scheme: &str) -> anyhow::Result<()> {
    ensure!(!given, "{flag} belongs to --scheme {scheme}: leave it out");
    Ok(())
}

fn gaen(args: &Args) -> anyhow::Result<()> {
    let key = TemporaryExposureKey::from_bytes(from_hex("--key", args.key.as_deref())?);
    let start = args.start_interval.context("give --start-interval, the first 10-minute interval")?;
    let count = args.count.unwrap_or(MAX_ROLLING_PERIOD);
    ensure!((1..=MAX_COUNT).contains(&count), "--count is 1 to {MAX_COUNT}");
    let identifiers = key.identifier_key().identifiers(IntervalNumber(start), count);
    let identifiers = identifiers.map(|(interval, rpi)| (interval, hex::encode(rpi.as_bytes())));
    print(|out| {
        if args.json {
            let identifiers: Vec<_> =
                identifiers.map(|(interval, rpi)| json!({ "interval": interval, "rpi": rpi })).collect();
            return Ok(writeln!(out, "{}", json!({ "identifiers": identifiers }))?);
        }
        writeln!(out, "{:>10}  {:26}  identifier", "interval", "from")?;
        for (interval, rpi) in identifiers {
            writeln!(out, "{:>10}  {:26}  {rpi}", interval.0, vietnam_time(interval.start()))?;
        }
        Ok(())
    })
}

fn bluezone_2020(args: &Args) -> anyhow::Result<()> {
    let base = BaseId::from_bytes(from_hex("--base", args.base.as_deref())?);
    let day = args.day.context("give --day, the days since the base id was made")?;
    let Ok(day) = u32::try_from(day.max(0)) else { bail!("--day is at most {MAX_DAY_NUMBER}") };
    ensure!(day <= MAX_DAY_NUMBER, "--day is at most {MAX_DAY_NUMBER}");
    let slots = args.slots.map_or(Ok(SlotsPerDay::default()), SlotsPerDay::new).context("--slots")?;
    let daily_key = base.daily_key(day);
    let identifiers = daily_key.identifiers(slots).map(|id| hex::encode(id.as_bytes()));
    let daily_key = hex::encode(daily_key.as_bytes());
    print(|out| {
        if args.json {
            let identifiers: Vec<_> = identifiers.collect();
            let json = json!({ "daily_key": daily_key, "identifiers": identifiers });
            return Ok(writeln!(out, "{json}")?);
        }
        writeln!(out, "daily key  {daily_key}")?;
        writeln!(out, "{:>5}  {:8}  identifier", "slot", "from UTC")?;
        for (slot, id) in (0..).zip(identifiers) {
            let seconds = slot * slots.slot_ms() / 1000;
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            writeln!(out, "{slot:>5}  {hours:02}:{minutes:02}:{seconds:02}  {id}")?;
        }
        Ok(())
    })
}

/// The message names the flag and never the text: it is a key.
fn from_hex<const N: usize>(flag: &str, text: Option<&str>) -> anyhow::Result<[u8; N]> {
    let text = text.with_context(|| format!("give {flag}, {} hexadecimal digits", 2 * N))?;
    let mut bytes = [0; N];
    match hex::decode_to_slice(text.trim(), &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => bail!("{flag} is {} hexadecimal digits", 2 * N),
    }
}
