//! Plans for an outbreak: asked for, computed by the job, read, stopped, deleted.

use super::browser::{Browser, Seen};
use super::town::{MINISTRY, OTHER_UNIT, Town, UNIT};
use axum::http::StatusCode;
use bluezone_domain::id::OutbreakPlanId;
use bluezone_domain::officer::Role;
use bluezone_domain::outbreak_plan::{OutbreakPlan, Runs, State, Terms};
use bluezone_server::planning::job;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};
use std::time::Duration;

const NEW: &str = "/console/plans/new";
/// Small enough for a test.
const SMALL: [(&str, &str); 6] =
    [("to", "40"), ("step", "40"), ("days", "60"), ("infected", "8000"), ("seeds", "2"), ("agents", "2000")];

/// A plan of [`UNIT`] that is done.
pub async fn a_plan(town: &Town) -> OutbreakPlanId {
    let officer = town.officer("planner", Role::ProvincialCdc, UNIT).await;
    let terms = Terms {
        disease: "covid-19".to_owned(),
        adoption: [0, 40, 40],
        measures: vec!["manual-tracing".to_owned()],
        days: 60,
        infected: 200,
        seeds: 2,
        agents: 2_000,
        scenario: None,
    };
    let plan = OutbreakPlan {
        id: OutbreakPlanId::from_bytes([5; 16]),
        province: "19".parse().unwrap(),
        unit: UNIT.to_owned(),
        created_by: officer.id,
        created_at: town.clock_now(),
        terms,
        state: State::Waiting,
        runs: Runs::default(),
        started_at: None,
        ended_at: None,
    };
    let store = &town.state.store;
    assert!(store.ask_outbreak_plan(&plan).await.unwrap());
    let files = [("report.html", b"<p>".to_vec())];
    store.end_outbreak_plan(plan.id, State::Done, &files, town.clock_now()).await.unwrap();
    plan.id
}

fn header<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    seen.headers.get(name).map(|value| value.to_str().unwrap())
}

async fn asked(officer: &mut Browser, typed: &[(&str, &str)]) -> Seen {
    let page = officer.get(NEW).await;
    officer.submit(&page, NEW, typed).await
}

