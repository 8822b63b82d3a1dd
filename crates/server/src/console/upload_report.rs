//! A warned person's report, once it is open: the cases that it speaks of, and the contact that it becomes with one of them.

use crate::console::access::Signed;
use crate::console::case_page::may_see_case;
use crate::console::failure::Failure;
use crate::console::told::Reach;
use crate::console::{contact_page, contact_words, routes, upload_page};
use crate::promise::comparing::{Found, Reported};
use crate::promise::opening;
use crate::secrets::Hashed;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::evidence::Comparison;
use bluezone_domain::id::{CaseId, ContactId, PersonId};
use bluezone_domain::policy::Action;
use bluezone_pages::form::Field;
use bluezone_pages::parts::{Tone, Weight, alert, button, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::history::{History, HistoryKind};
use bluezone_store::{CaseFilter, Hash, Within};
use maud::{Markup, html};

/// Cases that a search by reference shows.
const SHOWN: u32 = 20;

text! {
    TITLE, "Ghép với ca bệnh", "Which case it speaks of";
    WHY, "So với những gì các ca bệnh đã đồng ý chia sẻ và đã được mở qua sổ công khai.",
        "Compared with what cases agreed to share and what was opened through the public log.";
    NONE, "Chưa có ca bệnh nào khớp", "No case fits yet";
    NONE_WHY, "Ca bệnh mà người này đã gặp có thể chưa chia sẻ, hoặc dữ liệu của họ chưa được mở. Trang này so lại mỗi lần mở. Nếu biết là ca nào, hãy tìm theo mã hồ sơ.",
        "The case that this person met may not have shared, or what they shared is not open yet. This page compares anew each time. If you know which case it is, find it by its reference.";
    PARTIAL, "Chỉ so với 200 ca gửi gần đây nhất. Nếu không thấy ca cần tìm, hãy tìm theo mã hồ sơ: trang ghi nhận sẽ so riêng với ca đó.",
        "Only the 200 cases that sent last were compared. If the case is not here, find it by its reference: its form compares with that case alone.";
    CAPTION, "Ca bệnh mà hai điện thoại có ghi nhận", "Cases of which the two phones recorded something";
    CASE, "Ca bệnh", "Case";
    VERDICT, "Đánh giá", "Verdict";
    MINUTES, "Phút cả hai cùng ghi", "Minutes both recorded";
    LAST, "Gặp cuối", "Last together";
    ACTION, "Thao tác", "Action";
    REGISTER, "Ghi nhận tiếp xúc", "Register as a contact";
    SEE, "Xem người tiếp xúc", "See the contact";
    OTHER, "Mã hồ sơ của ca khác", "Reference of another case";
    FIND, "Tìm ca", "Find the case";
    ADD, "Thêm bằng chứng", "Add the evidence";
    RENEW, "Cập nhật bằng chứng", "Bring the evidence up to date";
    FROM_REPORT, "Từ báo cáo của người được cảnh báo", "From the report of a warned person";
    NOT_COMPARED, "Ca này chưa chia sẻ gì khớp với báo cáo", "This case has shared nothing that fits the report";
    NOT_COMPARED_WHY, "Người tiếp xúc được ghi theo lời khai; chưa có bằng chứng hai phía.",
        "The contact is registered as they told it; there is no evidence of two sides yet.";
    NO_SUCH, "Không có ca nào mang mã này trong phạm vi của bạn.", "No case within your reach has this reference."
}

/// A report that a contact of a case is made of.
pub struct Report {
    /// Its upload.
    hash: Hash,
    /// What all its parts have in common.
    telling: Hash,
    /// What it says.
    pub history: History,
    /// What the case and it say together, if the case has shared and they say anything.
    pub found: Option<Found>,
}

impl Report {
    /// The opened report of that hash, and what it says with a case.
    pub async fn find(state: &AppState, signed: &Signed, case: &Case, hash: &str) -> Result<Report, Failure> {
        if !signed.may(Action::OpenUpload) {
            return Err(Failure::NotFound);
        }
        let (upload, reach) = upload_page::find(state, signed, hash).await?;
        if reach != Reach::Own {
            return Err(Failure::NotFound);
        }
        let hash = upload.hash;
        let history = opening::opened(state, hash).await?.ok_or(Failure::NotFound)?;
        if history.kind != HistoryKind::Contact {
            return Err(Failure::NotFound);
        }
        let reported = Reported::of(state, hash).await?;
        let found = reported.with(state, &signed.officer.unit, case.clone()).await?;
        Ok(Report { hash, telling: reported.telling, history, found })
    }

    /// Address of the form that makes it a contact of a case.
    pub fn form(&self, case: CaseId) -> String {
        routes::contact_of_report(case, &self.hash)
    }

    /// When they were last together: as both say, else as the report says.
    pub fn last_together(&self) -> Option<Timestamp> {
        let heard = || self.history.days.iter().flat_map(|day| &day.heard).map(|heard| heard.at).max();
        self.found.as_ref().and_then(Found::last_together).or_else(heard)
    }

    /// The contact that it becomes with a case: whoever registers it, and however often, it is one.
    pub fn contact_id(&self, state: &AppState, case: CaseId) -> ContactId {
        contact_id(state, &self.telling, case)
    }

    /// The person who sent it, where they are not registered already.
    pub fn person_id(&self, state: &AppState) -> PersonId {
        PersonId::from_bytes(derived(state, "contact's person", &self.telling))
    }

    /// What it says with the case's history, as a card.
    pub fn shown(&self, lang: Lang, now: Timestamp) -> Markup {
        html! {
            p { a href=(routes::upload(&self.hash)) { (FROM_REPORT.get(lang)) } }
            @match &self.found {
                Some(found) => (contact_page::recorded(lang, now, &found.comparison)),
                None => (alert(Tone::Caution, NOT_COMPARED.get(lang), html! { p { (NOT_COMPARED_WHY.get(lang)) } })),
            }
        }
    }
}

fn contact_id(state: &AppState, telling: &Hash, case: CaseId) -> ContactId {
    ContactId::from_bytes(derived(state, "contact", &[telling.as_slice(), case.as_bytes()].concat()))
}

fn derived(state: &AppState, what: &str, of: &[u8]) -> [u8; 16] {
    let hash = state.secrets.hash(Hashed::Reported, &[what.as_bytes(), of].concat());
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}

/// The section. `reference`: of the case that is looked for.
pub async fn section(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    report: &Hash,
    reference: &str,
) -> Result<Markup, Failure> {
    if !signed.may(Action::ChangeContacts) {
        return Ok(html! {});
    }
    let reported = Reported::of(state, *report).await?;
    let look = reported.look(state, &signed.officer.unit, |case| may_see_case(signed, case)).await?;
    let telling = reported.telling;
    let mut rows = Vec::new();
    for one in &look.found {
        rows.push(row(state, lang, report, &telling, one).await?);
    }
    let columns = [
        Column::words(CASE.get(lang)),
        Column::words(VERDICT.get(lang)),
        Column::numbers(MINUTES.get(lang)),
        Column::words(LAST.get(lang)),
        Column::words(ACTION.get(lang)),
    ];
    let searched = searched(state, signed, reference).await?;
    Ok(html! {
        section.stack {
            h2 { (TITLE.get(lang)) }
            p.soft { (WHY.get(lang)) }
            @if rows.is_empty() { (alert(Tone::Info, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })) }
            @else { (table(CAPTION.get(lang), &columns, rows)) }
            @if look.partial { p { (PARTIAL.get(lang)) } }
            form.form.inline method="get" role="search" action=(routes::upload(report)) {
                (Field::input(lang, "text", "reference", OTHER.get(lang)).value(reference).optional().verbatim())
                (button(Weight::Secondary, FIND.get(lang)))
            }
            @if let Some(cases) = searched {
                @if cases.is_empty() { p role="status" { (NO_SUCH.get(lang)) } }
                ul.plain { @for case in &cases { li {
                    a href=(routes::case(case.id)) { (case.reference) } " "
                    (act(state, lang, report, &telling, case.id, None).await?)
                } } }
            }
        }
    })
}

