//! Asking for a plan with a scenario file: units, phases, and every other number of the planner.

use super::fields::{BETWEEN_DAYS, DAYS_OF_A_PLAN, MOST_RUNS, Problems, TOO_MANY, Typed};
use super::new::{START, ask};
use super::refusal::Refusal;
use super::{list, provinces};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{line, once, routes, words};
use crate::planning;
use crate::state::AppState;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::area::ProvinceCode;
use bluezone_domain::outbreak_plan::Terms;
use bluezone_pages::form::{CSRF_FIELD, Field, to_mend};
use bluezone_pages::parts::{Weight, back, button, card, link_button};
use bluezone_pages::text;
use bluezone_planner::Scenario;
use maud::html;

/// Longest file that is taken, bytes.
const LONGEST: usize = 64 * 1024;
/// What can be written in one, as an example that the planner takes.
const EXAMPLE: &str = include_str!("example.toml");

text! {
    TITLE, "Lập kế hoạch từ tệp kịch bản", "Make a plan from a scenario file";
    LEAD, "Tệp TOML như của lệnh bluezone plan: các biện pháp thay đổi theo ngày, mức cài riêng của từng huyện, xã, và mọi con số khác của mô hình. Phần không ghi giữ giá trị thường dùng.",
        "A TOML file as bluezone plan takes it: measures that change by day, units with an adoption of their own, and every other number of the model. What it does not say stays as usual.";
    FILE, "Tệp kịch bản (TOML, tối đa 64 kB)", "Scenario file (TOML, at most 64 kB)";
    EXAMPLE_OF, "Ví dụ: hai vùng và hai giai đoạn", "An example: two units and two phases";
    NO_FILE, "Hãy chọn tệp.", "Choose a file.";
    TOO_LONG, "Tệp dài hơn 64 kB.", "The file is longer than 64 kB.";
    NOT_TEXT, "Tệp không phải văn bản UTF-8.", "The file is no text in UTF-8.";
    NO_PROVINCE, "Tệp không ghi tỉnh nào. Hãy ghi, ví dụ: province = \"19\".", "The file names no province. Write it, for example: province = \"19\".";
    NOT_YOURS, "Tệp ghi một tỉnh khác. Đơn vị của bạn không lập kế hoạch cho tỉnh đó.",
        "The file names another province. Your unit does not plan for it."
}

/// `GET /console/plans/upload`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Response {
    shown(&signed, view, &Typed::with(once::ticket(&state)), &Problems::new(), None)
}

/// `POST /console/plans/upload`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    mut fields: Multipart,
) -> Result<Response, Failure> {
    let (mut typed, mut file) = (Typed::with(String::new()), Vec::new());
    while let Some(field) = fields.next_field().await.map_err(|_| Failure::Unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| Failure::Unreadable)?;
        match name.as_str() {
            "file" => file = bytes.to_vec(),
            name => typed.take(name, String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
    let mut problems = Problems::new();
    let refused = match read(&signed, &typed, file, &mut problems) {
        Ok(Some((province, terms))) => match ask(&state, &signed, &typed.ticket, province, terms).await? {
            Some(answer) => return Ok(answer),
            None => Some(Refusal::Enough),
        },
        Ok(None) => None,
        Err(refused) => Some(refused),
    };
    let mut answer = shown(&signed, view, &typed, &problems, refused.as_ref());
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// Reads the form; the error has the line and field of the file that the planner refuses.
fn read(
    signed: &Signed,
    typed: &Typed,
    file: Vec<u8>,
    problems: &mut Problems,
) -> Result<Option<(ProvinceCode, Terms)>, Refusal> {
    let sweep = typed.sweep(problems);
    let text = match String::from_utf8(file) {
        Ok(text) if text.trim().is_empty() => Err(NO_FILE),
        Ok(text) if text.len() > LONGEST => Err(TOO_LONG),
        Ok(text) => Ok(text),
        Err(_) => Err(NOT_TEXT),
    };
    let text = match text {
        Ok(text) => text,
        Err(words) => {
            problems.push(("file", words));
            return Ok(None);
        }
    };
    let mine = provinces(signed);
    // Whoever has one province has nothing to say about it; others name theirs, or it would be anybody's.
    let own = match mine.as_slice() {
        [only] => Some(only.code.clone()),
        _ if Scenario::names_province(&text) => None,
        _ => {
            planning::terms(text, None, sweep)?;
            problems.push(("file", NO_PROVINCE));
            return Ok(None);
        }
    };
    let (code, terms) = planning::terms(text, own.as_deref(), sweep)?;
    let theirs = mine.into_iter().find(|province| province.code == code);
    let Some(province) = theirs.and_then(|province| province.code.parse().ok()) else {
        problems.push(("file", NOT_YOURS));
        return Ok(None);
    };
    if !DAYS_OF_A_PLAN.contains(&terms.days.into()) {
        problems.push(("file", BETWEEN_DAYS));
    }
    let plan = planning::plan(&terms, province)?;
    if problems.is_empty() && plan.cells().len() * sweep.seeds as usize > MOST_RUNS as usize {
        problems.push(("seeds", TOO_MANY));
    }
    Ok(problems.is_empty().then_some((province, terms)))
}

fn shown(
    signed: &Signed,
    view: View,
    typed: &Typed,
    problems: &Problems,
    refused: Option<&Refusal>,
) -> Response {
    let lang = view.lang;
    let listed = line::listed(lang, problems);
    let [steps, size] = typed.draw_sweep(lang, &listed);
    let body = html! {
        (back(routes::OUTBREAK_PLANS, list::TITLE.get(lang)))
        (to_mend(lang, &listed))
        @if let Some(refused) = refused { (refused.draw(lang)) }
        section.card {
            form.form method="post" action=(routes::UPLOAD_OUTBREAK_PLAN) enctype="multipart/form-data" {
                // First, so that the gate finds it without reading the file.
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                (once::field(&typed.ticket))
                (Field::input(lang, "file", "file", FILE.get(lang)).error(line::of(&listed, "file")))
                (steps)
                (size)
                div.actions {
                    (button(Weight::Primary, START.get(lang)))
                    (link_button(Weight::Secondary, routes::OUTBREAK_PLANS, words::CANCEL.get(lang)))
                }
            }
        }
        (card(EXAMPLE_OF.get(lang), html! { pre tabindex="0" { code lang="en" { (EXAMPLE) } } }))
    };
    let view = view.at(routes::UPLOAD_OUTBREAK_PLAN);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render()
}
