//! `bluezone match`: which published keys belong to somebody that was heard.

use anyhow::{Context, bail};
use bluezone_matching::{KeyMatch, SightingIndex, TOLERANCE_S, match_published_day};
use bluezone_protocol::bluezone2020::{PublishedDay, PublishedDays};
use bluezone_protocol::export::{ExportError, ExportFile, KeyKind};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

const HELP: &str = "\
Sightings, one a line, as JSON or as CSV (the first line may name the columns; rssi may be left out):

  {\"identifier\":\"8be6cd371c5c89160477a0c3f4a1f1d572033874\",\"time\":1585785600,\"rssi\":-61}

  identifier,time,rssi
  8be6cd371c5c89160477a0c3f4a1f1d572033874,2020-04-02T00:00:00Z,-61

identifier: hexadecimal; 16 or 20 bytes of the default scheme (the last 4 are metadata), 12 of the original.
time: seconds since 1970 UTC, or RFC 3339. rssi: dBm, shown with the match.

EXPORT is an export file (zip or bare export.bin) or, for the original scheme, its list of daily keys:
{\"data\":[{\"daily_key\":\"hex\",\"time_start\":seconds,\"time_end\":seconds,\"max\":96}]}.
Signatures are not checked here: use `bluezone keys verify`.

Example: bluezone match 1585785600-1585789200-00001.zip --sightings heard.csv --json";

/// Flags of `bluezone match`.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// Export file, or daily keys of the original scheme
    export: PathBuf,
    /// File of sightings
    #[arg(long)]
    sightings: PathBuf,
    /// Seconds that a sighting may lie outside its identifier's 10 minutes
    #[arg(long, default_value_t = TOLERANCE_S, value_parser = clap::value_parser!(i64).range(0..=86_400))]
    tolerance: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let result = find(&args)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &result)?;
        writeln!(out)?;
    } else {
        print(&mut out, &result)?;
    }
    Ok(())
}

/// One line of the sightings file.
#[derive(Clone, Serialize)]
struct Sighting {
    /// In the file, from 1.
    line: usize,
    identifier: String,
    time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rssi: Option<i16>,
}

/// A key with the sightings of its owner.
#[derive(Serialize)]
struct Match {
    key: String,
    #[serde(flatten)]
    about: About,
    sightings: Vec<Sighting>,
}

/// What is known of the key, by scheme.
#[derive(Serialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
enum About {
    Gaen {
        rolling_start: u32,
        rolling_period: u32,
        report_type: bluezone_protocol::diagnosis::ReportType,
        days_since_onset: Option<i32>,
        revised: bool,
    },
    #[serde(rename = "bluezone-2020")]
    Original { start: i64, end: i64 },
}

#[derive(Serialize)]
struct Found {
    keys: usize,
    sightings: usize,
    matches: Vec<Match>,
}

fn find(args: &Args) -> anyhow::Result<Found> {
    let name = |path: &Path| path.display().to_string();
    let file = File::open(&args.sightings).with_context(|| name(&args.sightings))?;
    let heard = read_sightings(BufReader::new(file)).with_context(|| name(&args.sightings))?;
    let index = SightingIndex::new(heard.iter().map(|(identifier, s)| (*identifier, Timestamp(s.time))));
    let rows = |hits: Vec<usize>| hits.into_iter().map(|hit| heard[hit].1.clone()).collect();

    let mut matches = Vec::new();
    let mut keys = 0;
    if let Some(days) = daily_keys(&args.export).with_context(|| name(&args.export))? {
        keys = days.len();
        for day in days {
            let hits = match_published_day(&day.window(), &index);
            if !hits.is_empty() {
                matches.push(original_match(&day, rows(hits)));
            }
        }
    } else {
        let file = File::open(&args.export).with_context(|| name(&args.export))?;
        let mut export = ExportFile::open(file).with_context(|| name(&args.export))?;
        for item in export.keys().with_context(|| name(&args.export))? {
            let (kind, key) = match item {
                Ok(item) => item,
                Err(error @ ExportError::Key { .. }) => {
                    tracing::warn!("{}: {error}", args.export.display());
                    continue;
                }
                Err(error) => return Err(error).with_context(|| name(&args.export)),
            };
            keys += 1;
            let hits = index.hits(&key, args.tolerance);
            if !hits.is_empty() {
                let found = KeyMatch { key, hits: Vec::new() };
                matches.push(gaen_match(&found, kind, rows(hits)));
            }
        }
    }
    Ok(Found { keys, sightings: heard.len(), matches })
}