async fn row(
    state: &AppState,
    lang: Lang,
    report: &Hash,
    telling: &Hash,
    one: &Found,
) -> Result<Vec<Markup>, Failure> {
    Ok(vec![
        html! { a href=(routes::case(one.case.id)) { (one.case.reference) } },
        html! { @if let Some(verdict) = one.verdict() { (contact_words::verdict_badge(lang, verdict)) } },
        html! { (format!("{:.0}", one.two_sided_minutes())) },
        html! { @if let Some(at) = one.last_together() { (date(lang, at.0)) } },
        act(state, lang, report, telling, one.case.id, Some(&one.comparison)).await?,
    ])
}

/// To the contact that it has become, or to the form that makes it one, or that brings its evidence up to date.
async fn act(
    state: &AppState,
    lang: Lang,
    report: &Hash,
    telling: &Hash,
    case: CaseId,
    compared: Option<&Comparison>,
) -> Result<Markup, Failure> {
    let contact = contact_id(state, telling, case);
    let make = |words: Text| {
        link_button(Weight::Secondary, &routes::contact_of_report(case, report), words.get(lang))
    };
    if state.store.contact(contact).await?.is_none() {
        return Ok(make(REGISTER));
    }
    let kept = state.store.evidence_of(contact).await?;
    let known = kept.first().map(|(_, comparison)| comparison);
    Ok(match compared {
        Some(_) if known.is_none() => make(ADD),
        Some(now) if known != Some(now) => make(RENEW),
        _ => html! { a href=(routes::contact(contact)) { (SEE.get(lang)) } },
    })
}

async fn searched(state: &AppState, signed: &Signed, reference: &str) -> Result<Option<Vec<Case>>, Failure> {
    let reference = reference.trim();
    if reference.is_empty() || reference.chars().any(char::is_control) {
        return Ok(None);
    }
    let (within, reference) = (Within::from(signed.scope()), Some(reference.to_owned()));
    let filter = CaseFilter { within, reference, status: None };
    let cases = state.store.list_cases(&filter, None, SHOWN).await?;
    Ok(Some(cases.into_iter().filter(|case| may_see_case(signed, case)).collect()))
}
