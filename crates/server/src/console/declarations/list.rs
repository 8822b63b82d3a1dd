//! The inbox: what waits, the most points first, or what was handled.

use super::{outcome_words, urgency_badge};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::handling::Handling;
use bluezone_forms::risk::Rules;
use bluezone_pages::form::Field;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, button, empty, fold, link_button, onward};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{HandlingCursor, HandlingFilter};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Declarations on a page.
const PAGE: u32 = 50;

text! {
    TITLE, "Khai báo y tế", "Declarations";
    LEAD, "Các khai báo trong địa bàn, việc gấp đứng trước. Điểm tính theo quy tắc công khai, chỉ để xếp thứ tự.",
        "Declarations of your territory, the most urgent first. The points follow an open rule and only order the work.";
    PAPER, "Nhập phiếu giấy", "Enter a paper form";
    WHICH, "Những khai báo nào", "Which declarations";
    DUE, "Cần xem trong ngày", "To be read today";
    ALL, "Tất cả đang chờ", "All that wait";
    MINE, "Tôi nhận", "Taken by me";
    HANDLED, "Đã xử lý", "Handled";
    FORM, "Biểu mẫu", "Form";
    ANY, "Tất cả", "All";
    FILTER, "Lọc", "Filter";
    DECLARED, "Khai lúc", "Declared";
    URGENCY, "Mức độ", "Urgency";
    AREA, "Xã, phường", "Commune";
    UNIT, "Đơn vị", "Unit";
    OUTCOME, "Kết quả", "Outcome";
    WAITS, "Chưa xử lý", "Waits";
    NONE, "Không có khai báo nào", "No declarations";
    NONE_WHY, "Khi có người trong địa bàn khai báo, khai báo đó hiện ở đây.", "What people of your territory declare will stand here.";
    NEXT, "Trang sau", "Next";
    RULE, "Điểm được tính thế nào", "How points are counted";
    RULE_IS, "Quy tắc bản {n}. Cộng điểm của mọi dòng đúng, nhiều nhất {most}. Từ {high} điểm: xem ngay; từ {medium}: trong ngày.",
        "Rule, version {n}. The points of every line that holds are added, at most {most}. From {high} points: now; from {medium}: today."
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    which: String,
    form: String,
    after: String,
}

