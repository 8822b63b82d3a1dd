//! All plans.

use super::{page, province_name, upload, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::outbreak_plan::{OutbreakPlan, State as PlanState};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, button, empty, link_button, onward};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, text};
use bluezone_store::{OutbreakPlanCursor, Within};
use maud::{Markup, html};
use serde::Deserialize;

/// Plans of a page.
const PAGE: u32 = 50;

text! {
    TITLE, "Kế hoạch ứng phó", "Plans for an outbreak";
    LEAD, "Mức cài, độ trễ và các biện pháp sẽ làm được gì: mô hình với chính các quy tắc của Bluezone. Không phải dự báo.",
        "What adoption, delay and measures would do: a model with Bluezone’s own rules. Not a forecast.";
    NEW, "Lập kế hoạch", "Make a plan";
    ASKED, "Yêu cầu lúc", "Asked at";
    PROVINCE, "Tỉnh, thành phố", "Province";
    DISEASE, "Bệnh", "Disease";
    COMPARE, "So sánh các kế hoạch đã chọn", "Set the chosen plans beside each other";
    CHOOSE, "Chọn để so sánh: {plan}, {asked}", "Choose to compare: {plan}, {asked}";
    OLDER, "Các kế hoạch cũ hơn", "Older plans";
    STATE, "Tình trạng", "State";
    NOTHING, "Chưa có kế hoạch nào", "No plan yet";
    NOTHING_WHY, "Một kế hoạch thường tính xong trong vài phút. Nó không dùng dữ liệu của người nào.",
        "A plan usually takes some minutes. It uses nobody’s data."
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// `GET /console/plans`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let after = read_cursor(&asked.after);
    // One more than is shown tells whether there is another page.
    let mut plans = state.store.outbreak_plans(&Within::from(signed.scope()), after, PAGE + 1).await?;
    let more = plans.len() > PAGE as usize;
    plans.truncate(PAGE as usize);
    let first = after.map(|_| routes::OUTBREAK_PLANS.to_owned());
    let next = plans.last().filter(|_| more).map(OutbreakPlanCursor::from);
    let next = next.map(|next| (address(next), OLDER.get(lang)));
    let done = plans.iter().filter(|plan| plan.state == PlanState::Done).count();
    let body = html! {
        div.actions {
            (link_button(Weight::Primary, routes::NEW_OUTBREAK_PLAN, NEW.get(lang)))
            (link_button(Weight::Secondary, routes::UPLOAD_OUTBREAK_PLAN, upload::TITLE.get(lang)))
        }
        @if plans.is_empty() {
            (empty(Icon::Calendar, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else if done < 2 { (rows(lang, &plans, false)) } @else {
            form.stack method="get" action=(routes::COMPARE_OUTBREAK_PLANS) {
                (rows(lang, &plans, true))
                div.actions { (button(Weight::Secondary, COMPARE.get(lang))) }
            }
        }
        (onward(lang, first, next))
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn address(after: OutbreakPlanCursor) -> String {
    format!("{}?after={}-{}", routes::OUTBREAK_PLANS, after.created_at.0, after.id)
}

fn read_cursor(text: &str) -> Option<OutbreakPlanCursor> {
    let (at, id) = text.split_once('-')?;
    Some(OutbreakPlanCursor { created_at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

fn choose_words(lang: Lang, plan: &OutbreakPlan) -> String {
    let asked = date_time(lang, plan.created_at.0);
    CHOOSE.fill(lang, &[("plan", &page::name(plan)), ("asked", &asked)])
}

/// `choose`: with a box to tick in front of each that is done.
fn rows(lang: Lang, plans: &[OutbreakPlan], choose: bool) -> Markup {
    let columns =
        [ASKED, PROVINCE, DISEASE, words::ADOPTION_SHORT, STATE].map(|words| Column::words(words.get(lang)));
    let rows = plans.iter().map(|plan| {
        let link = routes::outbreak_plan(plan.id);
        vec![
            html! {
                @if choose && plan.state == PlanState::Done {
                    input type="checkbox" name=(plan.id) value="yes" aria-label=(choose_words(lang, plan)); " "
                }
                a href=(link) { (console_words::instant(lang, plan.created_at)) }
            },
            html! { (province_name(plan.province)) },
            html! { (words::disease(lang, &plan.terms.disease)) },
            html! { (words::adoption(lang, &plan.terms)) },
            words::state_badge(lang, plan.state),
        ]
    });
    table(TITLE.get(lang), &columns, rows)
}
