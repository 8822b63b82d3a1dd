//! Scenario files: what they change, and that mistakes in them are found where they are.

use bluezone_planner::{Scenario, ScenarioError};

fn read(text: &str) -> Result<Scenario, ScenarioError> {
    Scenario::read(text, 50_000)
}

#[test]
fn a_file_changes_what_it_names_and_nothing_else() {
    let usual = Scenario::usual("19", 50_000).expect("a province");
    assert_eq!(usual.province.name, "Thái Nguyên");
    assert_eq!(usual.parameters.population, 50_000);
    assert!((usual.scale() - 32.0).abs() < 0.1);
    assert_eq!(read(""), Ok(usual.clone()), "Thái Nguyên is where this was made");

    let text = r#"
        name = "Masks, then closures"
        province = "48"
        [disease]
        infectious_rate = 4
        [measures]
        adoption = 0.5
        test_when_warned = 1
        manual.named = 0.5
        [[phase]]
        from = 30
        measures.masks = 0.6
        [[phase]]
        from = 60
        measures.contacts_left = [0.5, 0.3]
    "#;
    let scenario = read(text).expect("a scenario");
    let parameters = &scenario.parameters;
    assert_eq!((scenario.name.as_str(), scenario.province.code.as_str()), ("Masks, then closures", "48"));
    assert_eq!(parameters.disease.infectious_rate, 4.0);
    assert_eq!(parameters.disease.infectious, usual.parameters.disease.infectious);
    assert_eq!(parameters.measures.manual.named, [0.5; 3], "one number for a whole list");
    assert_eq!(parameters.measures.consent, usual.parameters.measures.consent);
    let phases: Vec<_> = parameters.phases.iter().map(|phase| (phase.from, &phase.measures)).collect();
    assert_eq!((phases[0].0, phases[0].1.masks, phases[0].1.contacts_left), (30, 0.6, [1.0, 1.0]));
    assert_eq!(
        (phases[1].0, phases[1].1.masks, phases[1].1.contacts_left),
        (60, 0.6, [0.5, 0.3]),
        "a phase goes on"
    );
}

#[test]
fn a_disease_brings_what_is_done_about_it() {
    let measles = read("[disease]\nbase = \"measles\"").expect("a disease");
    assert_eq!((measles.disease.as_str(), measles.parameters.measures.when_warned.days), ("measles", 21));
    let nothing = read("[disease]\nbase = \"measles\"\n[measures]\nbase = \"none\"").expect("a disease");
    assert_eq!(
        (nothing.parameters.measures.when_warned.days, nothing.parameters.measures.declare),
        (14, 0.0)
    );
}

const UNITS: &str = "[[measures.units]]\nname = \"Town\"\nshare = 0.4\nadoption = 0.5\n[[measures.units]]\nname = \"Country\"";

