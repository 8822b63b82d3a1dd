//! What a plan's table says of each step of adoption.

use bluezone_planner::plan::Band;
use std::collections::BTreeMap;

/// A step with all measures, in people of the province.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Share of the population with the app.
    pub adoption: f64,
    /// People infected.
    pub infections: Band,
    /// Deaths.
    pub deaths: Band,
    /// Times that somebody was isolated.
    pub isolated: Band,
    /// Of them, somebody who was not infected.
    pub needlessly: Band,
}

/// The steps of a [`super::SUMMARY`]; a row that cannot be read is left out.
pub fn steps(table: &[u8]) -> Vec<Step> {
    let mut reader = csv::Reader::from_reader(table);
    let Ok(head) = reader.headers().cloned() else { return Vec::new() };
    let column = |name: &str| head.iter().position(|found| found == name);
    let step = |row: &csv::StringRecord| {
        let number = |name: &str| row.get(column(name)?)?.parse().ok();
        let band = |name: &str| {
            let of = |part: &str| number(&format!("{name}_{part}"));
            Some(Band { mean: of("mean")?, low: of("low")?, high: of("high")? })
        };
        row.get(column("without")?).filter(|left_out| left_out.is_empty())?;
        Some(Step {
            adoption: number("adoption")?,
            infections: band("infections")?,
            deaths: band("deaths")?,
            isolated: band("isolated")?,
            needlessly: band("isolated_needlessly")?,
        })
    };
    reader.records().filter_map(|row| step(&row.ok()?)).collect()
}

/// People infected in each run with all measures, by adoption (per cent of it in hundredths) and seed.
pub type Seeds = BTreeMap<(u32, u32), f64>;

/// The key of an adoption in [`Seeds`]: of two shares that were read or computed, the same.
pub fn step_of(adoption: f64) -> u32 {
    (adoption * 10_000.0).round() as u32
}

/// The runs of a [`super::SEEDS`]; a row that cannot be read is left out.
pub fn seeds(table: &[u8]) -> Seeds {
    let mut reader = csv::Reader::from_reader(table);
    let Ok(head) = reader.headers().cloned() else { return Seeds::new() };
    let column = |name: &str| head.iter().position(|found| found == name);
    let run = |row: &csv::StringRecord| {
        let text = |name: &str| row.get(column(name)?);
        text("without").filter(|left_out| left_out.is_empty())?;
        let step = step_of(text("adoption")?.parse().ok()?);
        Some(((step, text("seed")?.parse().ok()?), text("infections")?.parse().ok()?))
    };
    reader.records().filter_map(|row| run(&row.ok()?)).collect()
}

/// How many more are infected in the runs of one plan than in those of another with the same seeds; none without such runs.
pub fn difference(runs: &Seeds, first: &Seeds, adoption: f64) -> Option<Band> {
    let step = step_of(adoption);
    let pairs = runs.range((step, 0)..=(step, u32::MAX));
    let more: Vec<f64> = pairs.filter_map(|(run, infected)| Some(infected - first.get(run)?)).collect();
    (!more.is_empty()).then(|| Band::of(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_the_same_seed_are_set_beside_each_other() {
        let table = |infected: [f64; 3]| {
            let rows = infected
                .iter()
                .zip(1..)
                .map(|(infected, seed)| format!("\"a, b\",0.4,,{seed},{infected:.1},0,0,false\n"));
            let rows = rows.collect::<String>() + "\"a, b\",0.4,app,1,9999,0,0,false\n";
            seeds(
                format!("scenario,adoption,without,seed,infections,deaths,isolated,died_out\n{rows}")
                    .as_bytes(),
            )
        };
        let (first, other) = (table([100.0, 200.0, 300.0]), table([90.0, 180.0, 300.0]));
        let band = difference(&other, &first, 0.4).unwrap();
        assert!((band.mean + 10.0).abs() < 1e-9 && band.low < -18.0 && band.high > -1.0, "{band:?}");
        assert_eq!(difference(&other, &first, 0.2), None);
        assert_eq!(difference(&other, &seeds(b""), 0.4), None, "a plan of before has no such table");
    }
}
