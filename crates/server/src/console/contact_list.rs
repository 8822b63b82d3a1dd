//! Contacts in a table: all that the officer reaches, or those of one case; by class, source, status and unit; several at once
//! are handed to a unit.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{case_page, contact_assign, contact_people, contact_words as words, routes};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::contact::{Class, Contact, Source, Status};
use bluezone_domain::policy::Action;
use bluezone_pages::form::Field;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, back, button, empty, link_button, onward};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, text};
use bluezone_store::{ContactCursor, ContactFilter};
use maud::{Markup, html};
use serde::Deserialize;

/// Contacts on a page; as many as are handed over at once where that is asked for.
const PAGE: u32 = 50;
const LONG_PAGE: u32 = 300;

text! {
    TITLE, "Người tiếp xúc", "Contacts";
    OF_CASE, "Người tiếp xúc của ca {reference}", "Contacts of case {reference}";
    BACK, "Về ca {reference}", "Back to case {reference}";
    CAPTION, "Người tiếp xúc", "Contacts";
    CODE, "Mã", "Code";
    WHO, "Người", "Person";
    CLASS, "Loại", "Class";
    SOURCE, "Nguồn", "Source";
    RELATION, "Quan hệ", "Relation";
    STATUS, "Theo dõi", "Follow-up";
    UNIT, "Đơn vị", "Unit";
    LAST, "Gặp cuối", "Last exposure";
    DUE, "Hẹn tiếp", "Next due";
    CHOOSE, "Chọn", "Choose";
    CHOOSE_ONE, "Chọn {code}", "Choose {code}";
    ANY, "Tất cả", "All";
    FILTER, "Lọc", "Filter";
    NAMES, "Tên đầy đủ", "Full names";
    INITIALS, "Tên viết tắt", "Initials";
    GRAPH, "Sơ đồ lây truyền", "Transmission graph";
    ADD, "Thêm người tiếp xúc", "Add a contact";
    NONE, "Không có người tiếp xúc nào", "No contacts";
    NONE_WHY, "Chưa có ai, hoặc bộ lọc không để lại ai trong địa bàn của bạn.",
        "Nobody yet, or the filter leaves nobody within your reach.";
    OTHERS, "Ca này có {n} người tiếp xúc; danh sách chỉ có những người thuộc địa bàn của bạn.",
        "This case has {n} contacts; the list has those within your reach.";
    NEXT, "Trang sau", "Next";
    MORE, "300 người một trang", "300 a page";
    HANDED, "Đã giao {n} người", "{n} persons handed over";
    UNDO, "Hoàn tác", "Undo";
    UNDONE, "Đã hoàn tác", "Undone";
    UNDONE_WHY, "Mọi thứ trở lại như trước thay đổi đó.", "Everything is as it was before that change."
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    class: String,
    source: String,
    status: String,
    unit: String,
    names: String,
    after: String,
    many: String,
    /// What was just done: `handed` or `undone`, how many, and what takes it back.
    done: String,
    n: String,
    batch: String,
}

impl Asked {
    fn filter(&self) -> ContactFilter {
        ContactFilter {
            class: self.class.parse().ok(),
            source: self.source.parse().ok(),
            status: self.status.parse().ok(),
            unit: Some(self.unit.trim()).filter(|unit| !unit.is_empty()).map(str::to_owned),
        }
    }

    fn page(&self) -> u32 {
        if self.many == "yes" { LONG_PAGE } else { PAGE }
    }

    fn names(&self) -> bool {
        self.names == "full"
    }

