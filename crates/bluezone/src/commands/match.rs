//! `bluezone match`: which published keys belong to somebody that was heard.

mod ids;
mod report;

use crate::commands::output::print;
use crate::system::Stopwatch;
use anyhow::Context;
use bluezone_matching::{
    Published, SightingIndex, TOLERANCE_S, Work, match_published_days, match_stream, resolve,
};
use bluezone_protocol::bluezone2020::{CheckWindow, PublishedDay, PublishedDays};
use bluezone_protocol::export::{ExportError, ExportFile};
use ids::Ids;
use report::{About, Match, Report, Sighting};
use std::fs::{self, File};
use std::io::{IsTerminal, Write};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

const HELP: &str = "\
IDS is a file of scanned identifiers: raw records of 16 bytes (12 for bluezone-2020) without anything between, or CSV

  8be6cd371c5c891604bfbe49df845096,1585785600,-61

that is hexadecimal, Unix seconds and, if known, the strength in dBm; a first line that begins with `identifier` is
passed over. Raw records have no times: every interval of every key is derived, and matches whenever it was heard.

EXPORT is an export file (zip or bare export.bin) or, for bluezone-2020, its list of daily keys:
{\"data\":[{\"daily_key\":\"hex\",\"time_start\":seconds,\"time_end\":seconds,\"max\":96}]}.
Signatures are not checked here: use `bluezone keys verify`.

Examples:
  bluezone match --ids heard.csv --export 1585785600-1585789200-00001.zip
  bluezone match --ids heard.csv --export 1585785600-1585789200-00001.zip --json";

/// Flags of `bluezone match`.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// File of scanned identifiers
    #[arg(long, value_name = "FILE")]
    ids: PathBuf,
    /// Export files, or daily keys of the original scheme
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    export: Vec<PathBuf>,
    /// Scheme of the identifiers
    #[arg(long, value_enum, default_value_t = Scheme::Gaen)]
    scheme: Scheme,
    /// Threads that match; all cores unless given
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Seconds that a sighting may lie outside its identifier's 10 minutes
    #[arg(long, default_value_t = TOLERANCE_S, value_parser = clap::value_parser!(i64).range(0..=86_400))]
    tolerance: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Identifier schemes.
#[derive(Copy, Clone, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Scheme {
    /// Exposure Notification
    Gaen,
    /// The original Bluezone
    #[value(name = "bluezone-2020")]
    Bluezone2020,
}

impl Scheme {
    fn identifier_length(self) -> usize {
        match self {
            Self::Gaen => 16,
            Self::Bluezone2020 => 12,
        }
    }
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let report = find(&args)?;
    print(|out| {
        if args.json {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            report.print(out)?;
        }
        Ok(())
    })
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn find(args: &Args) -> anyhow::Result<Report> {
    let bytes = fs::read(&args.ids).with_context(|| name(&args.ids))?;
    let ids = Ids::read(&bytes, args.scheme).with_context(|| name(&args.ids))?;
    drop(bytes);
    let index = if ids.heard.is_empty() {
        SightingIndex::without_times(ids.identifiers.iter().copied())
    } else {
        let times = ids.heard.iter().map(|heard| heard.time);
        SightingIndex::new(ids.identifiers.iter().copied().zip(times), args.tolerance)
    };
    let watch = Stopwatch::start();
    let (matches, work) = match args.scheme {
        Scheme::Gaen => gaen(args, &ids, &index)?,
        Scheme::Bluezone2020 => original(args, &ids, &index)?,
    };
    Ok(Report::new(&ids, matches, work, watch.spent()))
}

fn gaen(args: &Args, ids: &Ids, index: &SightingIndex) -> anyhow::Result<(Vec<Match>, Work)> {
    let threads = args.threads.or(available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN);
    let mut progress = Progress { shown: std::io::stderr().is_terminal(), before: 0, last: 0 };
    let mut found = Vec::new();
    let mut work = Work::default();
    for path in &args.export {
        let file = File::open(path).with_context(|| name(path))?;
        let mut export = ExportFile::open(file).with_context(|| name(path))?;
        // A key that cannot be used says nothing against the others.
        let keys = export.keys().with_context(|| name(path))?.filter_map(|item| match item {
            Ok((kind, key)) => Some(Ok(Published { kind, key })),
            Err(error @ ExportError::Key { .. }) => {
                tracing::warn!("{}: {error}", path.display());
                None
            }
            Err(error) => Some(Err(error)),
        });
        let matches = match_stream(index, keys, threads, |keys| {
            progress.show(keys);
            ControlFlow::Continue(())
        });
        let matches = matches.with_context(|| name(path))?;
        progress.before += matches.work.keys;
        work += matches.work;
        found.extend(matches.found);
    }
    progress.end();
    let matches = resolve(found).into_iter().map(|(published, hits)| {
        let sighting =
            |hit: &bluezone_matching::Hit| Sighting::new(ids, hit.sighting, Some(hit.interval.0), None);
        gaen_match(&published, hits.iter().map(sighting).collect())
    });
    Ok((matches.collect(), work))
}

fn gaen_match(published: &Published, sightings: Vec<Sighting>) -> Match {
    let key = &published.key;
    Match {
        key: hex::encode(key.key.as_bytes()),
        about: About::Gaen {
            rolling_start: key.rolling_start.0,
            rolling_period: key.rolling_period,
            report_type: key.report_type,
            days_since_onset: key.days_since_onset,
            revised: published.kind == bluezone_protocol::export::KeyKind::Revised,
        },
        sightings,
    }
}

fn original(args: &Args, ids: &Ids, index: &SightingIndex) -> anyhow::Result<(Vec<Match>, Work)> {
    let mut days: Vec<PublishedDay> = Vec::new();
    for path in &args.export {
        let text = fs::read_to_string(path).with_context(|| name(path))?;
        days.extend(PublishedDays::from_json(&text).with_context(|| name(path))?.0);
    }
    let windows: Vec<CheckWindow> = days.iter().map(PublishedDay::window).collect();
    let (hits, work) = match_published_days(&windows, index);
    let heard = days.iter().zip(hits).filter(|(_, hits)| !hits.is_empty());
    let matches = heard.map(|(day, hits)| Match {
        key: hex::encode(day.daily_key.as_bytes()),
        about: About::Original { start: day.time_start_s, end: day.time_end_s },
        sightings: hits
            .iter()
            .map(|hit| Sighting::new(ids, hit.sighting, None, Some(hit.slot_ms / 1000)))
            .collect(),
    });
    Ok((matches.collect(), work))
}

/// A line on the terminal that says how far it is.
struct Progress {
    shown: bool,
    /// Keys of the files before this one.
    before: u64,
    last: u64,
}

impl Progress {
    const EVERY: u64 = 250_000;

    fn show(&mut self, keys: u64) {
        let keys = self.before + keys;
        if self.shown && keys >= self.last + Self::EVERY {
            self.last = keys;
            eprint!("\r{:.2} million keys matched", keys as f64 / 1e6);
        }
    }

    fn end(&self) {
        if self.last > 0 {
            eprint!("\r{:40}\r", "");
        }
    }
}
