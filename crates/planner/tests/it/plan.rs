//! A plan from its runs to its tables.

use std::path::Path;
use std::sync::Mutex;

use bluezone_planner::Scenario;
use bluezone_planner::plan::{
    Error, Folder, Lever, Outcome, Plan, Row, Summary, days_csv, run, runs_parquet, seeds_csv, summary_csv,
};
use bluezone_planner::report;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

fn small(text: &str) -> Plan {
    let scenario = Scenario::read(text, 4_000).expect("a scenario");
    Plan { scenarios: vec![scenario], adoption: vec![0.0, 0.4, 0.8], seeds: 2 }
}

const SHORT: &str = "name = \"Short\"\ndays = 60\ninfected_at_start = 8000";

/// Everything that is written, and how many runs were done for it.
fn written(plan: &Plan, folder: &Path, threads: usize) -> (Vec<Vec<u8>>, usize) {
    let opened = Folder::open(folder, plan).expect("a folder");
    let done = Mutex::new(0);
    let outcomes = run(plan, &opened, threads, |progress| {
        *done.lock().expect("no panic") = progress.of - progress.found;
    });
    let outcomes = outcomes.expect("outcomes");
    let summary = Summary::of(plan, &outcomes);
    let files = vec![
        summary_csv(plan, &summary).into_bytes(),
        days_csv(plan, &summary).into_bytes(),
        runs_parquet(plan, &outcomes).expect("a table"),
        report::page(plan, &summary).into_bytes(),
    ];
    let done = *done.lock().expect("no panic");
    (files, done)
}

#[test]
fn what_was_finished_stays_finished_and_the_result_is_the_same() {
    let plan = small(SHORT);
    let (whole, again) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (files, done) = written(&plan, whole.path(), 1);
    assert_eq!(done, plan.cells().len() * 2);
    assert_eq!(written(&plan, whole.path(), 2), (files.clone(), 0), "everything is there");

    // Another machine was switched off in the middle of it.
    assert_eq!(written(&plan, again.path(), 2).0, files, "threads do not matter");
    let runs = again.path().join("runs");
    std::fs::remove_file(runs.join("1-2.json")).expect("a run");
    std::fs::write(runs.join("0-1.json"), "{\"infected_at").expect("half a run");
    std::fs::write(runs.join("2-1.part"), "{\"inf").expect("a draft");
    assert_eq!(written(&plan, again.path(), 2), (files, 2));

    let other = Plan { seeds: 3, ..plan };
    assert!(matches!(Folder::open(whole.path(), &other), Err(Error::OtherPlan(_))));
    // What is there and cannot be read is no new folder.
    let record = whole.path().join("plan.json");
    std::fs::write(&record, [0xff]).expect("no text");
    assert!(matches!(Folder::open(whole.path(), &other), Err(Error::OtherPlan(_))));
    std::fs::remove_file(&record).expect("a record");
    std::fs::create_dir(&record).expect("a folder in its place");
    assert!(matches!(Folder::open(whole.path(), &other), Err(Error::Unreadable(..))));
}

