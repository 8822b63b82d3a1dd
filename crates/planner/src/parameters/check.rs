//! Which values are possible.

use super::{Disease, Measures, Parameters, Phase, Quarantine, Society, Time};

/// A value that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Problem {
    /// Where, as in a scenario file: `measures.adoption`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Collects the first problem.
struct Check(Result<(), Problem>);

impl Check {
    fn that(&mut self, field: &str, holds: bool, problem: impl FnOnce() -> String) {
        if self.0.is_ok() && !holds {
            self.0 = Err(Problem { field: field.to_owned(), problem: problem() });
        }
    }

    fn between(&mut self, field: &str, values: &[f64], least: f64, most: f64) {
        for &value in values {
            self.that(field, (least..=most).contains(&value), || {
                format!("{value} is not between {least} and {most}")
            });
        }
    }

    fn shares(&mut self, field: &str, values: &[f64]) {
        self.between(field, values, 0.0, 1.0);
    }

    fn days(&mut self, field: &str, value: u16) {
        self.that(field, value <= 365, || format!("{value} days are more than a year"));
    }

    fn time(&mut self, field: &str, time: Time) {
        self.between(&format!("{field}.mean"), &[time.mean], 0.1, 365.0);
        self.between(&format!("{field}.sd"), &[time.sd], 0.01, 365.0);
    }

    fn quarantine(&mut self, field: &str, quarantine: Quarantine) {
        self.days(&format!("{field}.days"), quarantine.days);
        self.shares(&format!("{field}.dropout"), &[quarantine.dropout]);
        self.shares(&format!("{field}.compliance"), &[quarantine.compliance]);
    }

    fn society(&mut self, society: &Society) {
        self.between("society.household_sizes", &society.household_sizes, 0.0, 1e9);
        self.that("society.household_sizes", society.household_sizes.iter().sum::<f64>() > 0.0, || {
            "there are no households".to_owned()
        });
        self.shares("society.children", society.children.as_flattened());
        // No more children than one fewer than there are members: somebody is grown up.
        for (children, (size, households)) in society.children.iter().zip((1..).zip(society.household_sizes))
        {
            let some = households == 0.0 || children[..size].iter().sum::<f64>() > 0.0;
            self.that("society.children", some, || {
                format!("there is no household of {size} with anybody grown up: give it some, or household_sizes none of that size")
            });
        }
        self.between("society.household_pairs", society.household_pairs.as_flattened(), 0.0, 1e9);
        self.between("society.ages", &society.ages, 0.0, 1e9);
        self.that("society.ages", society.ages[2..].iter().sum::<f64>() > 0.0, || {
            "there are no adults".to_owned()
        });
        self.between("society.occupation_contacts", &society.occupation_contacts, 0.0, 200.0);
        self.between("society.occupation_daily", &[society.occupation_daily], 0.01, 1.0);
        self.shares("society.occupation_rewired", &[society.occupation_rewired]);
        self.shares("society.staff", &society.staff);
        self.between("society.random_mean", &society.random_mean, 0.0, 200.0);
        self.between("society.random_sd", &society.random_sd, 0.0, 200.0);
        self.that("society.rematch", society.rematch <= 8, || format!("{} is more than 8", society.rematch));
    }

    fn disease(&mut self, disease: &Disease) {
        self.between("disease.infectious_rate", &[disease.infectious_rate], 0.0, 100.0);
        self.between("disease.infectiousness_sd", &[disease.infectiousness_sd], 0.0, 10.0);
        self.shares("disease.asymptomatic_factor", &[disease.asymptomatic_factor]);
        self.shares("disease.mild_factor", &[disease.mild_factor]);
        self.between("disease.setting_weight", &disease.setting_weight, 0.0, 100.0);
        self.between("disease.susceptibility", &disease.susceptibility, 0.0, 100.0);
        self.shares("disease.immune", &disease.immune);
        self.shares("disease.asymptomatic", &disease.asymptomatic);
        self.shares("disease.mild", &disease.mild);
        for (asymptomatic, mild) in disease.asymptomatic.iter().zip(disease.mild) {
            self.that("disease.mild", asymptomatic + mild <= 1.0 + 1e-9, || {
                format!("with {asymptomatic} without symptoms, {mild} cannot be mild")
            });
        }
        self.shares("disease.hospitalised", &disease.hospitalised);
        self.shares("disease.critical", &disease.critical);
        self.shares("disease.intensive_care", &disease.intensive_care);
        self.shares("disease.fatality", &disease.fatality);
        self.between("disease.to_hospital", &[disease.to_hospital], 1.0, 365.0);
        self.shares("disease.background_symptoms", &[disease.background_symptoms]);
        self.that("disease.test_until", disease.test_until > disease.test_from, || {
            "a test that finds nothing: not after test_from".to_owned()
        });
        for (field, time) in [
            ("infectious", disease.infectious),
            ("to_symptoms", disease.to_symptoms),
            ("to_recovery", disease.to_recovery),
            ("asymptomatic_to_recovery", disease.asymptomatic_to_recovery),
            ("to_critical", disease.to_critical),
            ("hospital_to_recovery", disease.hospital_to_recovery),
            ("critical_to_ward", disease.critical_to_ward),
            ("critical_to_death", disease.critical_to_death),
        ] {
            self.time(&format!("disease.{field}"), time);
        }
    }