fn gaen_match(found: &KeyMatch, kind: KeyKind, sightings: Vec<Sighting>) -> Match {
    let key = &found.key;
    Match {
        key: hex::encode(key.key.as_bytes()),
        about: About::Gaen {
            rolling_start: key.rolling_start.0,
            rolling_period: key.rolling_period,
            report_type: key.report_type,
            days_since_onset: key.days_since_onset,
            revised: kind == KeyKind::Revised,
        },
        sightings,
    }
}

fn original_match(day: &PublishedDay, sightings: Vec<Sighting>) -> Match {
    Match {
        key: hex::encode(day.daily_key.as_bytes()),
        about: About::Original { start: day.time_start_s, end: day.time_end_s },
        sightings,
    }
}

fn print(out: &mut impl Write, found: &Found) -> std::io::Result<()> {
    for matched in &found.matches {
        match &matched.about {
            About::Gaen { rolling_start, rolling_period, report_type, revised, .. } => {
                let end = rolling_start.saturating_add(*rolling_period);
                let revised = if *revised { ", revised" } else { "" };
                writeln!(
                    out,
                    "key {} {report_type:?}{revised}, intervals {rolling_start} to {end}",
                    matched.key
                )?;
            }
            About::Original { start, end } => {
                writeln!(out, "daily key {} from {start} to {end}", matched.key)?
            }
        }
        for sighting in &matched.sightings {
            let rssi = sighting.rssi.map(|dbm| format!(", {dbm} dBm")).unwrap_or_default();
            writeln!(out, "  line {}: {} at {}{rssi}", sighting.line, sighting.identifier, sighting.time)?;
        }
    }
    let matched: usize = found.matches.iter().map(|m| m.sightings.len()).sum();
    writeln!(
        out,
        "{} of {} keys were heard, in {matched} of {} sightings",
        found.matches.len(),
        found.keys,
        found.sightings
    )
}

/// The daily keys, if the file is a list of them and not an export.
fn daily_keys(path: &Path) -> anyhow::Result<Option<Vec<PublishedDay>>> {
    let mut first = [0];
    if File::open(path)?.read(&mut first)? == 0 || first != *b"{" {
        return Ok(None);
    }
    Ok(Some(PublishedDays::from_json(&fs::read_to_string(path)?)?.0))
}

fn read_sightings(lines: impl BufRead) -> anyhow::Result<Vec<(Identifier, Sighting)>> {
    let mut found = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        let (line, number) = (line?, number + 1);
        let text = line.trim().trim_start_matches('\u{feff}');
        if text.is_empty() || (number == 1 && text.starts_with("identifier")) {
            continue;
        }
        found.push(read_sighting(text, number).with_context(|| format!("line {number}"))?);
    }
    Ok(found)
}

#[derive(Deserialize)]
struct JsonLine {
    identifier: String,
    time: serde_json::Value,
    rssi: Option<i16>,
}

fn read_sighting(text: &str, line: usize) -> anyhow::Result<(Identifier, Sighting)> {
    let (identifier, time, rssi) = if text.starts_with('{') {
        let json: JsonLine = serde_json::from_str(text)?;
        let time = match &json.time {
            serde_json::Value::String(text) => read_time(text)?,
            other => other.as_i64().context("time is seconds since 1970, or a date and time")?,
        };
        (json.identifier, time, json.rssi)
    } else {
        let fields: Vec<_> = text.split(',').map(str::trim).collect();
        let (identifier, time, rssi) = match fields[..] {
            [identifier, time] => (identifier, time, ""),
            [identifier, time, rssi] => (identifier, time, rssi),
            _ => bail!("expected identifier,time,rssi"),
        };
        let rssi = if rssi.is_empty() { None } else { Some(rssi.parse().context("rssi is a whole number")?) };
        (identifier.to_owned(), read_time(time)?, rssi)
    };
    let mut bytes = hex::decode(&identifier).context("identifier is not hexadecimal")?;
    if bytes.len() == 16 {
        bytes.extend([0; 4]); // Matching does not look at the metadata.
    }
    let parsed = Identifier::from_bytes(&bytes).context("identifier is 12, 16 or 20 bytes long")?;
    Ok((parsed, Sighting { line, identifier: identifier.to_lowercase(), time, rssi }))
}

