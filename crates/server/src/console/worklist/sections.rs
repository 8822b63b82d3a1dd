//! Each kind of work: what is asked of the store, and how its rows look.

use super::Section;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{
    approvals, case_page, case_reported, contact_people, contact_words, dates, declarations, place_warnings,
    releases, routes, uploads, words,
};
use crate::promise::requests;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::contact::Contact;
use bluezone_domain::id::{CaseId, PersonId};
use bluezone_domain::place_warning::{OLDEST_S, State};
use bluezone_domain::policy::Action;
use bluezone_forms::risk::Rules;
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{OFFSET_S, date};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{HandlingFilter, ReleaseRequest, Work, Worker};
use maud::{Markup, html};
use std::collections::HashMap;

const DAY_S: i64 = 86_400;
/// Declarations shown here; the inbox has all.
const MOST_DECLARATIONS: u32 = 20;
/// Warnings of places that are looked through for those that wait.
const MOST_WARNINGS: u32 = 100;

text! {
    REPORTS, "Ca chưa báo cáo", "Cases to report";
    DUE, "Tiếp xúc cần hỏi hôm nay", "Contacts to ask today";
    JUDGE, "Tiếp xúc chưa kết luận", "Contacts without a conclusion";
    LISTED, "Người do F1 khai, cần kiểm tra", "Named by an F1, to check";
    UPLOADS, "Dữ liệu chờ mở", "Uploads to open";
    SIGN, "Yêu cầu chờ chữ ký", "Requests to sign";
    DECLARATIONS, "Khai báo cần xem", "Declarations to read";
    PLACE_WARNINGS, "Cảnh báo chờ cán bộ thứ hai", "Place warnings to decide";
    APPROVALS, "Chờ người thứ hai", "To approve";
    LEFT, "Hạn báo cáo", "Report";
    CONTACT, "Mã", "Code";
    WHO, "Người", "Person";
    OF_CASE, "Ca", "Case";
    CLASS, "Loại", "Class";
    PROPOSED, "Đề xuất", "Proposed";
    SOURCE, "Nguồn", "Source";
    LAST, "Gặp cuối", "Last exposure";
    ASK, "Hẹn", "Due";
    FOLLOW_UP, "Theo dõi", "Follow-up";
    TODAY, "Hôm nay", "Today";
    LATE_SINCE, "Quá hạn từ {day}", "Late since {day}";
    PURPOSE, "Mục đích", "Purpose";
    WRITTEN, "Viết lúc", "Written";
    LAPSES, "Hết hạn", "Lapses";
    STATE, "Trạng thái", "State";
    YOURS, "Cần chữ ký của bạn", "Needs your signature";
    MATTER, "Việc", "Matter";
    ASKED, "Đề nghị lúc", "Asked";
    BY_YOU, "Bạn đề nghị, chờ người khác", "Asked by you, waits for another"
}

/// One officer's look at their work.
pub struct Desk<'a> {
    pub state: &'a AppState,
    pub signed: &'a Signed,
    pub lang: Lang,
    pub now: Timestamp,
    pub worker: Worker,
}

