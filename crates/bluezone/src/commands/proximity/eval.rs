//! `bluezone proximity eval`: measures rules on labelled recordings.

use super::bootstrap::{Intervals, intervals};
use super::data::{self, Pair};
use super::folds::{LeaveOut, Plan, judge};
use super::metrics::{Measures, Verdict};
use super::rules::{self, REFERENCE};
use super::{Recordings, plot, report};
use anyhow::{Context as _, ensure};
use bluezone_proximity::{ErrorCosts, Parameters};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Flags of `bluezone proximity eval`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    recordings: Recordings,
    /// One rule by name, or all.
    #[arg(long, default_value = "all")]
    rule: String,
    /// Learn everything that is learnt anew without the pairs that are judged. Otherwise the model is the built-in one,
    /// and learnt thresholds have seen the pairs they are judged on.
    #[arg(long, value_name = "WHAT")]
    leave_out: Option<LeaveOut>,
    /// Judge the model of this file instead of the built-in one (without --leave-out).
    #[arg(long, value_name = "FILE", conflicts_with = "leave_out")]
    parameters: Option<PathBuf>,
    /// Seed of the bootstrap and of the model's search.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Write roc.svg, reliability.svg and scenes.svg into this folder.
    #[arg(long, value_name = "FOLDER")]
    plot: Option<PathBuf>,
}

/// What is printed.
#[derive(Serialize)]
pub struct Evaluation {
    /// What was left out of the learning, if anything.
    pub left_out: Option<String>,
    /// The probability from which on the model calls a contact.
    pub threshold: f64,
    /// Of this rule the differences are taken.
    pub reference: &'static str,
    /// One for each rule.
    pub rules: Vec<RuleResult>,
}

/// One rule's figures.
#[derive(Serialize)]
pub struct RuleResult {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// On all pairs.
    #[serde(flatten)]
    pub measures: Measures,
    /// 95 %, by bootstrap over tests.
    pub intervals: Intervals,
    /// By scene.
    pub scenes: BTreeMap<String, Measures>,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let pairs = data::read(&args.recordings)?.pairs;
    let parameters = match &args.parameters {
        None => Parameters::built_in(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Parameters::from_json(&text).with_context(|| path.display().to_string())?
        }
    };
    let mut rules = rules::all();
    let known: Vec<_> = rules.iter().map(|rule| rule.name).collect();
    if args.rule != "all" {
        ensure!(
            known.contains(&args.rule.as_str()),
            "no rule {:?}; there are {}",
            args.rule,
            known.join(", ")
        );
        rules.retain(|rule| rule.name == args.rule || rule.name == REFERENCE);
    }
    let threshold = ErrorCosts::default().threshold();
    let plan = Plan { leave_out: args.leave_out, threshold, seed: args.seed, parameters };
    let verdicts = judge(&plan, &rules, &pairs, |group| {
        tracing::info!("learning without {}", group.join(" ").trim_end());
    })?;
    let reference = rules.iter().position(|rule| rule.name == REFERENCE).expect("it is always kept");
    let clusters: Vec<&str> = pairs.iter().map(|pair| pair.test.as_str()).collect();
    let results = rules.iter().zip(&verdicts).map(|(rule, own)| RuleResult {
        name: rule.name,
        about: rule.about,
        measures: Measures::of(own.iter()),
        intervals: intervals(&clusters, own, &verdicts[reference], args.seed),
        scenes: by_scene(&pairs, own),
    });
    let evaluation = Evaluation {
        left_out: args.leave_out.and_then(|what| {
            clap::ValueEnum::to_possible_value(&what).map(|value| value.get_name().to_owned())
        }),
        threshold,
        reference: REFERENCE,
        rules: results.collect(),
    };
    if let Some(folder) = &args.plot {
        plot::write(folder, &evaluation, &verdicts).with_context(|| folder.display().to_string())?;
    }
    super::super::output::print(|out| report::write(out, &evaluation, args.json))
}

fn by_scene(pairs: &[Pair], verdicts: &[Verdict]) -> BTreeMap<String, Measures> {
    let mut scenes: BTreeMap<String, Vec<Verdict>> = BTreeMap::new();
    for (pair, verdict) in pairs.iter().zip(verdicts) {
        scenes.entry(pair.scene.clone()).or_default().push(*verdict);
    }
    scenes.into_iter().map(|(scene, own)| (scene, Measures::of(own.iter()))).collect()
}
