//! All plans.

use super::{province_name, sees, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::outbreak_plan::OutbreakPlan;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, empty, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

/// Plans that are read.
const MOST: u32 = 500;

text! {
    TITLE, "Kế hoạch ứng phó", "Plans for an outbreak";
    LEAD, "Mức cài, độ trễ và các biện pháp sẽ làm được gì: mô hình với chính các quy tắc của Bluezone. Không phải dự báo.",
        "What adoption, delay and measures would do: a model with Bluezone’s own rules. Not a forecast.";
    NEW, "Lập kế hoạch", "Make a plan";
    ASKED, "Yêu cầu lúc", "Asked at";
    PROVINCE, "Tỉnh, thành phố", "Province";
    DISEASE, "Bệnh", "Disease";
    ADOPTION, "Mức cài", "Adoption";
    STATE, "Tình trạng", "State";
    NOTHING, "Chưa có kế hoạch nào", "No plan yet";
    NOTHING_WHY, "Một kế hoạch thường tính xong trong vài phút. Nó không dùng dữ liệu của người nào.",
        "A plan usually takes some minutes. It uses nobody’s data."
}

/// `GET /console/plans`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let mut plans = state.store.outbreak_plans(MOST).await?;
    plans.retain(|plan| sees(&signed, plan));
    let body = html! {
        div.actions { (link_button(Weight::Primary, routes::NEW_OUTBREAK_PLAN, NEW.get(lang))) }
        @if plans.is_empty() {
            (empty(Icon::Calendar, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (rows(lang, &plans)) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn rows(lang: Lang, plans: &[OutbreakPlan]) -> Markup {
    let columns = [ASKED, PROVINCE, DISEASE, ADOPTION, STATE].map(|words| Column::words(words.get(lang)));
    let rows = plans.iter().map(|plan| {
        let link = routes::outbreak_plan(plan.id);
        vec![
            html! { a href=(link) { (console_words::instant(lang, plan.created_at)) } },
            html! { (province_name(plan.province)) },
            html! { (words::disease(lang, &plan.terms.disease)) },
            html! { (words::adoption(lang, &plan.terms)) },
            words::state_badge(lang, plan.state),
        ]
    });
    table(TITLE.get(lang), &columns, rows)
}