async fn a_plan_from_its_form_to_its_report_on(database: TestDatabase) {
    let town = Town::on(&database).await;
    let mut officer = town.health_officer().await;
    assert!(officer.get("/console/plans").await.body.contains("No plan yet"));
    let form = officer.get(NEW).await;
    assert!(form.body.contains("Thái Nguyên") && !form.body.contains("Cà Mau"), "the officer's own province");
    for (field, wrong) in [("to", "140"), ("agents", "1000000"), ("days", "x"), ("seeds", "0")] {
        let seen = asked(&mut officer, &[(field, wrong)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(seen.body.contains(&format!("href=\"#{field}\"")), "{field}");
    }
    let plan = asked(&mut officer, &SMALL).await.to().to_owned();
    let page = officer.get(&plan).await;
    assert!(page.body.contains("Waiting") && page.body.contains("http-equiv=\"refresh\""), "{}", page.body);
    assert!(page.body.contains(&format!("data-refresh=\"{plan}/progress\"")));
    let report = format!("{plan}/files/report.html");
    assert_eq!(officer.get(&report).await.status, StatusCode::NOT_FOUND);

    assert!(job::next(&town.state, "here").await.unwrap());
    assert!(!job::next(&town.state, "here").await.unwrap(), "nothing else is asked for");
    let told = officer.get(&format!("{plan}/progress")).await;
    assert_eq!(header(&told, "x-next"), Some(plan.as_str()), "the page is another one now");
    let page = officer.get(&plan).await;
    assert!(page.body.contains("Done") && !page.body.contains("http-equiv=\"refresh\""), "{}", page.body);
    assert_eq!(std::fs::read_dir(&*town.state.plans).unwrap().count(), 0, "nothing is left of the computing");

    let seen = officer.get(&report).await;
    assert!(seen.body.contains("Thái Nguyên") && seen.body.contains("<style>"));
    let policy = header(&seen, "content-security-policy").unwrap().to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(!policy.contains("script-src"), "no script at all");
    let other = officer.get(&plan).await;
    assert!(
        header(&other, "content-security-policy").unwrap().contains("style-src 'self'"),
        "the console's own"
    );
    let table = officer.get(&format!("{plan}/files/summary.csv")).await;
    assert!(table.body.starts_with("scenario,adoption,without,"), "{}", table.body);
    assert_eq!(header(&table, "content-disposition"), Some("attachment; filename=\"summary.csv\""));
    for name in ["days.csv", "seeds.csv", "runs.parquet", "plan.json", "scenario.toml"] {
        assert!(page.body.contains(&format!("{plan}/files/{name}")), "{name}");
        let (parts, bytes) = officer.file(&format!("{plan}/files/{name}")).await;
        assert!(parts.status == StatusCode::OK && !bytes.is_empty(), "{name}");
    }

    let page = officer.get(&plan).await;
    assert!(page.forms(&format!("{plan}/cancel")).is_empty(), "it is over");
    officer.submit(&page, &format!("{plan}/delete"), &[]).await.to();
    assert_eq!(officer.get(&report).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_plan_from_its_form_to_its_report() {
    a_plan_from_its_form_to_its_report_on(sqlite().await).await;
    a_plan_from_its_form_to_its_report_on(postgres().await).await;
}

const UPLOAD: &str = "/console/plans/upload";

/// A scenario file with units and phases, small enough for a test.
const SCENARIO: &str = "name = \"Town, country; \\\"masks\\\"\"\ndays = 60\ninfected_at_start = 8000\n\
    [[measures.units]]\nname = \"Town\"\nshare = 0.3\nadoption = 0.5\n\
    [[measures.units]]\nname = \"Country\"\nshare = 0.7\nadoption = 0.2\n\
    [[phase]]\nfrom = 20\nmeasures.masks = 0.5\n";

async fn sent(officer: &mut Browser, text: &str) -> Seen {
    let page = officer.get(UPLOAD).await;
    let typed = [("to", "40"), ("step", "40"), ("seeds", "2"), ("agents", "2000")];
    officer.submit_files(&page, UPLOAD, &typed, &[("file", "a.toml", text.as_bytes())]).await
}

#[tokio::test]
async fn a_scenario_file_is_planned_and_set_beside_another() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let page = officer.get(UPLOAD).await;
    assert!(page.body.contains("[[measures.units]]") && page.body.contains("[[phase]]"), "an example");
    for (text, word) in [
        ("days = 60\n[measures]\nadoption = 1.4\n", "line 3: measures.adoption: 1.4 is not between 0 and 1"),
        ("[[phase]]\nfrom = 3\nmeasures.maks = 1\n", "line 3: phase[0].measures.maks: no such field"),
        ("days = \n", "line 1: "),
        ("province = \"01\"\n", "another province"),
        ("days = 5\n", "from 30 to 365"),
        (" ", "Choose a file."),
        (&"#".repeat(70_000), "longer than 64 kB"),
    ] {
        let seen = sent(&mut officer, text).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{word}");
        assert!(seen.body.contains(word), "{word}: {}", seen.body);
    }
    // Where the planner says it in English, the page says it before that.
    let mut vietnamese = officer.clone();
    vietnamese.headers[1].1 = "vi".to_owned();
    let seen = sent(&mut vietnamese, "days = 60\n[measures]\nadoption = 1.4\n").await;
    assert!(seen.body.contains("Dòng 3, trường measures.adoption: "), "{}", seen.body);
    let one = sent(&mut officer, SCENARIO).await.to().to_owned();
    let two = asked(&mut officer, &SMALL).await.to().to_owned();
    let compared = |plans: &[&String]| {
        let ids = plans.iter().map(|plan| format!("{}=yes", plan.rsplit('/').next().unwrap()));
        format!("/console/plans/compare?{}", ids.collect::<Vec<_>>().join("&"))
    };
    let early = officer.get(&compared(&[&one, &two])).await;
    assert!(early.body.contains("Choose two to five"), "neither is done: {}", early.body);
    while job::next(&town.state, "here").await.unwrap() {}

    let page = officer.get(&one).await;
    assert!(page.body.contains("Town, country;") && page.body.contains("scenario.toml"), "{}", page.body);
    assert!(page.body.contains("Masks<") && !page.body.contains("60 % as infectious"), "{}", page.body);
    let (_, file) = officer.file(&format!("{one}/files/scenario.toml")).await;
    let said = format!("province = \"19\"\n{SCENARIO}");
    assert_eq!(String::from_utf8(file).unwrap(), said, "as it was sent, and whose it is");
    let (_, record) = officer.file(&format!("{one}/files/plan.json")).await;
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["scenarios"][0]["measures"]["units"][0]["name"], "Town");
    assert_eq!(record["scenarios"][0]["phases"][0][0], 20);

    let list = officer.get("/console/plans").await;
    for plan in [&one, &two] {
        assert!(
            list.body.contains(&format!("name=\"{}\"", plan.rsplit('/').next().unwrap())),
            "a box to tick"
        );
    }
    assert!(list.body.contains("Choose to compare: Town, country;"), "{}", list.body);
    assert!(list.body.contains("Choose to compare: Thái Nguyên, "), "{}", list.body);
    let seen = officer.get(&compared(&[&one, &two])).await;
    // Two steps of adoption of each plan, and what each assumes.
    assert_eq!(seen.body.matches(one.as_str()).count(), 3, "{}", seen.body);
    assert_eq!(seen.body.matches(two.as_str()).count(), 3, "{}", seen.body);
    assert!(seen.body.contains("40\u{a0}%") && !seen.body.contains("These plans differ"), "{}", seen.body);
    // The same people with the same chance: what masks change stands there run by run, and where it does not, why.
    assert!(
        seen.body.contains("Infected, beside plan 1") && !seen.body.contains("Not set beside"),
        "{}",
        seen.body
    );
    assert_eq!(seen.body.matches(">–<").count(), 2, "of the first plan alone: {}", seen.body);
    let mut smaller = SMALL;
    smaller[5].1 = "1500";
    let smaller = asked(&mut officer, &smaller).await.to().to_owned();
    while job::next(&town.state, "here").await.unwrap() {}
    let seen = officer.get(&compared(&[&one, &smaller])).await;
    assert!(
        seen.body.contains("Not set beside plan 1 run by run") && seen.body.contains("one by one): 2. "),
        "{}",
        seen.body
    );
    // Another number of the disease is another outbreak, whatever is done about it.
    let text = "days = 60\ninfected_at_start = 8000\ndisease.infectious_rate = 4.0\n";
    let three = sent(&mut officer, text).await.to().to_owned();
    while job::next(&town.state, "here").await.unwrap() {}
    assert!(officer.get(&compared(&[&two, &three])).await.body.contains("These plans differ"));
    assert!(officer.get(&compared(&[&one])).await.body.contains("Choose two to five"));
    let (_, mut other) = town.signed_in("ha.tran", Role::ProvincialCdc, OTHER_UNIT).await;
    assert_eq!(other.get(&compared(&[&one, &two])).await.status, StatusCode::NOT_FOUND, "not theirs");
}

/// A file that names no province is of the officer's own; whoever has several names one.
#[tokio::test]
async fn a_file_without_a_province_is_of_the_officers_own() {
    let town = Town::new().await;
    let (_, mut other) = town.signed_in("ha.tran", Role::ProvincialCdc, OTHER_UNIT).await;
    // As some editors write it: with a mark at its beginning.
    let plan = sent(&mut other, &format!("\u{feff}{SCENARIO}")).await.to().to_owned();
    assert!(other.get(&plan).await.body.contains("Hà Nội"));
    assert!(job::next(&town.state, "here").await.unwrap());
    let (_, record) = other.file(&format!("{plan}/files/plan.json")).await;
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["scenarios"][0]["province"], "01");
    let (_, file) = other.file(&format!("{plan}/files/scenario.toml")).await;
    assert_eq!(
        String::from_utf8(file).unwrap(),
        format!("province = \"01\"\n{SCENARIO}"),
        "run elsewhere it is the same"
    );

    let (_, mut nation) = town.signed_in("nation", Role::Administrator, MINISTRY).await;
    let seen = sent(&mut nation, SCENARIO).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("The file names no province"), "{}", seen.body);
    let seen = sent(&mut nation, "days = 60\n[measures]\nadoption = 1.4\n").await;
    assert!(seen.body.contains("line 3: measures.adoption"), "its mistakes come first: {}", seen.body);
    sent(&mut nation, &format!("province = \"96\"\n{SCENARIO}")).await.to();
}

