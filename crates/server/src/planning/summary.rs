//! What a plan's table says of each step of adoption.

use bluezone_planner::plan::Band;

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
