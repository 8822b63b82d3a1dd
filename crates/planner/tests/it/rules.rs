//! The product's rules: each does what it says, and nothing where it is off.

use bluezone_planner::{InfectiousDays, Measures, Parameters, Phase, Run, Setting, Unit, Zones};

use crate::{run, small};

fn with(adoption: f64, change: impl Fn(&mut Parameters)) -> Run {
    let mut parameters = small(adoption);
    parameters.days = 80;
    change(&mut parameters);
    run(&parameters)
}

#[test]
fn phones_that_do_not_work_are_phones_that_are_not_there() {
    let half = with(0.8, |p| p.measures.working = 0.5);
    let fewer = with(0.4, |_| ());
    assert_eq!(half.days, fewer.days);
    assert_eq!(with(0.8, |p| p.measures.code = 0.0).total(|day| day.warned), 0, "no code, no warning");
}

#[test]
fn false_warnings_isolate_people_for_nothing() {
    let right = with(0.6, |_| ());
    let wrong = with(0.6, |p| p.measures.false_warnings = 2.0);
    let rate = |run: &Run| run.total(|day| day.warned_infected) as f64 / run.total(|day| day.warned) as f64;
    assert!(wrong.total(|day| day.warned) > right.total(|day| day.warned));
    assert!(rate(&wrong) < 0.75 * rate(&right), "{} {}", rate(&wrong), rate(&right));
}

/// The product's rule with days that hold everything is OpenABM's; the fewer its days, the fewer are warned, and none after the
/// report.
#[test]
fn contacts_of_infectious_days_are_warned_and_no_others() {
    let days = |before_onset, after_onset| InfectiousDays {
        only: true,
        before_onset,
        after_onset,
        unknown_onset: 0,
        latency: 0,
    };
    // Where results come at once, negative ones change nothing and nobody is in hospital: on these the rules differ in other ways too.
    let rule = |infectious_days| {
        with(0.6, |p| {
            (p.measures.infectious_days, p.measures.negative_counts) = (infectious_days, false);
            (p.measures.test_order, p.measures.test_result, p.disease.hospitalised) = (0, 0, [0.0; 9]);
        })
    };
    assert_eq!(rule(days(365, 365)).days, rule(openabm_days()).days);
    let warned = |run: &Run| run.total(|day| day.warned) as f64 / run.total(|day| day.cases) as f64;
    let seeds = |infectious_days| {
        let run = |seed| with(0.6, |p| (p.seed, p.measures.infectious_days) = (seed, infectious_days));
        [1, 2, 3, 4].map(|seed| warned(&run(seed)))
    };
    let (all, two, none, never) =
        (seeds(openabm_days()), seeds(days(2, 14)), seeds(days(0, 14)), seeds(days(0, 0)));
    // From the onset to the report four of five are at home: those days hold few contacts.
    let mean = |of: [f64; 4]| of.iter().sum::<f64>() / 4.0;
    let told = format!("{all:?} {two:?} {none:?} {never:?}");
    assert!(mean(two) < 0.75 * mean(all) && mean(none) < 0.6 * mean(two), "{told}");
    assert!((0..4).all(|seed| never[seed] < 0.95 * none[seed]), "{told}");
    // Two days on, all contacts since the report are within what is looked back, and not published.
    let late = |infectious_days| {
        let run = with(0.6, |p| {
            (p.measures.warning_delay, p.measures.infectious_days) = (4, infectious_days);
            p.measures.on_positive.compliance = 0.0;
            p.measures.on_symptoms.compliance = 0.0;
        });
        warned(&run)
    };
    assert!(late(days(365, 365)) < 0.8 * late(openabm_days()), "{}", late(days(365, 365)));
}

fn openabm_days() -> InfectiousDays {
    Measures::default().infectious_days
}

/// A contact of a contact is warned of days on which the latter may have infected them.
#[test]
fn the_second_ring_begins_when_a_contact_may_infect() {
    let warned = |latency| {
        let run = with(0.6, |p| {
            (p.days, p.measures.depth, p.measures.infectious_days.only) = (40, 2, true);
            p.measures.infectious_days.latency = latency;
        });
        run.total(|day| day.warned) as f64 / run.total(|day| day.cases) as f64
    };
    assert!(warned(2) < warned(0) && warned(6) < warned(2), "{} {} {}", warned(0), warned(2), warned(6));
}