impl Desk<'_> {
    /// All kinds of work that this officer does and of which there is some.
    pub async fn sections(&self) -> Result<Vec<Section>, Failure> {
        let (signed, store, worker) = (self.signed, &self.state.store, &self.worker);
        let unit = &signed.officer.unit;
        let mut found = Vec::new();
        if signed.may(Action::ChangeCase) {
            found.push(self.reports(&store.unreported_cases(worker, self.now).await?));
        }
        if signed.may(Action::SeeContacts) {
            let until = self.today() + (DAY_S - 1);
            found.push(self.due(&store.contacts_due(worker, until).await?).await?);
        }
        if signed.may(Action::ChangeContacts) {
            let work = store.unjudged_contacts(worker, self.now).await?;
            found.push(self.to_judge("judge", JUDGE, None, &work).await?);
            let work = store.self_listed_contacts(worker, self.now).await?;
            found.push(self.to_judge("listed", LISTED, Some(routes::SELF_LISTED), &work).await?);
        }
        // What people sent and what is asked of them is the unit's, whoever wrote it.
        if signed.may(Action::OpenUpload) {
            let work = store.sealed_uploads(unit).await?;
            let rows = uploads::rows(self.lang, &work.first);
            found.push(self.section("uploads", UPLOADS, rows, &work, Some(routes::UPLOADS)));
        }
        if signed.may(Action::AskForHistory) {
            found.push(self.requests(&store.unsigned_requests(unit, self.now).await?)?);
        }
        if signed.may(Action::HandleDeclarations) {
            found.push(self.declarations().await?);
        }
        if signed.may(Action::WarnByPlace) {
            found.push(self.place_warnings().await?);
        }
        if signed.may(Action::ManageOfficers) {
            found.push(self.approvals().await?);
        }
        found.retain(|section| section.all > 0);
        Ok(found)
    }

    fn section<T>(
        &self,
        id: &'static str,
        title: Text,
        rows: Markup,
        work: &Work<T>,
        list: Option<&'static str>,
    ) -> Section {
        Section { id, title, rows, shown: work.first.len(), all: work.all, overdue: 0, list }
    }

    /// Declarations that are to be read today, the most urgent first.
    async fn declarations(&self) -> Result<Section, Failure> {
        let filter = HandlingFilter { least: Rules::current().medium, ..HandlingFilter::default() };
        let found = self.state.store.handlings(self.signed.scope(), &filter, None, MOST_DECLARATIONS).await?;
        let titles = declarations::list::titles(self.state, self.lang).await?;
        let rows = declarations::list::rows(self.lang, &found, &titles);
        let (shown, list) = (found.len(), Some(routes::DECLARATIONS));
        Ok(Section { id: "declarations", title: DECLARATIONS, rows, shown, all: shown, overdue: 0, list })
    }

    /// Warnings of places that wait for a second officer of the unit.
    async fn place_warnings(&self) -> Result<Section, Failure> {
        let (unit, since) = (&self.signed.officer.unit, self.now - OLDEST_S);
        let mut found = self.state.store.place_warnings_of(unit, since, MOST_WARNINGS).await?;
        found.retain(|warning| warning.state == State::Proposed);
        let rows = place_warnings::list::rows(self.state, self.lang, &found).await?;
        let (shown, list) = (found.len(), Some(routes::PLACE_WARNINGS));
        Ok(Section { id: "place-warnings", title: PLACE_WARNINGS, rows, shown, all: shown, overdue: 0, list })
    }

    /// Midnight in Vietnam.
    fn today(&self) -> Timestamp {
        dates::today(self.now) - i64::from(OFFSET_S)
    }

    fn reports(&self, work: &Work<Case>) -> Section {
        let lang = self.lang;
        let columns = [
            Column::words(words::REFERENCE.get(lang)),
            Column::words(LEFT.get(lang)),
            Column::words(words::STATUS.get(lang)),
            Column::words(words::DISEASE.get(lang)),
            Column::words(words::REGISTERED.get(lang)),
            Column::words(words::UNIT.get(lang)),
        ];
        let rows = work.first.iter().map(|case| {
            vec![
                html! { a href=(routes::case(case.id)) { (case.reference) } },
                html! {
                    @if let Some(due) = case_reported::due(case) { (case_reported::time_left(lang, due, self.now)) }
                },
                words::status_badge(lang, case.facts.status),
                html! { (words::disease(lang, &case.disease)) },
                words::instant(lang, case.created_at),
                html! { (case.assigned.as_deref().unwrap_or("–")) },
            ]
        });
        let rows = table(REPORTS.get(lang), &columns, rows);
        let late = |case: &&Case| case_reported::due(case).is_some_and(|due| due < self.now);
        let overdue = work.first.iter().filter(late).count();
        Section { overdue, ..self.section("reports", REPORTS, rows, work, None) }
    }

    async fn due(&self, work: &Work<Contact>) -> Result<Section, Failure> {
        let lang = self.lang;
        let columns = [
            Column::words(CONTACT.get(lang)),
            Column::words(WHO.get(lang)),
            Column::words(ASK.get(lang)),
            Column::words(OF_CASE.get(lang)),
            Column::words(CLASS.get(lang)),
            Column::words(FOLLOW_UP.get(lang)),
            Column::words(words::UNIT.get(lang)),
        ];
        let around = Around::of(self, work).await?;
        let late = |contact: &Contact| contact.due_at.filter(|due| *due < self.today());
        let rows = work.first.iter().map(|contact| {
            let due = match late(contact) {
                Some(due) => badge(Tone::Bad, &LATE_SINCE.fill(lang, &[("day", &date(lang, due.0))])),
                None => badge(Tone::Caution, TODAY.get(lang)),
            };
            vec![
                html! { a.nowrap href=(routes::contact(contact.id)) { (contact.code()) } },
                html! { (around.who(contact)) },
                due,
                around.case(contact),
                contact_words::class_badge(lang, contact.class),
                html! { (contact_words::status(lang, contact.status)) },
                html! { (contact.assigned.as_deref().unwrap_or("–")) },
            ]
        });
        let rows = table(DUE.get(lang), &columns, rows);
        let overdue = work.first.iter().filter(|contact| late(contact).is_some()).count();
        Ok(Section { overdue, ..self.section("due", DUE, rows, work, None) })
    }

    async fn to_judge(
        &self,
        id: &'static str,
        title: Text,
        list: Option<&'static str>,
        work: &Work<Contact>,
    ) -> Result<Section, Failure> {
        let lang = self.lang;
        let columns = [
            Column::words(CONTACT.get(lang)),
            Column::words(WHO.get(lang)),
            Column::words(OF_CASE.get(lang)),
            Column::words(PROPOSED.get(lang)),
            Column::words(SOURCE.get(lang)),
            Column::words(LAST.get(lang)),
            Column::words(words::REGISTERED.get(lang)),
        ];
        let around = Around::of(self, work).await?;
        let rows = work.first.iter().map(|contact| {
            vec![
                html! { a.nowrap href=(routes::contact(contact.id)) { (contact.code()) } },
                html! { (around.who(contact)) },
                around.case(contact),
                contact_words::class_badge(lang, contact.class),
                html! { (contact_words::source(lang, contact.source)) },
                html! { (date(lang, contact.last_exposure.0)) },
                words::instant(lang, contact.created_at),
            ]
        });
        let rows = table(title.get(lang), &columns, rows);
        Ok(self.section(id, title, rows, work, list))
    }

    fn requests(&self, work: &Work<ReleaseRequest>) -> Result<Section, Failure> {
        let lang = self.lang;
        let columns = [
            Column::words(PURPOSE.get(lang)),
            Column::words(STATE.get(lang)),
            Column::words(WRITTEN.get(lang)),
            Column::words(LAPSES.get(lang)),
        ];
        let mut rows = Vec::new();
        for request in &work.first {
            let purpose = requests::statement(request)?.terms.purpose;
            let yours = request.first_by != Some(self.signed.officer.id);
            rows.push(vec![
                html! { a href=(routes::release(&request.hash)) { (purpose) } },
                html! {
                    (releases::state_badge(lang, request, false, self.now))
                    @if yours { " " (badge(Tone::Info, YOURS.get(lang))) }
                },
                words::instant(lang, request.made_at),
                words::instant(lang, request.expires_at),
            ]);
        }
        let rows = table(SIGN.get(lang), &columns, rows);
        Ok(self.section("requests", SIGN, rows, work, Some(routes::RELEASES)))
    }

    async fn approvals(&self) -> Result<Section, Failure> {
        let lang = self.lang;
        let waiting = approvals::waiting(self.state, self.signed, lang).await?;
        let columns = [
            Column::words(MATTER.get(lang)),
            Column::words(ASKED.get(lang)),
            Column::words(LAPSES.get(lang)),
        ];
        let rows = waiting.iter().map(|(title, approval, own)| {
            vec![
                html! {
                    a href=(routes::APPROVALS) { (title) }
                    @if *own { span.below { (BY_YOU.get(lang)) } }
                },
                words::instant(lang, approval.asked_at),
                words::instant(lang, approval.expires_at),
            ]
        });
        let rows = table(APPROVALS.get(lang), &columns, rows);
        let work = Work { all: waiting.len(), first: waiting };
        Ok(self.section("approvals", APPROVALS, rows, &work, Some(routes::APPROVALS)))
    }
}

/// Who contacts are and whose, for the rows that name them.
struct Around {
    persons: HashMap<PersonId, String>,
    cases: HashMap<CaseId, Markup>,
}

impl Around {
    async fn of(desk: &Desk<'_>, work: &Work<Contact>) -> Result<Around, Failure> {
        let persons = work.first.iter().map(|contact| contact.person);
        let persons = contact_people::all_shown(desk.state, persons, false).await?;
        let mut ids: Vec<_> = work.first.iter().map(|contact| contact.case).collect();
        ids.sort_unstable();
        ids.dedup();
        let cases = desk.state.store.cases(&ids).await?;
        let shown = |case: &Case| match case_page::may_see_case(desk.signed, case) {
            true => html! { a href=(routes::case(case.id)) { (case.reference) } },
            false => html! { "–" },
        };
        Ok(Around { persons, cases: cases.iter().map(|(id, case)| (*id, shown(case))).collect() })
    }

    fn who(&self, contact: &Contact) -> &str {
        self.persons.get(&contact.person).map(String::as_str).unwrap_or_default()
    }

    fn case(&self, contact: &Contact) -> Markup {
        self.cases.get(&contact.case).cloned().unwrap_or_default()
    }
}