    /// The list with one thing changed; from the start, unless that is the page.
    fn with(&self, path: &str, name: &str, value: &str) -> String {
        let kept = [
            ("class", &self.class),
            ("source", &self.source),
            ("status", &self.status),
            ("unit", &self.unit),
            ("names", &self.names),
            ("many", &self.many),
        ];
        let mut pairs: Vec<(&str, &str)> =
            kept.into_iter().filter(|(of, _)| *of != name).map(|(of, value)| (of, value.as_str())).collect();
        pairs.push((name, value));
        let pairs: Vec<_> = pairs
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", routes::encoded(value.trim())))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// `GET /console/contacts`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    refuse_control_characters(&asked)?;
    let size = asked.page();
    let after = read_cursor(&asked.after);
    let mut contacts = state.store.list_contacts(signed.scope(), &asked.filter(), after, size + 1).await?;
    let more = contacts.len() > size as usize;
    contacts.truncate(size as usize);
    let next = contacts.last().filter(|_| more).map(ContactCursor::from);
    let next = next.map(|at| format!("{}-{}", at.created_at.0, at.id));
    let shown = Shown { state: &state, signed: &signed, lang: view.lang, asked: &asked, case: None };
    let body = shown.body(&contacts, next, after.is_some()).await?;
    let title = TITLE.get(view.lang);
    Ok(Shell { view: &view, signed: Some(&signed), title, lead: None, wide: true, body }.render())
}

/// `GET /console/cases/{case}/contacts`
pub async fn of_case(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    refuse_control_characters(&asked)?;
    let case = case_page::find(&state, &signed, &id).await?;
    let lang = view.lang;
    let from: u32 = asked.after.parse().unwrap_or(0);
    let (contacts, next) =
        state.store.contacts_of_case(signed.scope(), case.id, &asked.filter(), from, asked.page()).await?;
    let all = state.store.count_contacts(case.id).await?;
    let shown = Shown { state: &state, signed: &signed, lang, asked: &asked, case: Some(&case) };
    let next = next.map(|number| number.to_string());
    let unfiltered = asked.filter() == ContactFilter::default() && from == 0 && next.is_none();
    let body = html! {
        (back(&routes::case(case.id), &BACK.fill(lang, &[("reference", &case.reference)])))
        @if unfiltered && contacts.len() < all as usize {
            p.soft { (OTHERS.fill(lang, &[("n", &all.to_string())])) }
        }
        (shown.body(&contacts, next, from > 0).await?)
    };
    let title = OF_CASE.fill(lang, &[("reference", &case.reference)]);
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: true, body }.render())
}

/// No database stores or finds such a text; PostgreSQL refuses even to be asked.
fn refuse_control_characters(asked: &Asked) -> Result<(), Failure> {
    if asked.unit.chars().any(char::is_control) { Err(Failure::Unreadable) } else { Ok(()) }
}

