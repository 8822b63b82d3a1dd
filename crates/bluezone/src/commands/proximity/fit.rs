//! `bluezone proximity fit`: learns the model's parameters from labelled recordings.

use super::data::{self, CONTACT_MIN, Pair};
use super::rules::{Sides, own_scores};
use super::search::{calibrate, compass};
use super::{Recordings, data::Data};
use anyhow::Context as _;
use bluezone_proximity::{Channel, ContactDefinition, FORMAT, HiddenMarkov, Parameters, Provenance};
use std::collections::HashMap;
use std::path::PathBuf;

/// The definition that the labels are made by.
pub const DEFINITION: ContactDefinition = ContactDefinition { within_m: 2.0, minutes: CONTACT_MIN };

/// How many of the pairs are taken to be contacts, however many of the training pairs are: the share at which a warning
/// from the default costs' threshold on weighs both error rates alike.
pub const PRIOR: f64 = 1.0 / 6.0;

/// Where the search starts: round numbers of the literature. Free space at 2.44 GHz is 40 dB at 1 m and 20 dB a decade,
/// small antennas and hands take 8 dB more, rooms and vehicles flatten the slope; the others are what body-worn
/// Bluetooth measurements report.
const START: Channel = Channel {
    tx_mean_dbm: -25.0,
    tx_doubt: 0.5,
    tx_bound_db: 4.0,
    loss_1m_db: 48.0,
    loss_decade_db: 15.0,
    carriage_db: 5.0,
    open_scatter_db: 2.0,
    body_db: 6.0,
    body_scatter_db: 3.0,
    silence_floor: 0.1,
    silence_db: 65.0,
    silence_width_db: 5.0,
    moves_per_min: 0.03,
};

/// How far from the start each number may plausibly lie: first step of the search and standard deviation of the prior.
const DOUBT: [f64; TUNED] = [0.3, 1.5, 4.0, 5.0, 1.0, 0.8, 2.0, 1.5, 0.08, 5.0];
const TUNED: usize = 10;

/// Pairs of one test share people, phones and places: so many directed pairs are worth one independent observation. The
/// recordings that there are have about a hundred in a test. Taken for more independent, they draw the numbers so far from
/// the start that another place is judged worse (docs/proximity.md).
const PAIRS_AN_OBSERVATION: f64 = 60.0;

/// Flags of `bluezone proximity fit`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    recordings: Recordings,
    /// Where the parameter file is written.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What the data is: name, source, licence; stands in the file.
    #[arg(long, value_name = "TEXT")]
    data: String,
    /// Of the search's order. The same seed and data give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let Data { pairs, sha256 } = data::read(&args.recordings)?;
    let all: Vec<usize> = (0..pairs.len()).collect();
    let mut parameters = Learner::new(&pairs).learn(&all, args.seed);
    parameters.provenance = Provenance {
        data: args.data.clone(),
        method: "bluezone proximity fit: compass search from round numbers, then two logistic regressions; see docs/proximity.md".into(),
        sha256,
        pairs: [pairs.len(), pairs.iter().filter(|pair| pair.contact).count()],
        seed: args.seed,
    };
    std::fs::write(&args.out, parameters.to_json()).with_context(|| args.out.display().to_string())
}

/// Learns from parts of the recordings. Searches of different parts try mostly the same numbers, whose scores do not depend on
/// the part: they are kept.
pub struct Learner<'a> {
    pairs: &'a [Pair],
    /// By the numbers that are searched: the score of what each receiver heard.
    scores: HashMap<[u64; TUNED], Vec<f64>>,
}

impl<'a> Learner<'a> {
    /// Of these recordings.
    pub fn new(pairs: &'a [Pair]) -> Self {
        Self { pairs, scores: HashMap::new() }
    }

    /// The most probable parameters of the pairs at `train`, given a normal prior around [`START`].
    ///
    /// Likelihood: the labels, under the calibrated probabilities of one and of both directions.
    pub fn learn(&mut self, train: &[usize], seed: u64) -> Parameters {
        let weight = train.len() as f64 / PAIRS_AN_OBSERVATION;
        let start = tuned(&mut START.clone()).map(|x| *x);
        let cost = |point: &[f64]| {
            let Some(mut parameters) = parameters(point) else { return f64::INFINITY };
            let loss = self.calibrate_both(&mut parameters, train);
            let prior: f64 =
                point.iter().zip(&start).zip(DOUBT).map(|((x, x0), sd)| ((x - x0) / sd).powi(2) / 2.0).sum();
            weight * loss + prior
        };
        let best = compass(&start, &DOUBT, 3, seed, cost);
        let mut learnt = parameters(&best).expect("the best point was possible");
        self.calibrate_both(&mut learnt, train);
        for calibration in [&mut learnt.one_sided, &mut learnt.two_sided] {
            (calibration.slope, calibration.intercept) =
                (four_digits(calibration.slope), four_digits(calibration.intercept));
        }
        learnt
    }

    /// Sets the calibrations of one direction and of both; returns the mean of their losses.
    fn calibrate_both(&mut self, parameters: &mut Parameters, train: &[usize]) -> f64 {
        let pairs = self.pairs;
        let contacts: Vec<bool> = train.iter().map(|&at| pairs[at].contact).collect();
        let tried = tuned(&mut parameters.channel).map(|number| number.to_bits());
        let own = self
            .scores
            .entry(tried)
            .or_insert_with(|| own_scores(&HiddenMarkov::new(parameters.clone(), DEFINITION), pairs));
        let fit = |sides: Sides| {
            let scores: Vec<f64> = train.iter().map(|&at| sides.score(pairs, own, at)).collect();
            calibrate(&scores, &contacts, PRIOR)
        };
        let (one, two) = (fit(Sides::One), fit(Sides::Two));
        (parameters.one_sided, parameters.two_sided) = (one.0, two.0);
        f64::midpoint(one.1, two.1)
    }
}

/// More than the data supports, few enough for a file that can be read and for sums in another order to write the same.
fn four_digits(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// `None` outside the ranges that make sense.
fn parameters(point: &[f64]) -> Option<Parameters> {
    let mut channel = START;
    tuned(&mut channel).into_iter().zip(point).for_each(|(number, x)| *number = four_digits(*x));
    let calibration = bluezone_proximity::Calibration { slope: 1.0, intercept: 0.0 };
    let parameters = Parameters {
        format: FORMAT,
        provenance: Provenance::default(),
        channel,
        one_sided: calibration,
        two_sided: calibration,
    };
    Parameters::from_json(&parameters.to_json()).ok()
}

/// The numbers that are searched, in the order of [`DOUBT`]; the others stay at the start.
fn tuned(channel: &mut Channel) -> [&mut f64; TUNED] {
    [
        &mut channel.tx_doubt,
        &mut channel.tx_bound_db,
        &mut channel.loss_1m_db,
        &mut channel.loss_decade_db,
        &mut channel.carriage_db,
        &mut channel.open_scatter_db,
        &mut channel.body_db,
        &mut channel.body_scatter_db,
        &mut channel.silence_floor,
        &mut channel.silence_db,
    ]
}