#[test]
fn tables_hold_what_the_runs_say() {
    let plan = small(SHORT);
    let folder = tempfile::tempdir().expect("a folder");
    let opened = Folder::open(folder.path(), &plan).expect("a folder");
    let outcomes = run(&plan, &opened, 2, |_| ()).expect("outcomes");
    let summary = Summary::of(&plan, &outcomes);

    let steps: Vec<_> = summary.steps(0).collect();
    assert_eq!(steps.len(), 3);
    let averted = |step: usize| steps[step].effect.as_ref().map_or(0.0, |effect| effect.averted.mean);
    assert!(averted(2) > averted(1) && averted(1) > 0.0, "{} {}", averted(1), averted(2));
    for step in &steps {
        assert!(step.needless_days.mean <= step.isolation_days.mean);
        assert!(step.infections.low <= step.infections.mean && step.infections.mean <= step.infections.high);
        let daily: f64 = step.daily.iter().map(|band| band.mean).sum();
        assert!(
            (daily + 20.0 * plan.scenarios[0].scale() - step.infections.mean).abs() < 1.0,
            "the days make the sum"
        );
    }
    let levers: Vec<Lever> = summary.levers(0).map(|(lever, _)| lever).collect();
    assert!(
        levers.contains(&Lever::App) && levers.contains(&Lever::Manual) && !levers.contains(&Lever::Zones)
    );

    let csv = summary_csv(&plan, &summary);
    let columns = |line: &str| line.split(',').count();
    assert!(csv.lines().all(|line| columns(line) == columns(csv.lines().next().unwrap_or_default())));
    assert_eq!(csv.lines().count(), plan.cells().len() + 1);
    assert_eq!(days_csv(&plan, &summary).lines().count(), plan.cells().len() * 60 + 1);
    let seeds = seeds_csv(&plan, &outcomes);
    assert_eq!(seeds.lines().count(), plan.cells().len() * 2 + 1);
    let infected = |line: &str| line.split(',').nth(4).and_then(|cell| cell.parse::<f64>().ok());
    let runs: Vec<f64> = seeds.lines().skip(1).take(2).filter_map(infected).collect();
    assert!(((runs[0] + runs[1]) / 2.0 - steps[0].infections.mean).abs() < 1.0, "{runs:?}");

    opened.write("runs.parquet", &runs_parquet(&plan, &outcomes).expect("a table")).expect("a file");
    let file = std::fs::File::open(folder.path().join("runs.parquet")).expect("a file");
    let reader = SerializedFileReader::new(file).expect("a reader");
    let rows: Vec<_> = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), plan.cells().len() * 2 * 60);
    let first = rows[0].to_string();
    assert!(first.contains("scenario: \"Short\"") && first.contains("seed: 1, day: 1"), "{first}");
    let column =
        |name: &str| rows[0].get_column_iter().position(|(column, _)| column == name).expect("a column");
    let infections = column("infections");
    let sum: i64 = rows
        .iter()
        .map(|row| match row.get_column_iter().nth(infections) {
            Some((_, parquet::record::Field::Int(value))) => i64::from(*value),
            other => panic!("{other:?}"),
        })
        .sum();
    let expected: f64 = outcomes.iter().flatten().map(|run| run.total(60, |row| row.infections)).sum();
    assert_eq!(sum as f64, expected);
}

/// One run on many threads is that on one.
#[test]
fn a_single_run_uses_all_threads_and_is_the_same() {
    let mut plan = small(SHORT);
    (plan.adoption, plan.seeds) = (vec![0.4], 1);
    let (one, many) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    // Many more threads than runs: each run has several.
    assert_eq!(written(&plan, one.path(), 1), written(&plan, many.path(), 5 * plan.cells().len()));
}

