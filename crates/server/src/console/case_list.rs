//! The list of the unit's cases: by status, by reference, a page at a time.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{case_assign, routes, words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::case::{Case, CaseStatus};
use bluezone_domain::id::CaseId;
use bluezone_domain::policy::Action;
use bluezone_pages::form::Field;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, button, empty, link_button, onward};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::{CaseCursor, CaseFilter, Within};
use maud::{Markup, html};
use serde::Deserialize;

/// Cases on a page.
const PAGE: u32 = 20;

text! {
    TITLE, "Ca bệnh", "Cases";
    CAPTION, "Các ca bệnh của đơn vị, mới nhất trước", "The unit's cases, newest first";
    REGISTER, "Ghi nhận ca", "Register a case";
    ALL, "Tất cả", "All";
    BY_STATUS, "Lọc theo tình trạng", "Filter by status";
    SEARCH, "Tìm theo mã hồ sơ", "Find by reference";
    FIND, "Tìm", "Find";
    CLEAR, "Bỏ tìm kiếm", "Clear the search";
    NO_CASE, "Chưa có ca bệnh nào", "No cases yet";
    NO_CASE_WHY, "Khi ghi nhận ca đầu tiên, ca đó sẽ hiện ở đây.", "The first case that you register will stand here.";
    NONE_FOUND, "Không có ca nào khớp", "No case matches";
    NONE_FOUND_WHY, "Hãy kiểm tra mã hồ sơ hoặc bỏ bộ lọc.", "Check the reference or drop the filter.";
    ASSIGNED, "Giao cho", "Handed to";
    OLDER, "Các ca cũ hơn", "Older cases"
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub(super) status: String,
    pub(super) q: String,
    after: String,
    pub(super) done: String,
    pub(super) n: u64,
    pub(super) kept: u64,
    pub(super) batch: String,
}

/// Cases that the officer reaches, by what the address or a form says.
pub fn filter(signed: &Signed, status: &str, reference: &str) -> CaseFilter {
    CaseFilter {
        within: Within::from(signed.scope()),
        status: status.parse().ok(),
        reference: Some(reference.trim().to_owned()).filter(|typed| !typed.is_empty()),
    }
}

/// `GET /console`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    // No database stores or finds such a text; PostgreSQL refuses even to be asked.
    if asked.q.chars().any(char::is_control) {
        return Err(Failure::Unreadable);
    }
    let lang = view.lang;
    let filter = filter(&signed, &asked.status, &asked.q);
    let after = read_cursor(&asked.after);
    // One more than is shown tells whether there is another page.
    let mut cases = state.store.list_cases(&filter, after, PAGE + 1).await?;
    let more = cases.len() > PAGE as usize;
    cases.truncate(PAGE as usize);
    let next = cases.last().filter(|_| more).map(CaseCursor::from);
    let hands_over = signed.may(Action::ChangeCase);
    let table = match cases.is_empty() {
        true => nothing(lang, &filter, after.is_some()),
        false if hands_over => {
            let rows = rows(lang, &cases, true);
            case_assign::form_around(&state, &signed, lang, &asked, rows).await?
        }
        false => rows(lang, &cases, false),
    };
    let body = html! {
        (case_assign::happened(lang, &signed, &asked))
        div.row.apart {
            (statuses(lang, &asked, filter.status))
            @if signed.may(Action::RegisterCase) {
                (link_button(Weight::Primary, routes::NEW_CASE, REGISTER.get(lang)))
            }
        }
        (search(lang, &asked))
        (table)
        (onward(
            lang,
            after.map(|_| address(&asked, filter.status, None)),
            next.map(|next| (address(&asked, filter.status, Some(next)), OLDER.get(lang))),
        ))
    };
    Ok(Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: true, body }
        .render())
}

