//! The history of a contact, with what can be taken back.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{contact_assign, contact_words as words, routes, words as shared};
use crate::state::AppState;
use bluezone_domain::contact::{Class, Closeness, Contact, ContactChange, Status, What};
use bluezone_domain::id::OfficerId;
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

text! {
    HISTORY, "Lịch sử", "History";
    CAPTION, "Các thay đổi, cũ nhất trước", "Changes, oldest first";
    WHEN, "Lúc", "When";
    WHO, "Người thực hiện", "By";
    WHAT, "Việc", "What";
    UNDO, "Hoàn tác", "Undo";
    REGISTERED, "Ghi nhận: {to}", "Registered: {to}";
    SHEET_DECLARED, "Phiếu khai báo; quy tắc đề xuất: {to}", "Declared sheet; the rule proposes: {to}";
    SHEET_INVESTIGATED, "Phiếu điều tra; quy tắc đề xuất: {to}", "Investigated sheet; the rule proposes: {to}";
    CONCLUDED, "Kết luận: {from} → {to}", "Concluded: {from} → {to}";
    BECAME_CASE, "Trở thành ca bệnh", "Became a case";
    CLASS, "Loại: {from} → {to}", "Class: {from} → {to}";
    ASSIGNED, "Giao: {from} → {to}", "Handed over: {from} → {to}";
    STATUS, "Theo dõi: {from} → {to}", "Follow-up: {from} → {to}";
    UNDONE, "Hoàn tác một thay đổi", "A change was undone";
    NONE, "không có", "none";
    SOMEBODY, "không rõ", "unknown"
}

/// The table. Changes that can be taken back have a button, if the officer may.
pub async fn shown(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    contact: &Contact,
    changes: &[ContactChange],
    may: bool,
) -> Result<Markup, Failure> {
    let mut people: HashMap<OfficerId, String> = HashMap::new();
    for change in changes {
        if let Entry::Vacant(person) = people.entry(change.by) {
            let officer = state.store.officer(change.by).await?;
            person.insert(officer.map_or_else(|| SOMEBODY.get(lang).to_owned(), |officer| officer.username));
        }
    }
    let undone: Vec<_> =
        changes.iter().filter(|line| line.what == What::Undone).map(|line| line.batch).collect();
    let here = routes::contact(contact.id);
    let mut columns =
        vec![Column::words(WHEN.get(lang)), Column::words(WHAT.get(lang)), Column::words(WHO.get(lang))];
    if may {
        columns.push(Column::words(UNDO.get(lang)));
    }
    let rows = changes.iter().map(|change| {
        let own = matches!(change.what, What::Concluded | What::BecameCase);
        let batch = change.batch.filter(|_| own && !undone.contains(&change.batch));
        let mut row = vec![
            shared::instant(lang, change.at),
            html! {
                (what(lang, change))
                @if let Some(reason) = &change.reason { span.below { "“" (reason) "”" } }
            },
            html! { (people[&change.by]) },
        ];
        if may {
            row.push(html! {
                @if let Some(batch) = batch { (contact_assign::undo_button(signed, batch, &here, UNDO.get(lang))) }
            });
        }
        row
    });
    Ok(html! { section.stack { h2 { (HISTORY.get(lang)) } (table(CAPTION.get(lang), &columns, rows)) } })
}

fn what(lang: Lang, change: &ContactChange) -> String {
    let class = |name: &str| name.parse::<Class>().map_or("?", |class| words::class(lang, class)).to_owned();
    let near =
        |name: &str| name.parse::<Closeness>().map_or("?", |near| words::closeness(lang, near)).to_owned();
    let status = |name: &str| name.parse::<Status>().map_or("?", |of| words::status(lang, of)).to_owned();
    let unit = |name: &str| if name.is_empty() { NONE.get(lang).to_owned() } else { name.to_owned() };
    let (text, from, to) = match change.what {
        What::Registered => (REGISTERED, String::new(), class(&change.to)),
        What::Sheet if change.from == "declared" => (SHEET_DECLARED, String::new(), near(&change.to)),
        What::Sheet => (SHEET_INVESTIGATED, String::new(), near(&change.to)),
        What::Concluded => (CONCLUDED, near(&change.from), near(&change.to)),
        What::BecameCase => (BECAME_CASE, String::new(), String::new()),
        What::Class => (CLASS, class(&change.from), class(&change.to)),
        What::Assigned => (ASSIGNED, unit(&change.from), unit(&change.to)),
        What::Status => (STATUS, status(&change.from), status(&change.to)),
        What::Undone => (UNDONE, String::new(), String::new()),
    };
    text.fill(lang, &[("from", &from), ("to", &to)])
}