/// A contact publishes with a code of their own, as likely and as late as a case.
#[test]
fn the_second_ring_needs_the_code_and_the_consent_of_the_contact_and_their_time() {
    let rule = |depth, consent, delay| {
        with(0.6, |p| {
            (p.days, p.measures.depth, p.measures.infectious_days.only) = (40, depth, true);
            (p.measures.consent, p.measures.warning_delay) = (consent, delay);
        })
    };
    // Warned for each case and each of its contacts who was: the second ring shrinks with the consent of the first.
    let more = |consent| {
        let warned = |depth| {
            let run = rule(depth, consent, 0);
            run.total(|day| day.warned) as f64 / run.total(|day| day.cases) as f64
        };
        warned(2) / warned(1) - 1.0
    };
    // Contacts share contacts, who are warned once: a fifth of them reaches more than a fifth.
    assert!(more(0.2) < 0.7 * more(1.0), "{} {}", more(0.2), more(1.0));
    // Up to the first publication and as long after it as a contact needs, there is one ring.
    let (one, two) = (rule(1, 1.0, 3), rule(2, 1.0, 3));
    let first = one.days.iter().position(|day| day.warned > 0).expect("somebody is warned");
    assert_eq!(one.days[..first + 3], two.days[..first + 3]);
    assert!(two.total(|day| day.warned) > one.total(|day| day.warned));
}

#[test]
fn homes_stay_at_home_and_infect_more_meanwhile() {
    let household = with(0.0, |p| p.measures.household_of_symptoms = true);
    let alone = with(0.0, |_| ());
    assert!(household.total(|day| day.isolated) > alone.total(|day| day.isolated) * 3 / 2);
    let at_home = |run: &Run| run.infections.iter().filter(|i| i.setting == Setting::Household).count();
    let crowded = with(0.0, |p| p.measures.at_home = 2.0);
    assert!(at_home(&crowded) as f64 > 1.1 * at_home(&alone) as f64);
}

#[test]
fn places_and_declarations_find_people_without_any_app() {
    let nothing = with(0.0, |_| ());
    assert_eq!(nothing.total(|day| day.warned), 0);
    let by_place = with(0.0, |p| {
        (p.measures.venues.check_in, p.measures.venues.bystanders) = (0.5, 3.0);
    });
    assert!(by_place.total(|day| day.warned) > 100);
    let declared = with(0.0, |p| p.measures.declare = 0.5);
    assert!(declared.total(|day| day.tests) > nothing.total(|day| day.tests));
}

#[test]
fn closed_zones_slow_the_outbreak_and_open_again() {
    let open = with(0.0, |p| p.days = 150);
    let zones = Zones { people: 1_000, cases: 2.0, days: 10, contacts_left: 0.1 };
    let closing = with(0.0, |p| (p.days, p.measures.zones) = (150, zones));
    let closed = |run: &Run| run.days.iter().map(|day| day.closed).max();
    assert_eq!(closed(&open), Some(0));
    assert!(closed(&closing) > Some(5_000) && closed(&closing) <= Some(20_000), "{:?}", closed(&closing));
    assert!(closing.peak().1 < open.peak().1);
    let first = closing.days.iter().position(|day| day.closed > 0);
    assert!(first > Some(2), "nothing closes before there are cases: {first:?}");
}

#[test]
fn measures_begin_on_their_day_and_not_before() {
    let before = with(0.0, |_| ());
    let after = with(0.0, |p| {
        let measures = Measures { contacts_left: [0.3, 0.2], masks: 0.5, ..p.measures.clone() };
        p.phases.push(Phase { from: 20, measures });
    });
    assert_eq!(before.days[..19], after.days[..19]);
    assert!(
        after.cumulative(80) * 2 < before.cumulative(80),
        "{} {}",
        after.cumulative(80),
        before.cumulative(80)
    );
    let app = with(0.0, |p| {
        let measures = Measures { adoption: 0.8, ..p.measures.clone() };
        p.phases.push(Phase { from: 20, measures });
    });
    let first = app.days.iter().position(|day| day.warned > 0);
    assert!(first >= Some(19), "{first:?}");
}

