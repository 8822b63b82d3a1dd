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
    for name in ["days.csv", "runs.parquet", "plan.json", "scenario.toml"] {
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
    assert!(seen.body.contains("Three plans of this unit"));
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
