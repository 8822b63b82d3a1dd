//! One plan: what was asked, how far it is, its report and tables.

use super::{find, list, progress, province_name, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::planning::{MEASURES, REPORT};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_domain::outbreak_plan::{OutbreakPlan, State as PlanState, Terms};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, facts, fold, link_button};
use bluezone_pages::time::number;
use bluezone_pages::{Lang, text};
use bluezone_planner::Scenario;
use maud::{Markup, html};

text! {
    TITLE, "Kế hoạch {disease}, {province}", "Plan for {disease}, {province}";
    PROVINCE, "Tỉnh, thành phố", "Province";
    DISEASE, "Bệnh", "Disease";
    SCENARIO, "Kịch bản", "Scenario";
    FROM_FILE, "Từ tệp", "From a file";
    FROM_FILE_WHY, "Các giai đoạn, vùng và mọi con số khác nằm trong scenario.toml.",
        "Its phases, units and every other number stand in scenario.toml.";
    MEASURES_OF, "Biện pháp", "Measures";
    DAYS, "Số ngày", "Days";
    INFECTED, "Nhiễm ban đầu", "Infected at the start";
    SIZE, "Mô hình", "Model";
    SIZE_WORDS, "{agents} người, {seeds} lần chạy mỗi mức", "{agents} people, {seeds} runs of each step";
    ASKED, "Yêu cầu lúc", "Asked at";
    UNIT, "Đơn vị", "Unit";
    ENDED, "Kết thúc lúc", "Ended at";
    READ, "Mở báo cáo", "Open the report";
    REPORT_WHY, "Một trang tiếng Việt và tiếng Anh, in được, để trình bày trong cuộc họp.",
        "One page in Vietnamese and English, to print and to show in a meeting.";
    TABLES, "Số liệu để tải về", "Tables to take along";
    BYTES, "{size} kB", "{size} kB";
    FAILED_WHY, "Việc tính bị gián đoạn. Nhật ký của máy chủ ghi lý do; hãy thử lại hoặc báo người quản trị.",
        "It could not be computed. The server’s log says why; try again, or tell your administrator.";
    STOP, "Dừng", "Stop it";
    STOP_WHY, "Phần đã tính sẽ mất.", "What was computed so far is lost.";
    DELETE, "Xóa kế hoạch", "Delete the plan";
    DELETE_WHY, "Báo cáo và số liệu bị xóa theo, không lấy lại được.", "The report and the tables go with it, and cannot be got back."
}

/// `GET /console/plans/{plan}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let plan = find(&state, &signed, &id).await?;
    let files = state.store.outbreak_plan_files(plan.id).await?;
    let open = plan.state.is_open();
    let body = html! {
        (back(routes::OUTBREAK_PLANS, list::TITLE.get(lang)))
        @if open {
            section.card data-refresh=(routes::outbreak_form(routes::OUTBREAK_PROGRESS, plan.id))
                data-every=(progress::EVERY_S) role="status" { (progress::drawn(lang, &plan, now)) }
        } @else {
            section.card.accent[plan.state == PlanState::Done] {
                (progress::drawn(lang, &plan, now))
                @if plan.state == PlanState::Done {
                    p { (REPORT_WHY.get(lang)) }
                    div.actions {
                        (link_button(Weight::Primary, &routes::outbreak_file(plan.id, REPORT), READ.get(lang)))
                    }
                }
            }
        }
        @if plan.state == PlanState::Failed { (alert(Tone::Bad, words::FAILED.get(lang), html! { p { (FAILED_WHY.get(lang)) } })) }
        @if !files.is_empty() { (card(TABLES.get(lang), tables(lang, &plan, &files))) }
        section.card { (facts(asked(lang, &plan))) }
        @if plan.unit == signed.officer.unit { (last_step(lang, &signed, &plan)) }
    };
    let disease = words::disease(lang, &plan.terms.disease);
    let disease = if plan.terms.disease == "covid-19" { disease } else { disease.to_lowercase() };
    let title = TITLE.fill(lang, &[("disease", &disease), ("province", &province_name(plan.province))]);
    let shell = Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: false, body };
    Ok(if open { shell.render_again(progress::EVERY_S) } else { shell.render() })
}

fn asked(lang: Lang, plan: &OutbreakPlan) -> Vec<(&'static str, Markup)> {
    let terms = &plan.terms;
    let count = |value: u32| number(lang, value.into());
    let size = SIZE_WORDS.fill(lang, &[("agents", &count(terms.agents)), ("seeds", &count(terms.seeds))]);
    let scenario = scenario_name(plan).map(|name| {
        let name = if name.is_empty() { FROM_FILE.get(lang).to_owned() } else { name };
        (SCENARIO.get(lang), html! { (name) br; span.hint { (FROM_FILE_WHY.get(lang)) } })
    });
    let mut known = Vec::from_iter(scenario);
    known.extend([
        (words::ADOPTION_SHORT.get(lang), html! { (words::adoption(lang, terms)) }),
        (MEASURES_OF.get(lang), measures(lang, terms)),
        (DAYS.get(lang), html! { (terms.days) }),
        (INFECTED.get(lang), html! { (count(terms.infected)) }),
        (SIZE.get(lang), html! { (size) }),
        (UNIT.get(lang), html! { (plan.unit) }),
        (ASKED.get(lang), console_words::instant(lang, plan.created_at)),
    ]);
    known.extend(plan.ended_at.map(|at| (ENDED.get(lang), console_words::instant(lang, at))));
    known
}

/// What a scenario file calls itself; none if there was no file.
pub fn scenario_name(plan: &OutbreakPlan) -> Option<String> {
    let scenario = Scenario::read(plan.terms.scenario.as_ref()?, plan.terms.agents);
    Some(scenario.map(|scenario| scenario.name).unwrap_or_default())
}

/// What a plan is called: as its file says, else by its province.
pub fn name(plan: &OutbreakPlan) -> String {
    let name = scenario_name(plan).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| province_name(plan.province))
}

/// The measures of a plan.
pub fn measures(lang: Lang, terms: &Terms) -> Markup {
    let taken: Vec<&str> = MEASURES
        .into_iter()
        .filter(|measure| terms.measures.iter().any(|code| code == measure.code()))
        .map(|measure| words::measure(measure, terms.scenario.is_some()).get(lang))
        .collect();
    html! {
        @if taken.is_empty() { (words::NO_MEASURE.get(lang)) }
        @for name in taken { (name) br; }
    }
}

fn tables(lang: Lang, plan: &OutbreakPlan, files: &[(String, u64)]) -> Markup {
    html! {
        ul {
            @for (name, bytes) in files.iter().filter(|(name, _)| name != REPORT) {
                li {
                    a href=(routes::outbreak_file(plan.id, name)) download=(name) { (name) } " "
                    span.hint { (BYTES.fill(lang, &[("size", &number(lang, bytes.div_ceil(1_000)))])) }
                }
            }
        }
    }
}

/// Stopping one that is open, deleting one that is over.
fn last_step(lang: Lang, signed: &Signed, plan: &OutbreakPlan) -> Markup {
    let (words, why, action) = match plan.state.is_open() {
        true => (STOP, STOP_WHY, routes::CANCEL_OUTBREAK_PLAN),
        false => (DELETE, DELETE_WHY, routes::DELETE_OUTBREAK_PLAN),
    };
    let fields = html! {
        p { (why.get(lang)) }
        div.actions { (button(Weight::Danger, words.get(lang))) }
    };
    fold(words.get(lang), form(&routes::outbreak_form(action, plan.id), &signed.form_token, fields))
}
