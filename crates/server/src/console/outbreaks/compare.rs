//! Some plans that are done, beside each other: the table of `bluezone plan --compare`.

use super::{find, list, page, province_name, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::planning::{SEEDS, SUMMARY, Seeds, Step, difference, seeds, steps};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::outbreak_plan::{OutbreakPlan, State as PlanState};
use bluezone_pages::parts::{Tone, alert, back, card};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::number;
use bluezone_pages::{Lang, text};
use bluezone_planner::plan::{Band, Basis};
use bluezone_planner::report::{people, percent};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Most plans beside each other: more do not fit a table that is read.
const MOST: usize = 5;
/// The table that says what a plan was computed with, and by which version of the model.
const RECORD: &str = "plan.json";

text! {
    TITLE, "So sánh các kế hoạch", "Plans beside each other";
    LEAD, "Trung bình và khoảng của 95 % các lần chạy, tính bằng người của tỉnh.",
        "Means and the range of 95 % of the runs, in people of the province.";
    PLAN, "Kế hoạch", "Plan";
    ASSUMES, "Mỗi kế hoạch giả định gì", "What each plan assumes";
    RESULTS, "Kết quả theo mức cài", "Results by adoption";
    INFECTED, "Nhiễm", "Infected";
    DEATHS, "Tử vong", "Deaths";
    ISOLATED, "Lượt cách ly", "Times isolated";
    NEEDLESSLY, "Trong đó oan", "Needlessly";
    DIFFERENCE, "Nhiễm, so với kế hoạch 1", "Infected, beside plan 1";
    DIFFERENCE_WHY, "Cột cuối so từng lần chạy với lần chạy cùng hạt giống ngẫu nhiên của kế hoạch 1: chênh lệch trung bình và khoảng của 95 % các lần chạy.",
        "The last column sets each run beside that of plan 1 with the same chance: the mean difference, and the range of 95 % of the runs.";
    UNPAIRED, "Không so từng lần chạy được với kế hoạch 1 (khác tỉnh, dân số, tiếp xúc, số người nhiễm ban đầu, số ngày, số lần chạy, số người trong mô hình hoặc phiên bản mô hình, hoặc được tính khi chưa có bảng từng lần chạy): {plans}.",
        "Not set beside plan 1 run by run (another province, population, contacts, start, number of days, of runs or of people in the model, another version of the model, or computed before runs were kept one by one): {plans}.";
    STAND, "{agents} người trong mô hình, đại diện cho {people} người", "{agents} people in the model, who stand for {people}";
    TOO_FEW, "Hãy chọn từ hai đến năm kế hoạch đã xong", "Choose two to five plans that are done";
    UNLIKE, "Các kế hoạch này khác nhau ở tỉnh, dân số, tiếp xúc, bệnh (hoặc con số của bệnh), số ngày hoặc số người nhiễm ban đầu: so sánh con số giữa chúng không nói lên biện pháp nào tốt hơn.",
        "These plans differ in province, people, contacts, disease (or its numbers), days or people infected at the start: their figures do not tell which measure is better.";
    VERSIONS, "Các kế hoạch này do những phiên bản khác nhau, hoặc không rõ, của mô hình tính", "These plans were computed by different, or unknown, versions of the model";
    VERSIONS_WHY, "Chênh lệch giữa chúng có thể do cách tính, không do biện pháp. Hãy tính lại kế hoạch của phiên bản cũ rồi so sánh. Phiên bản: {versions}.",
        "What differs between them may be how they were computed, not what is done. Compute those of older versions again, then compare. Versions: {versions}.";
    VERSION_OF, "kế hoạch {number}: {version}", "plan {number}: {version}";
    UNKNOWN, "không rõ", "unknown"
}

/// `GET /console/plans/compare?<plan>=yes&<plan>=yes`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(ticked): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let mut plans = Vec::new();
    for id in ticked.keys().take(MOST + 1) {
        // The address may name anything else too.
        if id.parse::<bluezone_domain::id::OutbreakPlanId>().is_err() {
            continue;
        }
        let plan = find(&state, &signed, id).await?;
        let file = state.store.outbreak_plan_file(plan.id, SUMMARY).await?;
        if let Some(file) = file.filter(|_| plan.state == PlanState::Done) {
            let runs = state.store.outbreak_plan_file(plan.id, SEEDS).await?;
            let runs = runs.map(|runs| seeds(&runs)).unwrap_or_default();
            let record = state.store.outbreak_plan_file(plan.id, RECORD).await?;
            let basis = record.and_then(|record| Basis::read(&record));
            plans.push(Found { name: page::name(&plan), steps: steps(&file), runs, basis, plan });
        }
    }
    plans.sort_by_key(|found| (found.plan.created_at, found.plan.id));
    let body = html! {
        (back(routes::OUTBREAK_PLANS, list::TITLE.get(lang)))
        @if (2..=MOST).contains(&plans.len()) {
            (beside(lang, &plans))
        } @else { (alert(Tone::Bad, TOO_FEW.get(lang), html! {})) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

struct Found {
    plan: OutbreakPlan,
    name: String,
    steps: Vec<Step>,
    runs: Seeds,
    /// What its figures rest on; none where its record cannot be read.
    basis: Option<Basis>,
}

/// What they came to, what they assume, and why their figures may not be compared.
fn beside(lang: Lang, plans: &[Found]) -> Markup {
    html! {
        @if let Some(versions) = versions(lang, plans) {
            (alert(Tone::Caution, VERSIONS.get(lang), html! {
                p { (VERSIONS_WHY.fill(lang, &[("versions", &versions)])) }
            }))
        }
        @else if unlike(plans) { (alert(Tone::Caution, UNLIKE.get(lang), html! {})) }
        (card(RESULTS.get(lang), results(lang, plans)))
        (card(ASSUMES.get(lang), assumptions(lang, plans)))
    }
}

/// The version of the model that computed each, unless it is known and the same for all.
fn versions(lang: Lang, plans: &[Found]) -> Option<String> {
    let version = |found: &Found| found.basis.as_ref().map(|basis| basis.version);
    let first = plans.first().and_then(version);
    if first.is_some() && plans.iter().all(|found| version(found) == first) {
        return None;
    }
    let said = plans.iter().zip(1..).map(|(found, number)| {
        let version = version(found).map_or(UNKNOWN.get(lang).to_owned(), |version| version.to_string());
        VERSION_OF.fill(lang, &[("number", &number.to_string()), ("version", &version)])
    });
    Some(said.collect::<Vec<_>>().join("; "))
}

/// Whether they differ in more than what is done about the outbreak. One of which nothing is known is like nothing.
fn unlike(plans: &[Found]) -> bool {
    let Some(first) = plans.first().and_then(|found| found.basis.as_ref()) else { return true };
    !plans.iter().all(|found| found.basis.as_ref().is_some_and(|basis| basis.is_same_outbreak(first)))
}

/// Whether the runs of one can be set beside those of another.
fn paired(one: &Found, other: &Found) -> bool {
    let bases = one.basis.as_ref().zip(other.basis.as_ref());
    bases.is_some_and(|(one, other)| one.is_paired_with(other))
        && !one.runs.is_empty()
        && !other.runs.is_empty()
}

/// The link that names a plan: 1, 2, … and what it is called.
fn label(lang: Lang, number: usize, Found { plan, name, .. }: &Found) -> Markup {
    html! {
        span {
            a href=(routes::outbreak_plan(plan.id)) { (number + 1) ". " (name) } " "
            small.nowrap { (console_words::instant(lang, plan.created_at)) }
        }
    }
}

fn results(lang: Lang, plans: &[Found]) -> Markup {
    let columns = [
        Column::words(PLAN.get(lang)),
        Column::numbers(words::ADOPTION_SHORT.get(lang)),
        Column::numbers(INFECTED.get(lang)),
        Column::numbers(DEATHS.get(lang)),
        Column::numbers(ISOLATED.get(lang)),
        Column::numbers(NEEDLESSLY.get(lang)),
        Column::numbers(DIFFERENCE.get(lang)),
    ];
    let Some(first) = plans.first() else { return html! {} };
    let paired: Vec<bool> = plans.iter().map(|found| paired(found, first)).collect();
    let unpaired = plans.iter().zip(1..).zip(&paired).skip(1).filter(|(_, paired)| !**paired);
    let unpaired: Vec<String> =
        unpaired.map(|((found, number), _)| format!("{number}. {}", found.name)).collect();
    let mut adoptions: Vec<f64> =
        plans.iter().flat_map(|found| &found.steps).map(|step| step.adoption).collect();
    adoptions.sort_by(f64::total_cmp);
    adoptions.dedup();
    let band = |band: Band| {
        let people = |value| people(lang, value);
        html! { (people(band.mean)) span.below.nowrap { (people(band.low)) " – " (people(band.high)) } }
    };
    let mut rows = Vec::new();
    for adoption in adoptions {
        for (number, found) in plans.iter().enumerate() {
            for step in found.steps.iter().filter(|step| step.adoption == adoption) {
                rows.push(vec![
                    label(lang, number, found),
                    html! { (percent(lang, adoption)) },
                    band(step.infections),
                    band(step.deaths),
                    band(step.isolated),
                    band(step.needlessly),
                    match difference(&found.runs, &first.runs, adoption)
                        .filter(|_| number > 0 && paired[number])
                    {
                        Some(more) => band(more),
                        None => html! { "–" },
                    },
                ]);
            }
        }
    }
    html! {
        (table(RESULTS.get(lang), &columns, rows))
        p.hint {
            (DIFFERENCE_WHY.get(lang))
            @if !unpaired.is_empty() { " " (UNPAIRED.fill(lang, &[("plans", &unpaired.join("; "))])) }
        }
    }
}

fn assumptions(lang: Lang, plans: &[Found]) -> Markup {
    let columns = [PLAN, page::PROVINCE, page::DISEASE, page::DAYS, page::INFECTED, page::MEASURES_OF]
        .map(|words| Column::words(words.get(lang)));
    let rows = plans.iter().enumerate().map(|(at, found)| {
        let terms = &found.plan.terms;
        vec![
            label(lang, at, found),
            html! { (province_name(found.plan.province)) },
            html! { (words::disease(lang, &terms.disease)) },
            html! { (terms.days) },
            html! {
                (number(lang, terms.infected.into()))
                @if let Some((agents, stand)) = found.basis.as_ref().and_then(Basis::start) {
                    span.below {
                        (STAND.fill(lang, &[("agents", &number(lang, agents.into())), ("people", &people(lang, stand))]))
                    }
                }
            },
            page::measures(lang, terms),
        ]
    });
    table(ASSUMES.get(lang), &columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning;
    use bluezone_domain::id::{OfficerId, OutbreakPlanId};
    use bluezone_domain::outbreak_plan::{Runs, Terms};
    use serde_json::Value;

    /// A plan that is done: of a scenario file, with so many runs, by this version of the model or another one.
    fn found(text: &str, seeds: u32, version: Option<u32>) -> Found {
        let province = "19".parse().unwrap();
        let sweep = planning::Sweep { adoption: [0, 0, 10], seeds, agents: 4_000 };
        let (_, terms): (_, Terms) = planning::terms(text.to_owned(), Some("19"), sweep).unwrap();
        let mut record: Value = planning::plan(&terms, province).unwrap().record();
        if let Some(version) = version {
            record["version"] = version.into();
        }
        let plan = OutbreakPlan {
            id: OutbreakPlanId::from_bytes([5; 16]),
            province,
            unit: String::new(),
            created_by: OfficerId::from_bytes([1; 16]),
            created_at: bluezone_domain::Timestamp::default(),
            terms,
            state: PlanState::Done,
            runs: Runs::default(),
            started_at: None,
            ended_at: None,
        };
        let band = Band { mean: 500.0, low: 400.0, high: 600.0 };
        let step = Step { adoption: 0.0, infections: band, deaths: band, isolated: band, needlessly: band };
        Found {
            name: "A".to_owned(),
            steps: vec![step],
            runs: (1..=seeds).map(|seed| ((0, seed), 500.0)).collect(),
            basis: Basis::read(record.to_string().as_bytes()),
            plan,
        }
    }

    fn said(lang: Lang, text: &str, seeds: u32, version: Option<u32>) -> String {
        beside(lang, &[found("days = 60", 2, None), found(text, seeds, version)]).into_string()
    }

    const CAUTION: &str = "computed by different, or unknown, versions of the model";
    const NOT_BESIDE: &str = "Not set beside plan 1 run by run";

    #[test]
    fn plans_of_different_versions_get_a_caution_and_no_difference() {
        let alike = said(Lang::En, "days = 60\nmeasures.masks = 0.5", 2, None);
        assert!(!alike.contains(CAUTION) && !alike.contains("These plans differ"), "{alike}");
        assert!(!alike.contains(NOT_BESIDE) && alike.matches(">–<").count() == 1, "{alike}");
        let old = said(Lang::En, "days = 60\nmeasures.masks = 0.5", 2, Some(3));
        assert!(old.contains(CAUTION) && old.contains("; plan 2: 3."), "{old}");
        assert!(old.contains(NOT_BESIDE) && old.matches(">–<").count() == 2, "{old}");
        let vietnamese = said(Lang::Vi, "days = 60", 2, Some(3));
        assert!(
            vietnamese.contains("do những phiên bản khác nhau, hoặc không rõ, của mô hình tính"),
            "{vietnamese}"
        );
        let of_before = [found("days = 60", 2, Some(3)), found("days = 60", 2, Some(3))];
        assert!(!beside(Lang::En, &of_before).into_string().contains(CAUTION), "both by the same");
        let unknown = Found { basis: None, ..found("days = 60", 2, None) };
        let unknown = beside(Lang::En, &[found("days = 60", 2, None), unknown]).into_string();
        assert!(unknown.contains("plan 2: unknown") && unknown.contains(NOT_BESIDE), "{unknown}");
    }

    #[test]
    fn runs_among_other_people_of_another_start_or_of_other_seeds_are_not_set_beside_each_other() {
        for (other, seeds) in [
            ("days = 60\nsociety.base = \"vietnam-diaries\"", 2),
            ("days = 60\ninfected_at_start = 9000", 2),
            ("days = 60\npeople = 500000", 2),
            ("days = 80", 2),
            ("days = 60", 3),
        ] {
            let said = said(Lang::En, other, seeds, None);
            assert!(said.contains(NOT_BESIDE) && said.matches(">–<").count() == 2, "{other}: {said}");
            assert_eq!(said.contains("These plans differ"), seeds == 2, "{other}: {said}");
        }
    }

    /// 4,000 agents stand for 1,600,656 people.
    #[test]
    fn whom_the_start_stands_for_is_said() {
        let alone = [found("days = 60", 2, None)];
        assert!(
            assumptions(Lang::En, &alone)
                .into_string()
                .contains("20 people in the model, who stand for 8,000"),
        );
        assert!(
            assumptions(Lang::Vi, &alone)
                .into_string()
                .contains("20 người trong mô hình, đại diện cho 8.000")
        );
    }
}
