//! What is done about an outbreak, in sentences: everything that is, and nothing that is not.

use bluezone_pages::{Lang, Text};

use super::{measure_words as said, words};
use crate::parameters::{Catalogue, Measures, NETWORKS, Quarantine};

/// The sentences of some measures, in their order.
struct Lines<'a> {
    lang: Lang,
    measures: &'a Measures,
    /// Hundred thousands of people.
    hundred_thousands: f64,
    /// The number of the question and what is said about it.
    lines: Vec<(usize, String)>,
    questions: usize,
}

/// What is said about these measures, each sentence with the number of the question that it answers.
fn lines(lang: Lang, measures: &Measures, people: u32) -> Vec<(usize, String)> {
    let hundred_thousands = f64::from(people) / 100_000.0;
    let mut all = Lines { lang, measures, hundred_thousands, lines: Vec::new(), questions: 0 };
    all.app();
    all.staying();
    all.tests();
    all.others();
    all.lines
}

/// All of it, in a province of so many people.
pub fn listed(lang: Lang, measures: &Measures, people: u32) -> Vec<String> {
    lines(lang, measures, people).into_iter().map(|(_, line)| line).collect()
}

/// What other measures change from a day on.
pub fn changed(lang: Lang, before: &Measures, from: u16, measures: &Measures, people: u32) -> String {
    let (old, new) = (lines(lang, before, people), lines(lang, measures, people));
    let mut changes: Vec<String> =
        new.iter().filter(|line| !old.contains(line)).map(|(_, line)| line.clone()).collect();
    let gone = old.into_iter().filter(|(question, _)| new.iter().all(|(other, _)| other != question));
    changes.extend(gone.map(|(_, line)| said::NO_LONGER.fill(lang, &[("line", &line)])));
    if changes.is_empty() {
        changes.push(said::NO_CHANGE.get(lang).to_owned());
    }
    said::PHASE.fill(lang, &[("day", &from.to_string()), ("changes", &changes.join(" "))])
}

/// A list of numbers, as one reads it out.
pub fn numbers(lang: Lang, values: &[f64]) -> String {
    let separator = if lang == Lang::Vi { "; " } else { ", " };
    values.iter().map(|&value| words::decimal(lang, value, 2)).collect::<Vec<_>>().join(separator)
}