fn read_time(text: &str) -> anyhow::Result<i64> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let time = chrono::DateTime::parse_from_rfc3339(text);
    Ok(time.context("time is seconds since 1970, or like 2021-12-21T10:00:00Z")?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
    use bluezone_protocol::export::{ExportMeta, SignatureInfo, SigningKey, write_export};
    use bluezone_protocol::gaen::TemporaryExposureKey;
    use rand::SeedableRng;

    /// The specification's own example key, from 2020-04-02.
    const KEY: &str = "75c734c6dd1a782de7a965da5eb93125";
    const START: u32 = 2_642_976;

    fn key(hex_key: &str) -> DiagnosisKey {
        let bytes = hex::decode(hex_key).unwrap().try_into().unwrap();
        DiagnosisKey {
            key: TemporaryExposureKey::from_bytes(bytes),
            rolling_start: bluezone_protocol::time::IntervalNumber(START),
            rolling_period: 144,
            transmission_risk: 0,
            report_type: ReportType::ConfirmedTest,
            days_since_onset: Some(1),
        }
    }

    fn args(folder: &Path, sightings: &str, export: &[u8]) -> Args {
        let path = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        Args {
            export: path("export", export),
            sightings: path("sightings", sightings.as_bytes()),
            tolerance: TOLERANCE_S,
            json: false,
        }
    }

    fn export() -> Vec<u8> {
        let mut zip = std::io::Cursor::new(Vec::new());
        let meta = ExportMeta::new(Timestamp(1_585_872_000), Timestamp(1_585_875_600), "VN");
        let keys = [key(&"01".repeat(16)), key(KEY)];
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let signer = SigningKey::generate(SignatureInfo::new("452", "v1"), &mut rng);
        write_export(&mut zip, &meta, keys.iter(), [].iter(), &[signer]).unwrap();
        zip.into_inner()
    }

    /// Identifier of the key's first interval, from the shared vectors.
    fn first_identifier() -> String {
        let identifier = key(KEY).key.identifier_key().identifier(key(KEY).rolling_start);
        hex::encode(identifier.as_bytes())
    }

    #[test]
    fn finds_the_key_in_csv_and_json_lines() {
        let folder = tempfile::tempdir().unwrap();
        let rpi = first_identifier();
        assert!(rpi.starts_with("8be6cd37"), "the specification's first identifier");
        let csv = format!(
            "identifier,time,rssi\n{},1585785600,-70\n\n{}72033874,2020-04-02T07:05:00+07:00\n{rpi}, 1585800000 ,-40\n",
            "0a".repeat(12),
            rpi.to_uppercase(),
        );
        let found = find(&args(folder.path(), &csv, &export())).unwrap();
        assert_eq!((found.keys, found.sightings, found.matches.len()), (2, 3, 1));
        let hits: Vec<_> = found.matches[0].sightings.iter().map(|s| (s.line, s.time, s.rssi)).collect();
        assert_eq!(hits, [(4, 1_585_785_900, None)], "line 5 was heard four hours late");
        let mut text = Vec::new();
        print(&mut text, &found).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains(KEY) && text.contains("1 of 2 keys were heard, in 1 of 3 sightings"), "{text}");

        let json = format!("{{\"identifier\":\"{rpi}\",\"time\":1585785600,\"rssi\":-61}}\n");
        let found = serde_json::to_value(find(&args(folder.path(), &json, &export())).unwrap()).unwrap();
        assert_eq!(found["matches"][0]["key"], KEY);
        assert_eq!(found["matches"][0]["report_type"], "confirmed_test");
        assert_eq!(found["matches"][0]["sightings"][0]["rssi"], -61);
    }

    #[test]
    fn finds_a_daily_key_of_the_original() {
        let folder = tempfile::tempdir().unwrap();
        let days = format!(
            r#"{{"data":[{{"daily_key":"{}","time_start":1596844800,"time_end":1596931200,"max":96}}]}}"#,
            "4C".repeat(32)
        );
        let day = &PublishedDays::from_json(&days).unwrap().0[0];
        let id = hex::encode(day.daily_key.identifier(23).as_bytes());
        let found = find(&args(folder.path(), &format!("{id},1596865950"), days.as_bytes())).unwrap();
        assert_eq!((found.keys, found.matches.len(), found.matches[0].sightings[0].line), (1, 1, 1));
    }

    #[test]
    fn a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let good = format!("{},1585785600\n", first_identifier());
        for (bad, words) in [
            ("xyz,1585785600", "not hexadecimal"),
            ("0102,1585785600", "12, 16 or 20"),
            ("{\"identifier\":1}", "invalid type"),
            ("a", "expected identifier,time,rssi"),
            ("0102030405060708090a0b0c,noon", "seconds since 1970"),
            ("0102030405060708090a0b0c,5,loud", "whole number"),
        ] {
            let error = find(&args(folder.path(), &format!("{good}{bad}\n"), &export())).err().unwrap();
            let text = format!("{error:#}");
            assert!(text.contains("line 2") && text.contains(words) && text.contains("sightings"), "{text}");
        }
        let error = find(&args(folder.path(), &good, b"neither")).err().unwrap();
        assert!(format!("{error:#}").contains("export"), "{error:#}");
    }
}
