//! The results as tables: CSV for spreadsheets, Parquet with every run's every day.

use std::fmt::Write as _;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::run::Outcomes;
use super::summary::infected;
use super::{Band, Lever, Plan, Row, Summary};

/// One row a cell; every quantity with its mean and the range of 95 % of the runs, in people of the province.
#[must_use]
pub fn summary_csv(plan: &Plan, summary: &Summary) -> String {
    let mut csv = "scenario,adoption,without".to_owned();
    let mut head = true;
    let mut rows = String::new();
    for cell in &summary.cells {
        let effect = cell.effect.as_ref();
        let bands = [
            ("infections", Some(cell.infections)),
            ("attack", Some(cell.attack)),
            ("cases", Some(cell.cases)),
            ("deaths", Some(cell.deaths)),
            ("hospital_peak", Some(cell.hospital_peak)),
            ("peak_day", Some(cell.peak_day)),
            ("isolated", Some(cell.isolated)),
            ("isolated_needlessly", Some(cell.isolated_needlessly)),
            ("isolation_days", Some(cell.isolation_days)),
            ("needless_days", Some(cell.needless_days)),
            ("warned", Some(cell.warned)),
            ("warned_rightly", Some(cell.warned_rightly)),
            ("averted", effect.map(|effect| effect.averted)),
            ("averted_share", effect.map(|effect| effect.averted_share)),
            ("deaths_averted", effect.map(|effect| effect.deaths_averted)),
            ("more_isolation_days", effect.map(|effect| effect.isolation_days)),
            ("more_needless_days", effect.map(|effect| effect.needless_days)),
        ];
        let pays = effect.and_then(|effect| effect.pays_from).map_or(String::new(), |day| day.to_string());
        let _ = write!(rows, "{}", key(plan, cell.scenario, cell.adoption, cell.without));
        for (name, band) in bands {
            if head {
                let _ = write!(csv, ",{name}_mean,{name}_low,{name}_high");
            }
            match band {
                Some(Band { mean, low, high }) => {
                    let _ = write!(rows, ",{mean:.4},{low:.4},{high:.4}");
                }
                None => rows.push_str(",,,"),
            }
        }
        let _ = writeln!(rows, ",{pays},{}", cell.died_out);
        head = false;
    }
    csv.push_str(",pays_from_day,died_out\n");
    csv + &rows
}

/// One row a cell and run: what differs by chance, in people of the province, to be set beside the same seed of another plan.
#[must_use]
pub fn seeds_csv(plan: &Plan, outcomes: &Outcomes) -> String {
    let mut csv = "scenario,adoption,without,seed,infections,deaths,isolated,died_out\n".to_owned();
    for (cell, runs) in plan.cells().iter().zip(outcomes) {
        let scenario = &plan.scenarios[cell.scenario];
        let (key, scale) = (key(plan, cell.scenario, cell.adoption, cell.without), scenario.scale());
        for (seed, run) in (1..).zip(runs) {
            let total = |count: fn(&Row) -> u32| run.total(run.days.len(), count) * scale;
            let (infected, deaths) = (infected(run, run.days.len()) * scale, total(|row| row.deaths));
            let isolated = total(|row| row.isolated);
            let _ = writeln!(csv, "{key},{seed},{infected:.1},{deaths:.1},{isolated:.1},{}", run.died_out());
        }
    }
    csv
}

/// One row a cell and day.
#[must_use]
pub fn days_csv(plan: &Plan, summary: &Summary) -> String {
    let mut csv = "scenario,adoption,without,day,infections_mean,infections_low,infections_high,\
        in_isolation_mean,in_isolation_low,in_isolation_high,\
        in_isolation_needlessly_mean,in_isolation_needlessly_low,in_isolation_needlessly_high,r\n"
        .to_owned();
    for cell in &summary.cells {
        let key = key(plan, cell.scenario, cell.adoption, cell.without);
        for (day, infections) in cell.daily.iter().enumerate() {
            let _ = write!(csv, "{key},{}", day + 1);
            for band in [infections, &cell.isolation[0][day], &cell.isolation[1][day]] {
                let _ = write!(csv, ",{:.2},{:.2},{:.2}", band.mean, band.low, band.high);
            }
            match cell.reproduction.get(day).copied().flatten() {
                Some(r) => {
                    let _ = writeln!(csv, ",{r:.3}");
                }
                None => csv.push_str(",\n"),
            }
        }
    }
    csv
}

fn key(plan: &Plan, scenario: usize, adoption: f64, without: Option<Lever>) -> String {
    let name = plan.scenarios[scenario].name.replace('"', "\"\"");
    format!("\"{name}\",{adoption},{}", without.map_or("", Lever::code))
}

/// Every day of every run, in agents; `scale` people of the province stand behind each.
///
/// # Errors
///
/// What the writer reports; none is known for a file in memory.
pub fn runs_parquet(plan: &Plan, outcomes: &Outcomes) -> Result<Vec<u8>> {
    let text = |name: &'static str| Type::primitive_type_builder(name, Physical::BYTE_ARRAY);
    let whole = |name: &'static str| Type::primitive_type_builder(name, Physical::INT32);
    let real = |name: &'static str| Type::primitive_type_builder(name, Physical::DOUBLE);
    let mut columns = vec![
        text("scenario").with_converted_type(parquet::basic::ConvertedType::UTF8),
        real("adoption"),
        text("without").with_converted_type(parquet::basic::ConvertedType::UTF8),
        real("scale"),
        whole("seed"),
        whole("day"),
    ];
    columns.extend(Row::COLUMNS.map(|(name, _)| whole(name)));
    let fields = columns
        .into_iter()
        .map(|column| Ok(Arc::new(column.with_repetition(Repetition::REQUIRED).build()?)))
        .collect::<Result<Vec<_>>>()?;
    let schema = Arc::new(Type::group_type_builder("day_of_a_run").with_fields(fields).build()?);
    let properties = WriterProperties::builder()
        .set_created_by("bluezone".to_owned())
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    // A group a cell: no more of the table is copied at a time.
    for (cell, runs) in plan.cells().iter().zip(outcomes) {
        let scenario = &plan.scenarios[cell.scenario];
        let rows: Vec<(i32, i32, &Row)> = (1..)
            .zip(runs)
            .flat_map(|(seed, run)| (1..).zip(&run.days).map(move |(day, row)| (seed, day, row)))
            .collect();
        let same_text = |text: &str| vec![ByteArray::from(text); rows.len()];
        let mut group = writer.next_row_group()?;
        let mut number = 0;
        while let Some(mut column) = group.next_column()? {
            match column.untyped() {
                ColumnWriter::ByteArrayColumnWriter(writer) => {
                    let text = if number == 0 {
                        scenario.name.as_str()
                    } else {
                        cell.without.map_or("", Lever::code)
                    };
                    writer.write_batch(&same_text(text), None, None)?;
                }
                ColumnWriter::DoubleColumnWriter(writer) => {
                    let value = if number == 1 { cell.adoption } else { scenario.scale() };
                    writer.write_batch(&vec![value; rows.len()], None, None)?;
                }
                ColumnWriter::Int32ColumnWriter(writer) => {
                    let value = |&(seed, day, row): &(i32, i32, &Row)| match number {
                        4 => seed,
                        5 => day,
                        column => (Row::COLUMNS[column - 6].1)(row) as i32,
                    };
                    let values: Vec<i32> = rows.iter().map(value).collect();
                    writer.write_batch(&values, None, None)?;
                }
                _ => {}
            }
            column.close()?;
            number += 1;
        }
        group.close()?;
    }
    writer.into_inner()
}