#[tokio::test]
async fn the_list_goes_on_to_older_plans() {
    let town = Town::new().await;
    let first = a_plan(&town).await;
    let template = town.state.store.outbreak_plan(first).await.unwrap().unwrap();
    for number in 1..=60_u8 {
        let mut plan = template.clone();
        plan.id = OutbreakPlanId::from_bytes([number + 100; 16]);
        plan.created_at = template.created_at - i64::from(number) * 60;
        assert!(town.state.store.ask_outbreak_plan(&plan).await.unwrap());
        town.state.store.end_outbreak_plan(plan.id, State::Failed, &[], town.clock_now()).await.unwrap();
    }
    let mut officer = town.health_officer().await;
    let list = officer.get("/console/plans").await;
    let rows = |seen: &Seen| seen.body.matches("Broke off").count();
    assert_eq!(rows(&list), 49);
    let next = list.body.split("href=\"/console/plans?after=").nth(1).unwrap().split('"').next().unwrap();
    let older = officer.get(&format!("/console/plans?after={next}")).await;
    assert_eq!(rows(&older), 11);
    assert!(older.body.contains("First page") && !older.body.contains("Older plans"));
}

#[tokio::test]
async fn starts_and_deletions_stand_in_the_audit() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let plan = asked(&mut officer, &SMALL).await.to().to_owned();
    let page = officer.get(&plan).await;
    officer.submit(&page, &format!("{plan}/cancel"), &[]).await.to();
    let page = officer.get(&plan).await;
    assert!(page.body.contains("Stopped"), "{}", page.body);
    officer.submit(&page, &format!("{plan}/delete"), &[]).await.to();
    let (_, mut auditor) = town.signed_in("auditor", Role::Auditor, UNIT).await;
    let audit = auditor.get("/console/audit").await;
    for what in [NEW.to_owned(), format!("{plan}/cancel"), format!("{plan}/delete")] {
        assert!(audit.body.contains(&what), "{what}: {}", audit.body);
    }
    assert!(audit.body.contains("POST PlanOutbreaks"));
}

