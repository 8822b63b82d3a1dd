//! Who looked at what: the private audit, for auditors. They see that a record was opened and by whom, never what is in it.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::audit::Link;
use bluezone_domain::id::OfficerId;
use bluezone_pages::form::Field;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, button, empty};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::AuditFilter;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;

/// Links on a page.
const PAGE: u32 = 100;

text! {
    TITLE, "Ai đã xem gì", "Who looked at what";
    LEAD, "Mọi lần cán bộ mở trang hoặc gửi biểu mẫu. Mỗi dòng nối với dòng trước; mỗi giờ, đầu chuỗi được ghi vào sổ công khai.",
        "Every page that an officer opened and every form they sent. Each line is chained to the one before; every hour the head of the chain goes into the public log.";
    CAPTION, "Các lần xem, mới nhất trước", "Looks, newest first";
    NUMBER, "Số", "No.";
    WHEN, "Lúc", "When";
    WHO, "Cán bộ", "Officer";
    DID, "Việc", "Action";
    WHAT, "Trang", "Page";
    BY_OFFICER, "Tên đăng nhập", "Username";
    BY_UNIT, "Mã đơn vị", "Code of the unit";
    BY_PAGE, "Địa chỉ bắt đầu bằng", "Address begins with";
    FILTER, "Lọc", "Filter";
    OLDER, "Cũ hơn", "Older";
    NOBODY, "Không có lần xem nào", "No such look";
    NOBODY_WHY, "Chưa ai mở trang nào, hoặc không có dòng nào hợp với bộ lọc.",
        "Nobody has opened anything yet, or nothing fits the filter."
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    officer: String,
    unit: String,
    page: String,
    before: Option<u64>,
}

/// `GET /console/audit`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    if [&asked.officer, &asked.unit, &asked.page].into_iter().any(|text| text.chars().any(char::is_control)) {
        return Err(Failure::Unreadable);
    }
    let lang = view.lang;
    let officers: HashMap<OfficerId, String> = state
        .store
        .list_officers()
        .await?
        .into_iter()
        .map(|officer| (officer.id, officer.username))
        .collect();
    let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    // A name that nobody has finds nothing.
    let officer = typed(&asked.officer).map(|name| {
        let found = officers.iter().find(|(_, username)| **username == name);
        found.map_or(OfficerId::from_bytes([0; 16]), |(id, _)| *id)
    });
    let filter = AuditFilter { officer, unit: typed(&asked.unit), what: typed(&asked.page) };
    let links = state.store.audit_before(asked.before, &filter, PAGE).await?;
    let older = links.last().filter(|_| links.len() == PAGE as usize).map(|link| link.number);
    let body = html! {
        (filters(lang, &asked))
        @if links.is_empty() {
            (empty(Icon::Search, NOBODY.get(lang), html! { p { (NOBODY_WHY.get(lang)) } }))
        } @else { (rows(lang, &links, &officers)) }
        @if let Some(older) = older {
            form.form method="get" action=(routes::AUDIT) {
                @for (name, value) in [("officer", &asked.officer), ("unit", &asked.unit), ("page", &asked.page)] {
                    input type="hidden" name=(name) value=(value);
                }
                input type="hidden" name="before" value=(older);
                (button(Weight::Secondary, OLDER.get(lang)))
            }
        }
    };
    let view = view.at(routes::AUDIT);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn filters(lang: Lang, asked: &Asked) -> Markup {
    let field =
        |name, label, value| Field::input(lang, "search", name, label).value(value).optional().verbatim();
    html! {
        form.form.inline method="get" action=(routes::AUDIT) role="search" {
            (field("officer", BY_OFFICER.get(lang), &asked.officer))
            (field("unit", BY_UNIT.get(lang), &asked.unit))
            (field("page", BY_PAGE.get(lang), &asked.page))
            (button(Weight::Secondary, FILTER.get(lang)))
        }
    }
}

fn rows(lang: Lang, links: &[Link], officers: &HashMap<OfficerId, String>) -> Markup {
    let columns = [
        Column::numbers(NUMBER.get(lang)),
        Column::words(WHEN.get(lang)),
        Column::words(WHO.get(lang)),
        Column::words(words::UNIT.get(lang)),
        Column::words(DID.get(lang)),
        Column::words(WHAT.get(lang)),
    ];
    let rows = links.iter().map(|Link { number, look, .. }| {
        vec![
            html! { (number) },
            words::instant(lang, look.at),
            html! { (officers.get(&look.officer).map_or("–", String::as_str)) },
            html! { (look.unit) },
            html! { (look.action) },
            html! { code { (look.what) } },
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}