/// `GET /console/declarations`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    if [&asked.form, &asked.which].into_iter().any(|text| text.chars().any(char::is_control)) {
        return Err(Failure::Unreadable);
    }
    let lang = view.lang;
    let filter = filter(&signed, &asked);
    let after = read_cursor(&asked.after);
    let mut found = state.store.handlings(signed.scope(), &filter, after, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(HandlingCursor::from);
    let titles = titles(&state, lang).await?;
    let body = html! {
        div.actions { (link_button(Weight::Secondary, routes::PAPER, PAPER.get(lang))) }
        (tabs(lang, &asked))
        (forms(lang, &asked, &titles))
        @if found.is_empty() { (empty(Icon::Document, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })) }
        @else { (rows(lang, &found, &titles)) }
        (pages(lang, &asked, next, after.is_some()))
        (rule(lang))
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

fn filter(signed: &Signed, asked: &Asked) -> HandlingFilter {
    let form = Some(asked.form.trim()).filter(|form| !form.is_empty()).map(str::to_owned);
    let all = HandlingFilter { form, ..HandlingFilter::default() };
    match asked.which.as_str() {
        "all" => all,
        "mine" => HandlingFilter { officer: Some(signed.officer.id), ..all },
        "handled" => HandlingFilter { handled: true, ..all },
        _ => HandlingFilter { least: Rules::current().medium, ..all },
    }
}

/// Titles of forms by their names.
pub async fn titles(state: &AppState, lang: Lang) -> Result<BTreeMap<String, String>, Failure> {
    let forms = state.forms().await?;
    let titles = forms.library.iter().map(|form| (form.name.clone(), form.title.get(lang).to_owned()));
    Ok(titles.collect())
}

fn address(which: &str, form: &str, after: Option<HandlingCursor>) -> String {
    let after = after.map(|at| format!("{}-{}-{}", at.score, at.received_at.0, at.id)).unwrap_or_default();
    let pairs: Vec<_> = [("which", which), ("form", form), ("after", &after)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", routes::encoded(value)))
        .collect();
    if pairs.is_empty() {
        routes::DECLARATIONS.to_owned()
    } else {
        format!("{}?{}", routes::DECLARATIONS, pairs.join("&"))
    }
}

fn read_cursor(text: &str) -> Option<HandlingCursor> {
    let mut parts = text.splitn(3, '-');
    let score = parts.next()?.parse().ok()?;
    let received_at = Timestamp(parts.next()?.parse().ok()?);
    Some(HandlingCursor { score, received_at, id: parts.next()?.parse().ok()? })
}

fn tabs(lang: Lang, asked: &Asked) -> Markup {
    let choices: [(&str, Text); 4] = [("", DUE), ("all", ALL), ("mine", MINE), ("handled", HANDLED)];
    html! {
        nav.filters aria-label=(WHICH.get(lang)) {
            @for (which, label) in choices {
                a href=(address(which, &asked.form, None)) aria-current=[(which == asked.which).then_some("true")] {
                    (label.get(lang))
                }
            }
        }
    }
}

fn forms(lang: Lang, asked: &Asked, titles: &BTreeMap<String, String>) -> Markup {
    let named = titles.iter().map(|(name, title)| (name.as_str(), title.as_str()));
    let options = [("", ANY.get(lang))].into_iter().chain(named).collect();
    html! {
        form.form.inline method="get" action=(routes::DECLARATIONS) {
            @if !asked.which.is_empty() { input type="hidden" name="which" value=(asked.which); }
            (Field::select(lang, "form", FORM.get(lang), options).value(&asked.form).optional())
            (button(Weight::Secondary, FILTER.get(lang)))
        }
    }
}

/// Declarations as a table.
pub fn rows(lang: Lang, found: &[Handling], titles: &BTreeMap<String, String>) -> Markup {
    let columns = [DECLARED, URGENCY, FORM, AREA, UNIT, OUTCOME].map(|label| Column::words(label.get(lang)));
    let rows = found.iter().map(|of| {
        vec![
            html! { a href=(routes::declaration(of.declaration)) { (words::instant(lang, of.received_at)) } },
            urgency_badge(lang, of.score),
            html! { (titles.get(&of.form).unwrap_or(&of.form)) },
            html! { (words::area(lang, of.area)) },
            html! { (of.assigned.as_deref().unwrap_or("–")) },
            match of.outcome {
                Some(outcome) => badge(Tone::Good, outcome_words(outcome).get(lang)),
                None => badge(Tone::Neutral, WAITS.get(lang)),
            },
        ]
    });
    table(TITLE.get(lang), &columns, rows)
}

fn pages(lang: Lang, asked: &Asked, next: Option<HandlingCursor>, later: bool) -> Markup {
    let address = |after| address(&asked.which, &asked.form, after);
    onward(lang, later.then(|| address(None)), next.map(|next| (address(Some(next)), NEXT.get(lang))))
}

/// The rule in words.
pub fn rule(lang: Lang) -> Markup {
    let rules = Rules::current();
    let number = |n: u32| n.to_string();
    let is = RULE_IS.fill(
        lang,
        &[
            ("n", &number(rules.version)),
            ("most", &number(rules.greatest)),
            ("high", &number(rules.high)),
            ("medium", &number(rules.medium)),
        ],
    );
    fold(
        RULE.get(lang),
        html! {
            p { (is) }
            ul { @for rule in &rules.rules { li { (rule.words().get(lang)) ": " (rule.points) } } }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::id::DeclarationId;

    #[test]
    fn a_cursor_survives_its_address() {
        let id = DeclarationId::from_bytes([7; 16]);
        let cursor = HandlingCursor { score: 60, received_at: Timestamp(1_795_379_400), id };
        let address = address("all", "toan-dan", Some(cursor));
        assert!(address.starts_with("/console/declarations?which=all&form=toan-dan&after="), "{address}");
        assert_eq!(read_cursor(address.rsplit('=').next().unwrap()), Some(cursor));
        for wrong in ["", "-", "1-2", "x-1-07", "1-1-zz"] {
            assert_eq!(read_cursor(wrong), None);
        }
    }
}