/// `choose`: with a box to tick in front of each reference.
fn rows(lang: Lang, cases: &[Case], choose: bool) -> Markup {
    let columns = [
        Column::words(words::REFERENCE.get(lang)),
        Column::words(words::STATUS.get(lang)),
        Column::words(words::DISEASE.get(lang)),
        Column::words(words::ONSET_SHORT.get(lang)),
        Column::words(words::TEST_SHORT.get(lang)),
        Column::words(ASSIGNED.get(lang)),
        Column::words(words::REGISTERED.get(lang)),
    ];
    let rows = cases.iter().map(|case| {
        vec![
            html! {
                @if choose { (case_assign::choice(lang, case)) " " }
                a href=(routes::case(case.id)) { (case.reference) }
            },
            words::status_badge(lang, case.facts.status),
            html! { (words::disease(lang, &case.disease)) },
            words::calendar_day(lang, case.facts.symptom_onset),
            words::calendar_day(lang, case.facts.test_date),
            html! { (case.assigned.as_deref().unwrap_or("–")) },
            words::instant(lang, case.created_at),
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

fn statuses(lang: Lang, asked: &Asked, chosen: Option<CaseStatus>) -> Markup {
    let choices = std::iter::once(None).chain(CaseStatus::ALL.map(Some));
    html! {
        nav.filters aria-label=(BY_STATUS.get(lang)) {
            @for choice in choices {
                a href=(address(asked, choice, None)) aria-current=[(choice == chosen).then_some("true")] {
                    (choice.map_or(ALL.get(lang), |status| words::status(lang, status)))
                }
            }
        }
    }
}

fn search(lang: Lang, asked: &Asked) -> Markup {
    html! {
        form.form.inline method="get" action=(routes::CASES) role="search" {
            @if !asked.status.is_empty() { input type="hidden" name="status" value=(asked.status); }
            (Field::input(lang, "search", "q", SEARCH.get(lang)).value(asked.q.trim()).complete("off").verbatim())
            (button(Weight::Secondary, FIND.get(lang)))
            @if !asked.q.trim().is_empty() {
                a.button.quiet href=(address(&Asked::default(), asked.status.parse().ok(), None)) { (CLEAR.get(lang)) }
            }
        }
    }
}

fn nothing(lang: Lang, filter: &CaseFilter, later: bool) -> Markup {
    if filter.status.is_none() && filter.reference.is_none() && !later {
        return empty(Icon::Case, NO_CASE.get(lang), html! { p { (NO_CASE_WHY.get(lang)) } });
    }
    empty(Icon::Search, NONE_FOUND.get(lang), html! { p { (NONE_FOUND_WHY.get(lang)) } })
}

fn address(asked: &Asked, status: Option<CaseStatus>, after: Option<CaseCursor>) -> String {
    let mut pairs = Vec::new();
    if let Some(status) = status {
        pairs.push(format!("status={}", status.as_str()));
    }
    if !asked.q.trim().is_empty() {
        pairs.push(format!("q={}", routes::encoded(asked.q.trim())));
    }
    if let Some(after) = after {
        pairs.push(format!("after={}-{}", after.created_at.0, after.id));
    }
    if pairs.is_empty() { routes::CASES.to_owned() } else { format!("{}?{}", routes::CASES, pairs.join("&")) }
}

fn read_cursor(text: &str) -> Option<CaseCursor> {
    let (at, id) = text.split_once('-')?;
    Some(CaseCursor { created_at: Timestamp(at.parse().ok()?), id: id.parse::<CaseId>().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_address() {
        let cursor = CaseCursor { created_at: Timestamp(1_795_379_400), id: CaseId::from_bytes([7; 16]) };
        let asked = Asked { q: "Tổ 3&x".to_owned(), ..Asked::default() };
        let address = address(&asked, Some(CaseStatus::Confirmed), Some(cursor));
        assert!(address.starts_with("/console?status=confirmed&q=T%E1%BB%95%203%26x&after="), "{address}");
        assert_eq!(read_cursor(address.rsplit('=').next().unwrap()), Some(cursor));
        for wrong in ["", "-", "1", "x-07", "1-zz"] {
            assert_eq!(read_cursor(wrong), None);
        }
    }
}