#[tokio::test]
async fn a_unit_has_three_open_plans_and_the_nation_chooses_a_province() {
    let town = Town::new().await;
    let (_, mut nation) = town.signed_in("nation", Role::Administrator, MINISTRY).await;
    let form = nation.get(NEW).await;
    assert!(form.body.contains("Cà Mau") && form.body.contains("Thái Nguyên"));
    let mut plans = Vec::new();
    for province in ["19", "01", "96"] {
        plans.push(asked(&mut nation, &[("province", province), SMALL[0]]).await.to().to_owned());
    }
    let seen = asked(&mut nation, &[("province", "48")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        seen.body.contains("Three plans of this unit") && !seen.body.contains("aria-invalid"),
        "no field is to blame"
    );
    // A province sees those about itself, whoever asked.
    let (_, mut other) = town.signed_in("ha.tran", Role::ProvincialCdc, OTHER_UNIT).await;
    let list = other.get("/console/plans").await;
    assert!(list.body.contains("Hà Nội") && !list.body.contains("Thái Nguyên"), "{}", list.body);
    // It reads them, and ends none of them.
    let page = other.get(&plans[1]).await;
    assert!(page.status == StatusCode::OK && !page.actions().iter().any(|action| action.contains("/cancel")));
    let token = page.forms("/console/sign-out").remove(0).remove(0).1;
    let refused = other.post(&format!("{}/cancel", plans[1]), &[("csrf", &token)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// A plan that takes longer than the test has patience for.
const LARGE: [(&str, &str); 4] = [("to", "80"), ("step", "10"), ("seeds", "20"), ("agents", "100000")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_stopped_is_let_go_of_and_one_that_broke_off_goes_on() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let plan = asked(&mut officer, &LARGE).await.to().to_owned();
    let folder = town.state.plans.join(plan.rsplit('/').next().unwrap());
    let state = town.state.clone();
    let computing = tokio::spawn(async move { job::next(&state, "here").await });
    let kept = || {
        let files = std::fs::read_dir(folder.join("runs")).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|end| end == "json")).count()
    };
    while kept() < 3 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The server ends: what it kept stays, and the plan is the next one again.
    computing.abort();
    assert!(computing.await.unwrap_err().is_cancelled());
    let found = town.state.store.next_outbreak_plan().await.unwrap().unwrap();
    assert_eq!((found.state, kept() >= 3), (State::Running, true));

    let state = town.state.clone();
    let computing = tokio::spawn(async move { job::next(&state, "here").await });
    // What was kept is found, and not computed again.
    while town.state.store.next_outbreak_plan().await.unwrap().unwrap().runs.found < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let page = officer.get(&plan).await;
    assert!(page.body.contains("of 320 runs") && page.body.contains("<progress"), "{}", page.body);
    officer.submit(&page, &format!("{plan}/cancel"), &[]).await.to();
    assert!(computing.await.unwrap().unwrap());
    assert!(!folder.exists(), "what was computed is gone");
    let page = officer.get(&plan).await;
    assert!(page.body.contains("Stopped") && !page.body.contains("Open the report"), "{}", page.body);
}