    fn measures(&mut self, place: &str, measures: &Measures) {
        for (field, share) in [
            ("adoption", measures.adoption),
            ("installed_together", measures.installed_together),
            ("working", measures.working),
            ("detection", measures.detection),
            ("code", measures.code),
            ("consent", measures.consent),
            ("test_on_symptoms", measures.test_on_symptoms),
            ("test_when_warned", measures.test_when_warned),
            ("test_when_warned_of_symptoms", measures.test_when_warned_of_symptoms),
            ("test_in_isolation", measures.test_in_isolation),
            ("test_sensitivity", measures.test_sensitivity),
            ("test_specificity", measures.test_specificity),
            ("declare", measures.declare),
            ("venues.check_in", measures.venues.check_in),
            ("zones.contacts_left", measures.zones.contacts_left),
            ("masks", measures.masks),
        ] {
            self.shares(&format!("{place}.{field}"), &[share]);
        }
        for (field, days) in [
            ("warning_delay", measures.warning_delay),
            ("test_order", measures.test_order),
            ("test_result", measures.test_result),
            ("declare_delay", measures.declare_delay),
            ("manual.delay", measures.manual.delay),
            ("venues.delay", measures.venues.delay),
            ("zones.days", measures.zones.days),
            ("infectious_days.before_onset", measures.infectious_days.before_onset),
            ("infectious_days.after_onset", measures.infectious_days.after_onset),
            ("infectious_days.unknown_onset", measures.infectious_days.unknown_onset),
            ("infectious_days.latency", measures.infectious_days.latency),
        ] {
            self.days(&format!("{place}.{field}"), days);
        }
        for (field, quarantine) in [
            ("on_symptoms", measures.on_symptoms),
            ("on_positive", measures.on_positive),
            ("when_warned", measures.when_warned),
            ("when_warned_of_symptoms", measures.when_warned_of_symptoms),
        ] {
            self.quarantine(&format!("{place}.{field}"), quarantine);
        }
        self.between(&format!("{place}.adoption_by_age"), &measures.adoption_by_age, 0.0, 1000.0);
        self.that(
            &format!("{place}.adoption_by_age"),
            // Also at no adoption: a sweep sets another.
            measures.adoption_by_age.iter().all(|&weight| weight > 0.0),
            || "an age that nobody of can have the app: give it a small weight".to_owned(),
        );
        for (number, unit) in measures.units.iter().enumerate() {
            self.shares(&format!("{place}.units[{number}].share"), &[unit.share]);
            self.shares(&format!("{place}.units[{number}].adoption"), &[unit.adoption]);
            self.that(&format!("{place}.units[{number}].adoption"), unit.adoption > 0.0, || {
                "a unit where nobody can have the app: give it a small adoption".to_owned()
            });
        }
        let shares: f64 = measures.units.iter().map(|unit| unit.share).sum();
        self.that(
            &format!("{place}.units"),
            measures.units.is_empty() || (shares - 1.0).abs() < 1e-6,
            || format!("the shares of the units sum to {shares:.6}, not to 1"),
        );
        self.between(&format!("{place}.at_home"), &[measures.at_home], 0.0, 10.0);
        self.between(&format!("{place}.false_warnings"), &[measures.false_warnings], 0.0, 50.0);
        self.between(&format!("{place}.venues.bystanders"), &[measures.venues.bystanders], 0.0, 1000.0);
        self.shares(&format!("{place}.contacts_left"), &measures.contacts_left);
        self.shares(&format!("{place}.occupation_left"), &measures.occupation_left);
        self.shares(&format!("{place}.manual.named"), &measures.manual.named);
        self.between(&format!("{place}.manual.interviews"), &[measures.manual.interviews], 0.0, 1e5);
        self.between(&format!("{place}.manual.told"), &[measures.manual.told], 0.0, 1e6);
        self.between(&format!("{place}.zones.cases"), &[measures.zones.cases], 0.0, 1000.0);
        self.that(&format!("{place}.look_back"), (1..=30).contains(&measures.look_back), || {
            format!("{} is not between 1 and 30 days", measures.look_back)
        });
        self.that(&format!("{place}.depth"), (1..=4).contains(&measures.depth), || {
            format!("{}: 1 warns contacts, 2 also theirs, at most 4", measures.depth)
        });
        self.that(
            &format!("{place}.zones.people"),
            measures.zones.people == 0 || measures.zones.people >= 100,
            || "a zone has at least 100 people".to_owned(),
        );
    }
}

impl Parameters {
    /// Whether all values are possible.
    ///
    /// # Errors
    ///
    /// The first that is not.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check(Ok(()));
        check.that("people", self.population > 0, || "nobody lives there".to_owned());
        check.that("days", (1..=3650).contains(&self.days), || {
            format!("{} is not between 1 and 3650", self.days)
        });
        check.that("infected_at_start", self.infected_at_start <= self.population, || {
            format!("{} of {} people", self.infected_at_start, self.population)
        });
        check.society(&self.society);
        check.disease(&self.disease);
        check.measures("measures", &self.measures);
        for (number, phase) in (0..).zip(&self.phases) {
            check.measures(&format!("phase[{number}].measures"), &phase.measures);
        }
        let last = self.days;
        let never = |day: u16| format!("day {day} is after the last, {last}");
        check.that("measures.app_from", self.measures.app_from <= last, || never(self.measures.app_from));
        for (number, Phase { from, measures }) in self.phases.iter().enumerate() {
            check.that(&format!("phase[{number}].from"), *from <= last, || never(*from));
            let field = format!("phase[{number}].measures.app_from");
            check.that(&field, measures.app_from <= last, || never(measures.app_from));
        }
        for (number, pair) in (1..).zip(self.phases.windows(2)) {
            check.that(&format!("phase[{number}].from"), pair[0].from < pair[1].from, || {
                "phases come in the order of their days".to_owned()
            });
        }
        check.0
    }
}