fn read_cursor(text: &str) -> Option<ContactCursor> {
    let (at, id) = text.split_once('-')?;
    Some(ContactCursor { created_at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

/// One of the two lists.
struct Shown<'a> {
    state: &'a AppState,
    signed: &'a Signed,
    lang: Lang,
    asked: &'a Asked,
    case: Option<&'a Case>,
}

impl Shown<'_> {
    fn path(&self) -> String {
        self.case.map_or_else(|| routes::CONTACTS.to_owned(), |case| routes::contacts_of(case.id))
    }

    async fn body(&self, contacts: &[Contact], next: Option<String>, later: bool) -> Result<Markup, Failure> {
        let (lang, path) = (self.lang, self.path());
        let may_change = self.signed.may(Action::ChangeContacts);
        let rows = if contacts.is_empty() {
            empty(Icon::People, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })
        } else if may_change {
            let rows = self.rows(contacts, true).await?;
            contact_assign::form_around(self.state, self.signed, lang, &path, rows).await?
        } else {
            self.rows(contacts, false).await?
        };
        Ok(html! {
            (self.done())
            div.row.apart {
                (self.filters())
                div.actions {
                    @if let Some(case) = self.case {
                        (link_button(Weight::Secondary, &routes::graph(case.id), GRAPH.get(lang)))
                        @if may_change {
                            (link_button(Weight::Primary, &routes::new_contact(case.id), ADD.get(lang)))
                        }
                    }
                }
            }
            p.small {
                @if self.asked.names() {
                    a href=(self.asked.with(&path, "names", "")) { (INITIALS.get(lang)) }
                } @else {
                    a href=(self.asked.with(&path, "names", "full")) { (NAMES.get(lang)) }
                }
                @if self.asked.page() == PAGE && (next.is_some() || later) {
                    " · " a href=(self.asked.with(&path, "many", "yes")) { (MORE.get(lang)) }
                }
            }
            (rows)
            (onward(
                lang,
                later.then(|| self.asked.with(&path, "after", "")),
                next.map(|next| (self.asked.with(&path, "after", &next), NEXT.get(lang))),
            ))
        })
    }

    async fn rows(&self, contacts: &[Contact], choose: bool) -> Result<Markup, Failure> {
        let lang = self.lang;
        let mut columns = vec![
            Column::words(CODE.get(lang)),
            Column::words(WHO.get(lang)),
            Column::words(CLASS.get(lang)),
            Column::words(SOURCE.get(lang)),
            Column::words(RELATION.get(lang)),
            Column::words(LAST.get(lang)),
            Column::words(STATUS.get(lang)),
            Column::words(DUE.get(lang)),
            Column::words(UNIT.get(lang)),
        ];
        if choose {
            columns.push(Column::words(CHOOSE.get(lang)));
        }
        let persons = contacts.iter().map(|contact| contact.person);
        let persons = contact_people::all_shown(self.state, persons, self.asked.names()).await?;
        let mut rows = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let who = persons.get(&contact.person).map(String::as_str).unwrap_or_default();
            let code = contact.code();
            let mut row = vec![
                html! { a.nowrap href=(routes::contact(contact.id)) { (code) } },
                html! { (who) },
                words::class_badge(lang, contact.class),
                html! { (words::source(lang, contact.source)) },
                html! { (words::relation(lang, contact.relation)) },
                html! { (date(lang, contact.last_exposure.0)) },
                html! { (words::status(lang, contact.status)) },
                html! { @if let Some(due) = contact.due_at { (date(lang, due.0)) } @else { "–" } },
                html! { (contact.assigned.as_deref().unwrap_or("–")) },
            ];
            if choose {
                let label = CHOOSE_ONE.fill(lang, &[("code", &code)]);
                row.push(html! {
                    label.pick {
                        input type="checkbox" name={ "c-" (contact.id) } value="yes" aria-label=(label);
                    }
                });
            }
            rows.push(row);
        }
        Ok(table(CAPTION.get(lang), &columns, rows))
    }

    fn filters(&self) -> Markup {
        let lang = self.lang;
        let any = ("", ANY.get(lang));
        let classes =
            std::iter::once(any).chain(Class::ALL.iter().map(|c| (c.as_str(), words::class(lang, *c))));
        let sources =
            std::iter::once(any).chain(Source::ALL.iter().map(|s| (s.as_str(), words::source(lang, *s))));
        let statuses =
            std::iter::once(any).chain(Status::ALL.iter().map(|s| (s.as_str(), words::status(lang, *s))));
        html! {
            form.form.inline method="get" action=(self.path()) role="search" {
                (Field::select(lang, "class", CLASS.get(lang), classes.collect()).value(&self.asked.class))
                (Field::select(lang, "source", SOURCE.get(lang), sources.collect()).value(&self.asked.source))
                (Field::select(lang, "status", STATUS.get(lang), statuses.collect()).value(&self.asked.status))
                (Field::input(lang, "text", "unit", UNIT.get(lang)).value(self.asked.unit.trim()).complete("off").verbatim())
                @if self.asked.names() { input type="hidden" name="names" value="full"; }
                @if self.asked.page() == LONG_PAGE { input type="hidden" name="many" value="yes"; }
                (button(Weight::Secondary, FILTER.get(lang)))
            }
        }
    }

    fn done(&self) -> Markup {
        let lang = self.lang;
        match self.asked.done.as_str() {
            "handed" => {
                let n: u32 = self.asked.n.parse().unwrap_or(0);
                let undo = self.asked.batch.parse().ok().map(|batch| {
                    contact_assign::undo_button(self.signed, batch, &self.path(), UNDO.get(lang))
                });
                let title = HANDED.fill(lang, &[("n", &n.to_string())]);
                alert(Tone::Good, &title, html! { @if let Some(undo) = undo { (undo) } })
            }
            "unchosen" => alert(Tone::Caution, contact_assign::UNCHOSEN.get(lang), html! {}),
            "undone" => alert(Tone::Good, UNDONE.get(lang), html! { p { (UNDONE_WHY.get(lang)) } }),
            _ => html! {},
        }
    }
}
