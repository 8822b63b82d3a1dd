//! The planner's report in a real browser, as the console hands it out: on the narrowest phone and at a desk, in both languages.

use crate::axe::violations;
use crate::browser::{browse, keep_picture};
use crate::console::sign_in;
use crate::scene::{Authority, HOUR_S, MORNING, UNIT};
use crate::webdriver::{Browser, Look};
use bluezone_domain::area::ProvinceCode;
use bluezone_domain::id::{OfficerId, OutbreakPlanId};
use bluezone_domain::officer::Role;
use bluezone_domain::outbreak_plan::{OutbreakPlan, Runs, State, Terms};
use bluezone_planner::Scenario;
use bluezone_planner::plan::{Folder, Plan, Summary, run};
use bluezone_planner::replay::{Assumed, Measure, Replay, Row};
use bluezone_planner::report;
use bluezone_protocol::time::Clock as _;
use bluezone_server::admin::officer::{NewOfficer, create_officer};
use bluezone_server::console::routes;
use bluezone_server::planning;

/// What such a plan has of two steps of adoption, as far as the console reads it.
const SUMMARY: &str = "scenario,adoption,without,infections_mean,infections_low,infections_high,deaths_mean,deaths_low,deaths_high,\
    isolated_mean,isolated_low,isolated_high,isolated_needlessly_mean,isolated_needlessly_low,isolated_needlessly_high\n\
    \"\",0.00,,3949000,3801000,4032000,20100,18800,21300,5010000,4890000,5120000,2800000,2700000,2900000\n\
    \"\",0.40,,3702000,3555000,3790000,18300,17000,19900,6480000,6290000,6630000,4100000,4000000,4200000\n";

/// A plan that the job is done with.
pub async fn computed(
    authority: &Authority,
    by: OfficerId,
    province: ProvinceCode,
    report: Vec<u8>,
) -> OutbreakPlanId {
    let measures = ["manual-tracing", "home-on-symptoms", "households", "zones", "closures"];
    let terms = Terms {
        disease: "covid-19".to_owned(),
        adoption: [0, 80, 20],
        measures: measures.map(str::to_owned).to_vec(),
        days: 200,
        infected: 200,
        seeds: 10,
        agents: 100_000,
        scenario: None,
    };
    let (store, now) = (&authority.state.store, MORNING - HOUR_S);
    let plan = OutbreakPlan {
        id: OutbreakPlanId::generate(&mut *authority.state.rng()),
        province,
        unit: UNIT.to_owned(),
        created_by: by,
        created_at: now,
        terms,
        state: State::Waiting,
        runs: Runs::default(),
        started_at: None,
        ended_at: None,
    };
    assert!(store.ask_outbreak_plan(&plan).await.unwrap());
    let record = planning::plan(&plan.terms, province).unwrap().record().to_string();
    let files = [
        ("report.html", report),
        ("summary.csv", SUMMARY.into()),
        ("plan.json", record.into()),
        ("runs.parquet", vec![b'a'; 400_000]),
    ];
    store.end_outbreak_plan(plan.id, State::Done, &files, MORNING).await.unwrap();
    plan.id
}

/// A province's report, and that of two scenarios beside each other with long names.
fn reports() -> [String; 2] {
    let scenario = |name: &str, more: &str| {
        let text = format!("name = {name:?}\ndays = 150\ninfected_at_start = 9000\n{more}");
        Scenario::read(&text, 4_000).unwrap()
    };
    let alone = vec![scenario("", "")];
    let beside = vec![
        scenario("Chờ kết quả xét nghiệm một ngày", ""),
        scenario(
            "Có kết quả trong ngày, mọi người đeo khẩu trang",
            "[measures]\ntest_result = 0\nmasks = 0.6\n",
        ),
    ];
    [alone, beside].map(|scenarios| {
        let plan = Plan { scenarios, adoption: vec![0.0, 0.2, 0.4, 0.6, 0.8], seeds: 3 };
        let folder = tempfile::tempdir().unwrap();
        let outcomes = run(&plan, &Folder::open(folder.path(), &plan).unwrap(), 2, |_| ()).unwrap();
        report::page_with_replay(&plan, &Summary::of(&plan, &outcomes), &replay())
    })
}

