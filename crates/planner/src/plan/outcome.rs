use serde::{Deserialize, Serialize};

use crate::simulation::Run;

/// One day of one run, in agents. Flows are of the day, the others as of its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// New infections.
    pub infections: u32,
    /// First symptoms.
    pub onsets: u32,
    /// Infections that those infected on this day will cause.
    pub caused: u32,
    /// Newly found cases.
    pub cases: u32,
    /// Deaths.
    pub deaths: u32,
    /// Tests.
    pub tests: u32,
    /// Warnings that reached somebody.
    pub warned: u32,
    /// Of them, to people who are or were infected.
    pub warned_infected: u32,
    /// People whose isolation began.
    pub isolated: u32,
    /// Of them, people who are or were infected.
    pub isolated_infected: u32,
    /// People in isolation.
    pub quarantined: u32,
    /// Of them, people who are or were infected.
    pub quarantined_infected: u32,
    /// People in hospital.
    pub hospital: u32,
    /// People who live in a closed zone.
    pub closed: u32,
}

/// A column of a table: its name, and what stands in it.
pub type Column = (&'static str, fn(&Row) -> u32);

impl Row {
    /// The columns in tables.
    pub const COLUMNS: [Column; 14] = [
        ("infections", |row| row.infections),
        ("onsets", |row| row.onsets),
        ("caused", |row| row.caused),
        ("cases", |row| row.cases),
        ("deaths", |row| row.deaths),
        ("tests", |row| row.tests),
        ("warned", |row| row.warned),
        ("warned_infected", |row| row.warned_infected),
        ("isolated", |row| row.isolated),
        ("isolated_infected", |row| row.isolated_infected),
        ("in_isolation", |row| row.quarantined),
        ("in_isolation_infected", |row| row.quarantined_infected),
        ("in_hospital", |row| row.hospital),
        ("in_closed_zones", |row| row.closed),
    ];
}

/// Of those who could be infected, the share below which an outbreak has not run out of people: that many fewer are left to meet, and R is
/// lower by as much.
const FEW: f64 = 0.1;

/// What is kept of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// People infected on day 0.
    pub infected_at_start: u32,
    /// People who could still infect others after the last day.
    pub infectious_at_end: u32,
    /// People who could still be infected after it.
    pub susceptible_at_end: u32,
    /// Days 1, 2, ….
    pub days: Vec<Row>,
}

impl Outcome {
    /// Of a run.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let row = |day: &crate::Day| Row {
            infections: day.infections,
            onsets: 0,
            caused: 0,
            cases: day.cases,
            deaths: day.deaths,
            tests: day.tests,
            warned: day.warned,
            warned_infected: day.warned_infected,
            isolated: day.isolated,
            isolated_infected: day.isolated_infected,
            quarantined: day.quarantined,
            quarantined_infected: day.quarantined_infected,
            hospital: day.hospital,
            closed: day.closed,
        };
        let mut days: Vec<Row> = run.days.iter().map(row).collect();
        // Who is infected later comes later in the list, so the infector's day is known.
        let mut day_of = std::collections::HashMap::new();
        for infection in &run.infections {
            day_of.insert(infection.who, infection.day);
            if let Some(row) = days.get_mut(usize::from(infection.symptoms).wrapping_sub(1)) {
                row.onsets += 1;
            }
            let caused_by = day_of.get(&infection.by).copied().filter(|_| infection.by != infection.who);
            if let Some(row) = caused_by.and_then(|day| days.get_mut(usize::from(day).wrapping_sub(1))) {
                row.caused += 1;
            }
        }
        let started = run.infections.iter().take_while(|infection| infection.day == 0).count();
        Self {
            infected_at_start: started as u32,
            infectious_at_end: run.infectious,
            susceptible_at_end: run.susceptible,
            days,
        }
    }

    /// Whether the outbreak died out: by the last day nobody could infect others any more, and not for want of people, of whom fewer
    /// than [`FEW`] had been infected. So measures ended it, or chance.
    #[must_use]
    pub fn died_out(&self) -> bool {
        let infected = f64::from(self.infected_at_start) + self.total(self.days.len(), |row| row.infections);
        let could_be = infected + f64::from(self.susceptible_at_end);
        infected > 0.0 && self.infectious_at_end == 0 && infected < FEW * could_be
    }

    /// Sum of a count over the days up to and including `day`.
    #[must_use]
    pub fn total(&self, until: usize, count: impl Fn(&Row) -> u32) -> f64 {
        self.days.iter().take(until).map(|row| f64::from(count(row))).sum()
    }
}