#[test]
fn the_report_says_it_in_both_languages_and_needs_nothing_else() {
    let mut plan = small(SHORT);
    let other = small(
        "name = \"<b>Masks</b>\"\ndays = 60\ninfected_at_start = 8000\nmeasures.masks = 0.5\n\
         [[phase]]\nfrom = 20\nmeasures.depth = 2",
    );
    plan.scenarios.extend(other.scenarios);
    let folder = tempfile::tempdir().expect("a folder");
    let page = String::from_utf8(written(&plan, folder.path(), 2).0.remove(3)).expect("text");
    for wanted in ["Thái Nguyên", "Tóm tắt", "In short", "What this cannot tell", "&lt;b&gt;Masks", "<svg"]
    {
        assert!(page.contains(wanted), "{wanted}");
    }
    for unwanted in
        ["<script", "http://", "https://", "<b>Masks", "NaN", "inf<", "{adoption}", "{days}", "{lowest}"]
    {
        assert!(!page.contains(unwanted), "{unwanted}");
    }
    // What is assumed of the measures that are taken, and of no others.
    for wanted in [
        "10\u{a0}% of those with symptoms declare",
        "have checked in",
        "The household of a case",
        "of the warned take a test",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(page.contains("these are free") && page.contains("những việc này coi như không mất gì"));
    // A phase says what it changes and nothing else.
    assert!(page.contains("From day 20 on: F2 are warned too: an F1 gets a code of their own"), "{page}");
    assert!(!page.contains("Closed zones: of"));
    // What decides the result is said: tests, who stays at home, what is compared with what.
    for wanted in [
        "it finds 80\u{a0}% of the infected",
        "Whoever was only warned and has a negative result",
        "1 days after the result",
        "of the households decide together",
        "With 40\u{a0}% of the people, compared with 0\u{a0}%: ",
        "Compared with 0\u{a0}% of the people, run by run.",
        "the last 15 days are not known yet",
        "run beside that of the first scenario",
        "validated against OpenABM-Covid19",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(!page.contains("Not set beside the first"));
    // Whom the start stands for, and what is known of who meets whom.
    for wanted in [
        "who stand for 8,000 of the province",
        "đại diện cho 8.000 người của tỉnh",
        "not with which ages",
        "không biết gặp người ở lứa tuổi nào",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(page.len() < 2_000_000, "{}", page.len());
}

/// A disease is a set of parameters: each of them spreads and is found, and people are warned of it.
#[test]
fn every_disease_can_be_planned_for() {
    // Measles where four of five are protected: the usual immunity stops it.
    for (disease, more) in [("covid-19", ""), ("measles", "disease.immune = 0.8"), ("influenza", "")] {
        let text = format!("days = 120\ninfected_at_start = 8000\ndisease.base = {disease:?}\n{more}");
        let scenario = Scenario::read(&text, 10_000).expect("a scenario");
        let plan = Plan { scenarios: vec![scenario], adoption: vec![0.0, 0.8], seeds: 2 };
        let folder = tempfile::tempdir().expect("a folder");
        let opened = Folder::open(folder.path(), &plan).expect("a folder");
        let outcomes = run(&plan, &opened, 2, |_| ()).expect("outcomes");
        let sum = |cell: usize, count: fn(&bluezone_planner::plan::Row) -> u32| {
            outcomes[cell].iter().map(|run| run.total(120, count)).sum::<f64>()
        };
        assert!(sum(0, |row| row.infections) > 2.0 * 100.0, "{disease} spreads");
        assert!(sum(0, |row| row.cases) > 0.0 && sum(1, |row| row.warned) > 0.0, "{disease} is found");
        // Influenza is faster than results and warnings: there the app hardly shows.
        let slowed = sum(0, |row| row.infections) - sum(1, |row| row.infections);
        assert!(slowed > 0.0 || disease == "influenza", "{disease}: {slowed}");
    }
}

/// A run of `days` with as many infected on each and so many at the start, some of whom can still infect others after it.
fn outcome(started: u32, infected: &[u32]) -> Outcome {
    let day = |&infections: &u32| Row { infections, ..Row::default() };
    let days = infected.iter().map(day).collect();
    Outcome { infected_at_start: started, infectious_at_end: 1, susceptible_at_end: 3_600, days }
}

#[test]
fn runs_that_died_out_are_counted_and_said() {
    let scenario = Scenario::read("days = 2\n[measures]\nbase = \"none\"", 4_000).expect("a scenario");
    let plan = Plan { scenarios: vec![scenario], adoption: vec![0.0, 0.4], seeds: 3 };
    let over = |run: Outcome| Outcome { infectious_at_end: 0, ..run };
    // Of 4,000 who could be infected 399 and 400 were.
    let (few, many) = (outcome(20, &[300, 79]), outcome(20, &[300, 80]));
    let runs = |first: Outcome| vec![first, few.clone(), over(many.clone())];
    let outcomes: Vec<_> = (0..plan.cells().len())
        .map(|cell| runs(if cell == 1 { over(few.clone()) } else { outcome(20, &[1, 1]) }))
        .collect();
    let summary = Summary::of(&plan, &outcomes);
    let died_out: Vec<usize> = summary.steps(0).map(|step| step.died_out).collect();
    assert_eq!(died_out, [0, 1], "neither what goes on, however small, nor what has run out of people");
    let page = report::page(&plan, &summary);
    for said in [
        "before a tenth of those who could be infected had been: with 40\u{a0}% of the people having the app, in 1 of 3 runs.",
        "một phần mười số người có thể nhiễm đã nhiễm: với 40\u{a0}% dân số cài, trong 1 trên 3 lần chạy.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let csv = summary_csv(&plan, &summary);
    assert!(csv.lines().next().is_some_and(|head| head.ends_with(",pays_from_day,died_out")));
    assert!(csv.lines().nth(2).is_some_and(|row| row.ends_with(",1")), "{csv}");
}

/// An outbreak has died out when it is over and could have gone on, and not because it has hardly begun.
#[test]
fn an_outbreak_dies_out_when_nobody_can_infect_others_any_more() {
    let run = |rate: f64, days: u16| {
        let mut parameters = crate::small(0.0);
        (parameters.days, parameters.disease.infectious_rate) = (days, rate);
        Outcome::of(&crate::run(&parameters))
    };
    let spread =
        |run: &Outcome| run.total(usize::MAX, |row| row.infections) / f64::from(run.infected_at_start);
    let [ended, begun, grows, burnt] = [run(2.2, 300), run(2.2, 3), run(5.8, 30), run(5.8, 250)];
    assert!(
        ended.died_out() && spread(&ended) > 1.0,
        "R is below 1, and more caught it than began: {}",
        spread(&ended)
    );
    assert!(
        !begun.died_out() && spread(&begun) < 1.0,
        "the same outbreak has just begun: {}",
        spread(&begun)
    );
    assert!(!grows.died_out() && spread(&grows) > 5.0, "{}", spread(&grows));
    assert!(!burnt.died_out() && burnt.infectious_at_end == 0, "it ran out of people: {}", spread(&burnt));
}

#[test]
fn scenarios_are_set_beside_the_first_run_by_run_where_their_people_are_the_same() {
    let plan = |other: &str| {
        let read = |text: &str| {
            Scenario::read(&format!("name = \"Other\"\ndays = 2\n{text}"), 4_000).expect("a scenario")
        };
        Plan { scenarios: vec![read(""), read(other)], adoption: vec![0.0], seeds: 2 }
    };
    let summed = |plan: &Plan| {
        let run = |more: u32| vec![outcome(20, &[100, 100]), outcome(20, &[100, 100 + more])];
        let outcomes =
            plan.cells().iter().map(|cell| run(if cell.scenario == 0 { 900 } else { 890 })).collect();
        let summary = Summary::of(plan, &outcomes);
        let differences: Vec<_> =
            (0..2).map(|scenario| summary.steps(scenario).next().and_then(|step| step.difference)).collect();
        (differences, report::page(plan, &summary))
    };
    let masks = plan("measures.masks = 0.5");
    let (differences, page) = summed(&masks);
    let scale = masks.scenarios[0].scale();
    assert!(differences[0].is_none());
    let band = differences[1].expect("a difference");
    assert!(
        (band.mean + 5.0 * scale).abs() < 1e-6 && band.low < -9.0 * scale && band.high > -scale,
        "{band:?}"
    );
    assert!(!page.contains("Not set beside the first"));
    for other in [
        "province = \"01\"",
        "people = 3000",
        "infected_at_start = 9000",
        "society.base = \"vietnam-diaries\"",
    ] {
        let (differences, page) = summed(&plan(other));
        assert_eq!(differences, [None, None]);
        assert!(
            page.contains("Not set beside the first run by run, because province, population, contacts,")
                && page.contains("differ: Other.")
        );
    }
}

/// The last days of R are those whose infected still infect: as many as the disease has.
#[test]
fn the_last_days_of_r_are_those_of_the_disease() {
    let known = |disease: &str| {
        let scenario =
            Scenario::read(&format!("days = 60\ndisease.base = {disease:?}"), 4_000).expect("a scenario");
        let plan = Plan { scenarios: vec![scenario], adoption: vec![0.0], seeds: 1 };
        let outcomes = plan.cells().iter().map(|_| vec![outcome(20, &[100; 60])]).collect();
        let summary = Summary::of(&plan, &outcomes);
        let step = summary.steps(0).next().expect("a step");
        step.reproduction.iter().filter(|r| r.is_some()).count()
    };
    assert!(known("influenza") > known("covid-19") && known("covid-19") > known("measles"));
    assert_eq!(known("covid-19"), 45);
}

/// What is not said of COVID-19 does not hold for others.
#[test]
fn another_disease_claims_no_validation() {
    let scenario = Scenario::read("days = 2\ndisease.base = \"measles\"", 4_000).expect("a scenario");
    let plan = Plan { scenarios: vec![scenario], adoption: vec![0.0], seeds: 1 };
    let outcomes = plan.cells().iter().map(|_| vec![outcome(20, &[100, 100])]).collect();
    let page = report::page(&plan, &Summary::of(&plan, &outcomes));
    assert!(
        !page.contains("OpenABM")
            && page.contains("Immune from the start, by age")
            && page.contains("87\u{a0}%")
    );
}

#[test]
fn a_measure_that_is_left_out_is_left_out_whole() {
    let text = "[measures]\ncontacts_left = 0.5\nat_home = 1.5\noccupation_left = 0.9";
    let measures = Scenario::read(text, 4_000).expect("a scenario").parameters.measures;
    let mut open = measures.clone();
    Lever::Closures.switch_off(&mut open);
    assert_eq!((open.contacts_left, open.occupation_left, open.at_home), ([1.0; 2], [1.0; 5], 1.0));
    let mut untested = measures;
    Lever::Tests.switch_off(&mut untested);
    assert_eq!((untested.test_on_symptoms, untested.test_when_warned), (0.0, 0.0));
}