fn replay() -> Replay {
    let row = |measure, assumed, replayed, low, high, of| Row { measure, assumed, replayed, low, high, of };
    Replay {
        asked: 200,
        days_asked: 14,
        phones: 200,
        seed: 1,
        adoption: 0.4,
        first: 31,
        days: 14,
        contacts: 5_123,
        left_out: 12,
        positives: 21,
        published: 11,
        assumed: Assumed {
            detection: 0.832,
            false_warnings: 1.155,
            delay: 1,
            look_back: 14,
            infectious_days: Scenario::usual("19", 1_000).unwrap().parameters.measures.infectious_days,
        },
        rows: vec![
            row(Measure::Warned, 0.97, 0.9, 0.8, 0.96, 80),
            row(Measure::WarnedOfPublished, 0.97, 0.95, 0.86, 0.98, 70),
            row(Measure::Detection, 0.832, 0.7, 0.6, 0.8, 80),
            row(Measure::FalseWarnings, 1.155, 0.9, 0.6, 1.2, 120),
            row(Measure::NearNobody, 0.0, 0.0, 0.0, 0.05, 70),
            row(Measure::Delay, 1.0, 0.15, 0.12, 0.18, 40),
        ],
    }
}

/// Words in charts that stand on each other, or stick out of their chart.
fn overlapping(browser: &Browser) -> String {
    let script = "const seen = e => e.getClientRects().length > 0; const found = []; \
        for (const svg of [...document.querySelectorAll('svg')].filter(seen)) { \
          const frame = svg.getBoundingClientRect(); \
          const words = [...svg.querySelectorAll('text')].map(e => [e.textContent, e.getBoundingClientRect()]); \
          for (const [a, [word, box]] of words.entries()) { \
            if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(word + ' sticks out'); \
            for (const [other, that] of words.slice(a + 1)) \
              if (box.left < that.right - 1 && that.left < box.right - 1 && box.top < that.bottom - 2 && that.top < box.bottom - 2) \
                found.push(word + ' on ' + other); } } \
        return found.join('\\n')";
    browser.eval(script).as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_fits_a_phone_and_a_desk_under_its_policy() {
    let authority = Authority::open().await;
    // An authenticator's code counts once: one for each window.
    let mut officers = Vec::new();
    for (username, look) in [("minh", Look::SMALL_PHONE), ("ha.tran", Look::DESK)] {
        let (username, unit) = (username.to_owned(), UNIT.to_owned());
        let new = NewOfficer { username, role: Role::ProvincialCdc, unit, password: None };
        officers.push((create_officer(&authority.state, new).await.unwrap(), look));
    }
    let mut pages = Vec::new();
    for report in reports() {
        let province = "01".parse().unwrap();
        let plan = computed(&authority, officers[0].0.id, province, report.into_bytes()).await;
        pages.push(routes::outbreak_file(plan, "report.html"));
    }
    let (url, now) = (authority.url.clone(), authority.clock.now());
    browse(move || {
        let mut wrong = Vec::new();
        for (officer, look) in officers {
            let browser = Browser::open(look);
            sign_in(&browser, &url, &officer, &officer.totp_secret.code(now));
            for (number, page) in pages.iter().enumerate() {
                browser.go(&format!("{url}{page}"));
                for lang in ["vi", "en"] {
                    browser.eval(&format!("document.querySelector('label[for={lang}]').click()"));
                    let mut said = |what: &str, of: String| {
                        if !of.is_empty() {
                            wrong
                                .push(format!("report {number} in {lang} at {} px {what}: {of}", look.width));
                        }
                    };
                    // Its style is let in: of two languages one is shown.
                    let shown = "return [...document.querySelectorAll('article')] \
                        .filter(e => e.getClientRects().length > 0).map(e => e.lang).join()";
                    assert_eq!(browser.eval(shown).as_str(), Some(lang));
                    if browser.overhang() != 0 {
                        said("scrolls sideways", crate::desk::wide(&browser));
                    }
                    said("has words on words", overlapping(&browser));
                    said("is not for everybody", violations(&browser));
                    keep_picture(&browser, &format!("plan-report-{number}-{lang}-{}", look.width));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
