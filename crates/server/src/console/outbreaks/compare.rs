//! Some plans that are done, beside each other: the table of `bluezone plan --compare`.

use super::{find, list, page, province_name, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::planning::{self, SEEDS, SUMMARY, Seeds, Step, difference, seeds, steps};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::outbreak_plan::{OutbreakPlan, State as PlanState};
use bluezone_pages::parts::{Tone, alert, back, card};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::number;
use bluezone_pages::{Lang, text};
use bluezone_planner::plan::Band;
use bluezone_planner::report::{people, percent};
use bluezone_planner::{Parameters, Scenario};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Most plans beside each other: more do not fit a table that is read.
const MOST: usize = 5;

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
    UNPAIRED, "Không so từng lần chạy được với kế hoạch 1 (khác tỉnh, dân số hoặc số người trong mô hình, hoặc được tính khi chưa có bảng từng lần chạy): {plans}.",
        "Not set beside plan 1 run by run (another province, population or number of people in the model, or computed before runs were kept one by one): {plans}.";
    TOO_FEW, "Hãy chọn từ hai đến năm kế hoạch đã xong", "Choose two to five plans that are done";
    UNLIKE, "Các kế hoạch này khác nhau ở tỉnh, dân số, tiếp xúc, bệnh (hoặc con số của bệnh), số ngày hoặc số người nhiễm ban đầu: so sánh con số giữa chúng không nói lên biện pháp nào tốt hơn.",
        "These plans differ in province, people, contacts, disease (or its numbers), days or people infected at the start: their figures do not tell which measure is better."
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
            plans.push(Found { name: page::name(&plan), steps: steps(&file), runs, plan });
        }
    }
    plans.sort_by_key(|found| (found.plan.created_at, found.plan.id));
    let body = html! {
        (back(routes::OUTBREAK_PLANS, list::TITLE.get(lang)))
        @if (2..=MOST).contains(&plans.len()) {
            @if unlike(&plans) { (alert(Tone::Caution, UNLIKE.get(lang), html! {})) }
            (card(RESULTS.get(lang), results(lang, &plans)))
            (card(ASSUMES.get(lang), assumptions(lang, &plans)))
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
}

/// Whether they differ in more than what is done about the outbreak.
fn unlike(plans: &[Found]) -> bool {
    let outbreak = |Found { plan, .. }: &Found| {
        let scenario = planning::plan(&plan.terms, plan.province).ok()?.scenarios.pop()?;
        let (scale, asked) = (scenario.scale(), scenario.infected_at_start);
        let Scenario { province, parameters, .. } = scenario;
        let Parameters { population, infected_at_start, days, society, disease, .. } = parameters;
        // Where more begin than were asked for, lest all die out by chance, how many depends on the agents.
        let more = f64::from(infected_at_start) * scale > f64::from(asked) + scale;
        Some((province, asked, more.then_some(population), days, society, disease))
    };
    let outbreaks: Vec<_> = plans.iter().map(outbreak).collect();
    // One that this version does not take any more is like nothing.
    outbreaks.contains(&None) || outbreaks.windows(2).any(|pair| pair[0] != pair[1])
}

/// Whether the runs of one have their chance in common with those of another: the same people by number, each of whom stands for as many
/// of the same province.
fn paired(one: &Found, other: &Found) -> bool {
    let people = |Found { plan, .. }: &Found| {
        let scenario = planning::plan(&plan.terms, plan.province).ok()?.scenarios.pop()?;
        Some((scenario.province, scenario.parameters.population))
    };
    let people = [one, other].map(people);
    people[0].is_some() && people[0] == people[1] && !one.runs.is_empty() && !other.runs.is_empty()
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
            html! { (number(lang, terms.infected.into())) },
            page::measures(lang, terms),
        ]
    });
    table(ASSUMES.get(lang), &columns, rows)
}