#[test]
fn a_mistake_is_named_with_line_and_field() {
    for (text, line, field, word) in [
        ("days = 100\n[measures]\nadoption = 1.4\n", 3, "measures.adoption", "between 0 and 1"),
        ("[measures]\nadoptoin = 0.4", 2, "measures.adoptoin", "no such field"),
        ("[measures]\n\nconsent = \"most\"", 3, "measures.consent", "number"),
        ("[measures]\nconsent = nan", 2, "measures.consent", "NaN"),
        ("[measures]\nwhen_warned.days = 2.5", 2, "measures.when_warned.days", "whole number"),
        ("[measures]\nwhen_warned.days = -1", 2, "measures.when_warned.days", "whole number from 0"),
        ("[measures]\nwhen_warned = 14", 2, "measures.when_warned", "table"),
        ("[measures]\nadoption_by_age = [1, 2]", 2, "measures.adoption_by_age", "9 values"),
        ("[measures]\ndepth = 5", 2, "measures.depth", "1 warns contacts"),
        ("[society]\nchildren = 0", 2, "society.children", "no household of 1"),
        (
            "[society]\nhousehold_sizes = [0, 1, 0, 0, 0, 0]\nchildren = [0, 0, 1, 0, 0, 0]",
            3,
            "society.children",
            "no household of 2",
        ),
        ("days = 50\n[measures]\napp_from = 51", 3, "measures.app_from", "after the last"),
        ("days = 50\n[[phase]]\nfrom = 51", 3, "phase[0].from", "after the last"),
        (
            "days = 50\n[[phase]]\nfrom = 9\nmeasures.app_from = 60",
            4,
            "phase[0].measures.app_from",
            "after the last",
        ),
        (
            "[[phase]]\nfrom = 9\n[phase.measures]\nmasks = 0.5\nadoption = 0.3",
            5,
            "phase[0].measures.adoption",
            "leave it out",
        ),
        ("[disease]\nbase = \"plague\"", 2, "disease.base", "covid-19"),
        ("[disease]\nmild = 0.9", 2, "disease.mild", "cannot be mild"),
        ("[disease]\nimmune = 1.5", 2, "disease.immune", "between 0 and 1"),
        ("# Hà Nội\nprovince = \"77\"", 2, "province", "no province"),
        ("province = 19", 1, "province", "quotation marks"),
        ("days = 0", 1, "days", "between 1"),
        ("infected_at_start = 500000000", 1, "infected_at_start", "whole number"),
        ("[costs]\nillness_days = -2", 2, "costs.illness_days", "between 0"),
        ("[[phase]]\nfrom = 5\n[[phase]]\nfrom = 3\n", 4, "phase[1].from", "order"),
        ("[[phase]]\nmeasures.masks = 0.5", 1, "phase[0].from", "first day"),
        ("[[phase]]\nfrom = 3\nmeasures.masks = 5", 3, "phase[0].measures.masks", "between 0 and 1"),
        ("measures = 3", 1, "measures", "[measures]"),
        ("[measures]\nunits = 3", 2, "measures.units", "list"),
        ("[measures]\nunits = [3]", 2, "measures.units[0]", "table"),
        (
            "[[measures.units]]\nname = \"A\"\nshare = 1\nadoptoin = 0.5",
            4,
            "measures.units[0].adoptoin",
            "no such",
        ),
        ("[[measures.units]]\nname = \"A\"\nshare = 1", 1, "measures.units[0].adoption", "missing"),
        (
            &format!("{UNITS}\nshare = 0.6\nadoption = 1.4"),
            8,
            "measures.units[1].adoption",
            "between 0 and 1",
        ),
        (&format!("{UNITS}\nshare = 0.6\nadoption = 0"), 8, "measures.units[1].adoption", "small adoption"),
        (&format!("{UNITS}\nshare = 0.7\nadoption = 0.1"), 1, "measures.units", "sum to 1.1"),
    ] {
        match read(text) {
            Err(ScenarioError::Field { line: l, field: f, problem }) => {
                assert_eq!((l, f.as_str()), (line, field), "{text}: {problem}");
                assert!(problem.contains(word), "{text}: {problem}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let broken = read("days = 10\n[measures\n");
    assert!(matches!(broken, Err(ScenarioError::Syntax { line: 2, .. })), "{broken:?}");
    assert!(matches!(Scenario::usual("00", 1000), Err(ScenarioError::Field { .. })));
}

#[test]
fn the_examples_can_be_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/plan");
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("examples") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        assert!(read(&text).is_ok(), "{}: {:?}", path.display(), read(&text));
        count += 1;
    }
    assert!(count >= 4);
}

/// A file's own ages stay; otherwise they are the province's.
#[test]
fn ages_are_those_of_the_file_or_of_the_province() {
    let usual = read("").expect("a scenario");
    assert_eq!(usual.parameters.society.ages, usual.province.ages);
    let young = read("[society]\nages = [3, 3, 2, 1, 1, 1, 1, 1, 1]").expect("a scenario");
    assert_eq!(young.parameters.society.ages, [3.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
}

/// A household that is not there needs nobody in it.
#[test]
fn households_of_one_size_are_enough() {
    let text = "[society]\nhousehold_sizes = [0, 1, 0, 0, 0, 0]\n\
        children = [[0, 0, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]";
    let parameters = Scenario::read(text, 1_000).expect("a scenario").parameters;
    let town = bluezone_planner::Town::build(&parameters);
    assert!((0..1_000).all(|who| town.household(who).len() == 2));
}

#[test]
fn a_province_is_the_files_or_who_asks_for_it() {
    let of = |text: &str| Scenario::read_for(text, 1_000, Some("48")).map(|scenario| scenario.province.code);
    assert_eq!((of("days = 60"), of("province = \"01\"")), (Ok("48".to_owned()), Ok("01".to_owned())));
    assert!(Scenario::names_province("province = \"01\"") && !Scenario::names_province("days = 60"));
}