#[test]
fn the_immune_are_not_infected() {
    let immune = with(0.0, |p| p.disease.immune = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(immune.attack() < 0.5 && immune.infections.len() > 100);
}

/// At home contacts are long: of those warned there more are infected than elsewhere.
#[test]
fn who_installs_together_is_warned_of_those_at_home() {
    let rightly = |together: f64| {
        let runs = (1..=4).map(|seed| {
            with(0.3, |p| {
                (p.seed, p.measures.installed_together, p.disease.infectious_rate) = (seed, together, 4.0);
                (p.days, p.disease.setting_weight) = (40, [6.0, 1.0, 1.0]);
            })
        });
        let [infected, all] = runs.fold([0, 0], |[infected, all], run| {
            [infected + run.total(|day| day.warned_infected), all + run.total(|day| day.warned)]
        });
        infected as f64 / all as f64
    };
    assert!(rightly(1.0) > 1.15 * rightly(0.0), "{} {}", rightly(1.0), rightly(0.0));
}

#[test]
fn units_have_the_app_in_their_proportion() {
    let unit = |share: f64, adoption: f64| Unit { name: format!("{share}"), share, adoption };
    let same = with(0.4, |p| p.measures.units = vec![unit(0.3, 0.4), unit(0.7, 0.4)]);
    assert_eq!(same.days, with(0.4, |_| ()).days, "units that are alike are none");
    let first = |run: &Run| {
        let (mut isolated, mut all) = (0, 0);
        for infection in &run.infections[100..] {
            all += 1;
            isolated += u32::from(infection.who < 6_000);
        }
        f64::from(isolated) / f64::from(all)
    };
    // Contacts do not stay within a unit, but whoever is warned of being one stays at home.
    let differ = with(0.4, |p| p.measures.units = vec![unit(0.3, 1.0), unit(0.7, 0.14)]);
    assert!(first(&differ) < first(&same) - 0.01, "{} {}", first(&differ), first(&same));
}

/// The product as it is but for symptoms that warn.
fn symptoms_warn(change: impl Fn(&mut Measures)) -> Run {
    with(0.6, |p| {
        (p.measures.infectious_days.only, p.measures.warn_on_symptoms) = (true, true);
        (p.measures.test_when_warned, p.measures.warn_again) = (0.5, true);
        change(&mut p.measures);
    })
}

/// In the product symptoms warn through those who would publish as a case, as late, and the confirmed case publishes again.
#[test]
fn warnings_of_symptoms_need_consent_and_time_and_are_confirmed() {
    assert_eq!(symptoms_warn(|m| m.consent = 0.0).total(|day| day.warned), 0);
    let first = |run: &Run| run.days.iter().position(|day| day.warned > 0).expect("somebody is warned");
    let (at_once, late) = (symptoms_warn(|_| ()), symptoms_warn(|m| m.warning_delay = 3));
    assert_eq!(first(&at_once) + 3, first(&late));
    // Only those warned of the case take a test.
    let silent = symptoms_warn(|m| m.warn_again = false);
    let tests = |run: &Run| run.total(|day| day.tests) as f64 / run.infections.len() as f64;
    assert!(tests(&at_once) > 1.1 * tests(&silent), "{} {}", tests(&at_once), tests(&silent));
}

/// Those warned of symptoms that turn out to be a case take the tests and stay at home with the household that they would have if warned
/// of the case, as in OpenABM-Covid19.
#[test]
fn symptoms_that_turn_out_to_be_a_case_bring_its_tests_and_households() {
    let rule = |tested: f64, household: bool| {
        with(0.6, |p| {
            (p.days, p.measures.warn_on_symptoms) = (30, true);
            (p.measures.test_when_warned, p.measures.household_of_warned) = (tested, household);
        })
    };
    let (neither, tests, households) = (rule(0.0, false), rule(0.8, false), rule(0.0, true));
    let rate = |run: &Run, count: fn(&bluezone_planner::Day) -> u32| {
        run.total(count) as f64 / run.infections.len() as f64
    };
    assert!(rate(&tests, |day| day.tests) > 1.3 * rate(&neither, |day| day.tests));
    assert!(rate(&households, |day| day.isolated) > 1.1 * rate(&neither, |day| day.isolated));
    let before = |run: &Run| run.days.iter().take_while(|day| day.cases == 0).count();
    assert_eq!(neither.days[..before(&neither)], tests.days[..before(&neither)], "only a result does");
}

/// Whoever is only in hospital, tested there and nowhere else, is a case once there is a result.
#[test]
fn in_the_product_hospitals_warn_on_a_result_and_whenever_it_comes() {
    let hospitals = |only, sensitivity| {
        with(0.6, |p| {
            p.disease.background_symptoms = 0.0;
            (p.disease.hospitalised, p.disease.mild) = ([1.0; 9], [0.0; 9]);
            (p.measures.infectious_days.only, p.measures.look_back) = (only, 14);
            (p.measures.test_on_symptoms, p.measures.on_symptoms.compliance) = (0.0, 0.0);
            (p.measures.test_sensitivity, p.measures.test_specificity) = (sensitivity, 1.0);
        })
    };
    assert!(
        hospitals(false, 0.0).total(|day| day.warned) > 0,
        "OpenABM-Covid19: a clinical diagnosis is enough"
    );
    assert_eq!(hospitals(true, 0.0).total(|day| day.warned), 0);
    let found = hospitals(true, 1.0);
    let first = |count: fn(&bluezone_planner::Day) -> u32| found.days.iter().position(|day| count(day) > 0);
    assert!(first(|day| day.cases).is_some() && first(|day| day.cases) <= first(|day| day.warned));
    assert!(found.total(|day| day.warned) > 0);
}

#[test]
fn a_network_of_occupation_closes_by_itself() {
    let closed = |occupation: f64, networks| {
        with(0.0, |p| (p.measures.contacts_left, p.measures.occupation_left) = ([occupation, 1.0], networks))
    };
    assert_eq!(closed(0.5, [1.0; 5]).days, closed(1.0, [0.5; 5]).days);
    let at_school = |run: &Run| {
        // Ages are not kept: who infects whom in occupation is counted over all networks.
        run.infections.iter().filter(|infection| infection.setting == Setting::Occupation).count() as f64
            / run.infections.len() as f64
    };
    let (open, schools, all) =
        (closed(1.0, [1.0; 5]), closed(1.0, [0.0, 0.0, 1.0, 1.0, 1.0]), closed(1.0, [0.0; 5]));
    assert_eq!(at_school(&all), 0.0);
    assert!(at_school(&schools) < 0.9 * at_school(&open) && at_school(&schools) > 0.2);
}

#[test]
fn officers_leave_cases_with_the_app_to_it() {
    let traced = |adoption, without_app| {
        with(adoption, |p| {
            (p.measures.consent, p.measures.manual.interviews, p.measures.manual.told) =
                (0.0, 180.0, 3_600.0);
            p.measures.manual.without_app = without_app;
        })
    };
    assert_eq!(traced(1.0, true).total(|day| day.warned), 0);
    assert!(traced(1.0, false).total(|day| day.warned) > 0);
    assert_eq!(traced(0.0, true).days, traced(0.0, false).days);
}

#[test]
fn officers_interview_in_hospital_alone_if_they_are_to() {
    let traced = |hospitalised: f64, in_hospital| {
        let run = with(0.0, |p| {
            (p.measures.manual.interviews, p.measures.manual.told) = (180.0, 3_600.0);
            (p.measures.manual.in_hospital, p.disease.hospitalised) = (in_hospital, [hospitalised; 9]);
        });
        run.total(|day| day.warned)
    };
    assert_eq!(traced(0.0, true), 0);
    assert!(traced(0.5, true) > 0 && traced(0.5, true) < traced(0.5, false) / 2);
}

/// Whoever is at home with the household of a case is tested where the warned are, by the share that is said.
#[test]
fn households_of_cases_are_tested_where_the_warned_are() {
    let tests = |warned, at_home| {
        let run = with(0.0, |p| {
            (p.measures.household_of_case, p.measures.test_when_warned) = (true, warned);
            p.measures.test_in_isolation = at_home;
        });
        run.total(|day| day.tests) as f64 / run.infections.len() as f64
    };
    assert_eq!(tests(0.0, 1.0), tests(0.0, 0.0));
    assert_eq!(tests(0.8, 0.0), tests(0.0, 0.0));
    assert!(tests(0.8, 1.0) > 1.1 * tests(0.0, 0.0));
}

/// Officers ask the household to stay at home; its phones are warned all the same, and who is warned may take a test.
#[test]
fn phones_warn_the_household_however_soon() {
    let days = InfectiousDays { only: true, before_onset: 30, after_onset: 30, unknown_onset: 0, latency: 0 };
    let warned = |delay| {
        let run = with(1.0, |p| {
            let measures = &mut p.measures;
            (measures.infectious_days, measures.household_of_case) = (days, true);
            // Nobody else is met.
            (measures.warning_delay, measures.contacts_left) = (delay, [0.0; 2]);
        });
        run.total(|day| day.warned)
    };
    assert!(warned(1) > 0, "a day later");
    assert!(warned(0) > 0, "at once");
}