impl Lines<'_> {
    /// Answers the next question, if there is anything to say.
    fn say(&mut self, used: bool, words: Text, values: &[(&str, String)]) {
        if used {
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.lines.push((self.questions, words.fill(self.lang, &values)));
        }
        self.questions += 1;
    }

    fn percent(&self, share: f64) -> String {
        words::percent(self.lang, share)
    }

    fn app(&mut self) {
        let (lang, measures) = (self.lang, self.measures);
        let product: Measures = Catalogue::built_in().parse("measures", "product");
        let measured =
            (measures.detection, measures.false_warnings) == (product.detection, product.false_warnings);
        let app = [
            ("working", self.percent(measures.working)),
            ("detection", self.percent(measures.detection)),
            ("false", words::decimal(lang, measures.false_warnings, 2)),
            ("measured", if measured { said::MEASURED.get(lang).to_owned() } else { String::new() }),
            ("publish", self.percent(measures.code * measures.consent)),
            ("delay", measures.warning_delay.to_string()),
        ];
        self.say(true, said::APP, &app);
        self.say(measures.app_from > 1, said::APP_FROM, &[("day", measures.app_from.to_string())]);
        let by_age = measures.adoption_by_age;
        let differ = by_age.iter().any(|&weight| weight != by_age[0]);
        self.say(differ, said::APP_AGES, &[("ages", numbers(lang, &by_age))]);
        let together = self.percent(measures.installed_together);
        self.say(measures.installed_together > 0.0, said::TOGETHER, &[("share", together)]);
        let unit = |unit: &crate::parameters::Unit| {
            let (share, adoption) = (self.percent(unit.share), self.percent(unit.adoption));
            said::UNIT.fill(lang, &[("name", &unit.name), ("share", &share), ("adoption", &adoption)])
        };
        let units = measures.units.iter().map(unit).collect::<Vec<_>>().join("; ");
        self.say(!measures.units.is_empty(), said::UNITS, &[("units", units)]);
        let days = measures.infectious_days;
        let which = if days.only { said::INFECTIOUS } else { said::LAST_DAYS };
        let days = [
            ("before", days.before_onset.to_string()),
            ("after", days.after_onset.to_string()),
            ("unknown", days.unknown_onset.to_string()),
            ("days", measures.look_back.to_string()),
        ];
        self.say(true, which, &days);
        self.say(measures.warn_on_symptoms, said::WARN_ON_SYMPTOMS, &[]);
        self.say(measures.warn_on_symptoms && measures.warn_again, said::WARN_AGAIN, &[]);
        let only = measures.infectious_days.only;
        let ring = if only { said::SECOND_RING } else { said::SECOND_RING_AT_ONCE };
        let latency = measures.infectious_days.latency.to_string();
        self.say(measures.depth > 1, ring, &[("days", latency)]);
        self.say(measures.depth > 2, said::FURTHER_RINGS, &[("ring", measures.depth.to_string())]);
    }

    fn staying(&mut self) {
        let measures = self.measures;
        for (used, words, Quarantine { days, dropout, compliance }) in [
            (true, said::STAY_WITH_SYMPTOMS, measures.on_symptoms),
            (true, said::STAY_AS_CASE, measures.on_positive),
            (true, said::STAY_WHEN_WARNED, measures.when_warned),
            (measures.warn_on_symptoms, said::STAY_WHEN_WARNED_OF_SYMPTOMS, measures.when_warned_of_symptoms),
        ] {
            let (share, stop) = (self.percent(compliance), self.percent(dropout));
            self.say(used, words, &[("share", share), ("days", days.to_string()), ("stop", stop)]);
        }
        for (used, words) in [
            (measures.household_of_case, said::HOUSEHOLD_OF_CASE),
            (measures.household_of_symptoms, said::HOUSEHOLD_OF_SYMPTOMS),
            (measures.household_of_warned, said::HOUSEHOLD_OF_WARNED),
            (
                measures.warn_on_symptoms && measures.household_of_warned_of_symptoms,
                said::HOUSEHOLD_OF_WARNED_OF_SYMPTOMS,
            ),
        ] {
            // That of symptoms is let go of with those who would be warned of them.
            self.say(used, words, &[("days", measures.when_warned_of_symptoms.days.to_string())]);
        }
    }

    fn tests(&mut self) {
        let measures = self.measures;
        let of_symptoms = if measures.warn_on_symptoms { measures.test_when_warned_of_symptoms } else { 0.0 };
        let in_isolation = if measures.test_when_warned > 0.0 { measures.test_in_isolation } else { 0.0 };
        for (share, words) in [
            (measures.test_on_symptoms, said::TESTS_OF_SYMPTOMS),
            (measures.test_when_warned, said::TESTS_OF_WARNED),
            (of_symptoms, said::TESTS_OF_WARNED_OF_SYMPTOMS),
            (in_isolation, said::TESTS_IN_ISOLATION),
        ] {
            let said = self.percent(share);
            self.say(share > 0.0, words, &[("share", said)]);
        }
        let test = [
            ("order", measures.test_order.to_string()),
            ("result", measures.test_result.to_string()),
            ("found", self.percent(measures.test_sensitivity)),
            ("wrong", self.percent(1.0 - measures.test_specificity)),
        ];
        self.say(true, said::TEST, &test);
        let negative = match (measures.negative_counts, measures.release_on_negative) {
            (true, true) if measures.infectious_days.only => said::NEGATIVE_RELEASES_IN_TIME,
            (true, true) => said::NEGATIVE_RELEASES,
            (true, false) => said::NEGATIVE_OF_SYMPTOMS,
            (false, _) => said::NEGATIVE_NOTHING,
        };
        self.say(true, negative, &[]);
        let declared =
            [("share", self.percent(measures.declare)), ("days", measures.declare_delay.to_string())];
        self.say(measures.declare > 0.0, said::DECLARATIONS, &declared);
    }

    fn others(&mut self) {
        let (lang, measures) = (self.lang, self.measures);
        let (manual, venues, zones) = (&measures.manual, &measures.venues, &measures.zones);
        let [home, occupation, elsewhere] = manual.named.map(|share| self.percent(share));
        let traced = [
            ("interviews", words::people(lang, manual.interviews * self.hundred_thousands)),
            ("told", words::people(lang, manual.told * self.hundred_thousands)),
            ("delay", manual.delay.to_string()),
            ("home", home),
            ("occupation", occupation),
            ("elsewhere", elsewhere),
        ];
        self.say(manual.interviews > 0.0, said::TRACING, &traced);
        self.say(manual.interviews > 0.0 && manual.in_hospital, said::TRACING_IN_HOSPITAL, &[]);
        self.say(manual.interviews > 0.0 && manual.without_app, said::TRACING_WITHOUT_APP, &[]);
        let warned = [
            ("share", self.percent(venues.check_in)),
            ("days", venues.delay.to_string()),
            ("others", words::decimal(lang, venues.bystanders, 1)),
        ];
        self.say(venues.check_in > 0.0, said::VENUES, &warned);
        let closed = [
            ("people", words::people(lang, zones.people.into())),
            ("cases", words::decimal(lang, zones.cases, 1)),
            ("days", zones.days.to_string()),
            ("left", self.percent(zones.contacts_left)),
        ];
        self.say(zones.people > 0, said::ZONES, &closed);
        let [occupation, elsewhere] = measures.contacts_left.map(|share| self.percent(share));
        let left = [("occupation", occupation), ("elsewhere", elsewhere)];
        self.say(measures.contacts_left != [1.0; 2], said::CLOSURES, &left);
        let shares = measures.occupation_left.map(|share| self.percent(share));
        let names = ["primary", "secondary", "work", "retired", "elderly"];
        let networks: Vec<(&str, String)> = names.into_iter().zip(shares).collect();
        self.say(measures.occupation_left != [1.0; NETWORKS], said::NETWORKS, &networks);
        let masks = self.percent(measures.masks);
        self.say(measures.masks != 1.0, said::MASKS, &[("share", masks)]);
        let at_home = self.percent(measures.at_home);
        self.say(measures.at_home != 1.0, said::AT_HOME, &[("share", at_home)]);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::scenario::Scenario;

    /// Everything is done, so that nothing is left unsaid because it is not.
    const ALL: &str = "[measures]\nwarn_on_symptoms = true\nhousehold_of_symptoms = true\nhousehold_of_warned = true\n\
        household_of_warned_of_symptoms = true\ntest_when_warned_of_symptoms = 0.3\ntest_in_isolation = 0.4\ndepth = 3\n\
        zones.people = 1000\ncontacts_left = 0.5\noccupation_left = 0.5\nmasks = 0.5\nat_home = 1.2\napp_from = 3\n\
        manual.without_app = true\nunits = [{ name = \"A\", share = 1.0, adoption = 0.4 }]";

    /// Every number of some measures by itself, changed.
    fn variants(value: &Value) -> Vec<(String, Value)> {
        match value {
            Value::Object(fields) => fields
                .iter()
                .flat_map(|(name, field)| {
                    variants(field).into_iter().map(move |(place, changed)| {
                        let mut fields = fields.clone();
                        fields.insert(name.clone(), changed);
                        (format!("{name}.{place}"), Value::Object(fields))
                    })
                })
                .collect(),
            Value::Array(items) => (0..items.len())
                .flat_map(|at| {
                    variants(&items[at]).into_iter().map(move |(place, changed)| {
                        let mut items = items.clone();
                        items[at] = changed;
                        (format!("[{at}]{place}"), Value::Array(items))
                    })
                })
                .collect(),
            Value::Bool(on) => vec![(String::new(), Value::Bool(!on))],
            Value::String(text) => vec![(String::new(), Value::String(format!("{text}!")))],
            Value::Number(number) if number.is_u64() => {
                vec![(String::new(), Value::from(number.as_u64().unwrap_or(0) * 2 + 1))]
            }
            number => vec![(String::new(), Value::from(number.as_f64().unwrap_or(0.0) * 0.7))],
        }
    }

    /// The first page leaves nothing out that decides the result, and a phase says what it changes.
    #[test]
    fn every_measure_is_said_and_so_is_its_change() {
        let all = Scenario::read(ALL, 1_000).expect("a scenario").parameters.measures;
        let record = serde_json::to_value(&all).expect("numbers");
        for lang in Lang::ALL {
            let said = listed(lang, &all, 100_000);
            for (field, changed) in variants(&record) {
                // A sweep sets the one; the others mean nothing beside what is set here.
                if field.starts_with("adoption.") {
                    continue;
                }
                let other: Measures = serde_json::from_value(changed).expect("measures");
                assert_ne!(listed(lang, &other, 100_000), said, "{field}");
                let words = super::changed(lang, &all, 20, &other, 100_000);
                assert!(
                    !words.contains(said::NO_CHANGE.get(lang)) && !words.contains('{'),
                    "{field}: {words}"
                );
            }
            assert!(super::changed(lang, &all, 20, &all, 1).contains(said::NO_CHANGE.get(lang)));
        }
    }

    #[test]
    fn a_phase_says_what_it_changes_and_nothing_else() {
        let text =
            "[measures]\nmasks = 0.5\n[[phase]]\nfrom = 20\nmeasures.masks = 1.0\nmeasures.test_result = 0";
        let parameters = Scenario::read(text, 1_000).expect("a scenario").parameters;
        let words = changed(Lang::En, &parameters.measures, 20, &parameters.phases[0].measures, 1_000);
        assert_eq!(
            words,
            "From day 20 on: A test is taken after 1 days and has its result 0 days later; it finds 80\u{a0}% of the infected while \
             it can, and 0.10\u{a0}% of the others in error. No longer: Masks: outside the home 50\u{a0}% as infectious."
        );
    }

    /// Where nobody is warned of symptoms nobody is said to be; whose household stays at home is said by itself.
    #[test]
    fn who_stays_at_home_for_symptoms_of_others_is_said_as_it_is() {
        for (warn, household) in [(false, false), (false, true), (true, false), (true, true)] {
            let text = format!(
                "[measures]\nwarn_on_symptoms = {warn}\nhousehold_of_symptoms = {household}\nwhen_warned_of_symptoms.days = 9"
            );
            let measures = Scenario::read(&text, 1_000).expect("a scenario").parameters.measures;
            let said = |lang| listed(lang, &measures, 1_000).join(" ");
            for (lang, words, used) in [
                (Lang::En, "Of those warned of somebody with symptoms", warn),
                (Lang::Vi, "Được cảnh báo về người có triệu chứng", warn),
                (
                    Lang::En,
                    "stays at home with symptoms does so too, as long as they do, up to 9 days.",
                    household,
                ),
                (Lang::Vi, "Cả nhà của người ở nhà vì triệu chứng cũng ở nhà", household),
            ] {
                assert_eq!(said(lang).contains(words), used, "{warn} {household}: {}", said(lang));
            }
        }
    }

    #[test]
    fn only_what_was_measured_is_called_so() {
        let of = |text: &str| {
            let measures = Scenario::read(text, 1_000).expect("a scenario").parameters.measures;
            listed(Lang::En, &measures, 1_000).join(" ").contains("real recordings")
        };
        assert!(of("") && !of("[measures]\ndetection = 0.9"));
    }
}
