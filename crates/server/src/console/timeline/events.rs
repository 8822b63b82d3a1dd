//! What happened, as events.

use super::Known;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{epi, routes, uploads, words};
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::case::{CaseChange, CaseField};
use bluezone_domain::disease;
use bluezone_domain::id::OfficerId;
use bluezone_domain::policy::Action;
use bluezone_pages::{Lang, text};
use bluezone_store::{CodeState, OpeningState};

text! {
    ONSET, "Khởi phát triệu chứng", "First symptoms";
    SAMPLE, "Lấy mẫu xét nghiệm", "Sample taken";
    RESULT, "Có kết quả xét nghiệm", "Test result";
    INFECTIOUS, "Bắt đầu tính tiếp xúc: {n} ngày trước khởi phát hoặc lấy mẫu ({source})",
        "Contacts count from here: {n} days before symptoms or sample ({source})";
    INFECTIOUS_BY_ONSET, "Bắt đầu tính tiếp xúc: {n} ngày trước khởi phát ({source})",
        "Contacts count from here: {n} days before symptoms ({source})";
    REPORTED, "Đã báo cáo lên tuyến trên", "Reported to the level above";
    REPORTED_CHANGED, "Ghi giờ báo cáo", "Time of the report noted";
    REGISTERED, "Ghi nhận ca: {to}", "Registered: {to}";
    CHANGED, "{from} → {to}", "{from} → {to}";
    DETAILS, "Sửa thông tin", "Details changed";
    HANDED, "Giao cho đơn vị khác", "Handed to another unit";
    CODE, "Cấp mã", "Code issued";
    REDEEMED, "Điện thoại đã dùng mã", "A phone used the code";
    SHARED, "Dữ liệu gửi đến: {kind}", "Data came in: {kind}";
    OPENED, "Đã mở dữ liệu: {kind}", "Data opened: {kind}";
    EXPOSED, "{n} người tiếp xúc lần cuối", "Last exposure of {n} contacts"
}

/// When something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Time {
    /// On a day, its midnight UTC.
    Day(Timestamp),
    /// At an instant.
    At(Timestamp),
    /// From one instant to another.
    Span(Timestamp, Timestamp),
}

impl Time {
    /// When it began.
    pub fn start(self) -> Timestamp {
        match self {
            Time::Day(at) | Time::At(at) | Time::Span(at, _) => at,
        }
    }

    /// When it was over.
    pub fn end(self) -> Timestamp {
        match self {
            Time::Day(at) | Time::At(at) | Time::Span(_, at) => at,
        }
    }
}

/// Where something stands on the strip; of one moment, the order in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lane {
    /// The illness: symptoms, sample, result.
    Illness,
    /// From when on contacts count.
    Infectious,
    /// Where the case was.
    Places,
    /// When contacts were last together with it.
    Contacts,
    /// What officers did.
    Record,
    /// Codes, and what phones sent.
    Phone,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub time: Time,
    /// Where it stands on the strip.
    pub lane: Lane,
    /// What, in the reader's language.
    pub what: String,
    /// Its page.
    pub href: Option<String>,
    /// Who did it.
    pub by: Option<String>,
}

fn event(time: Time, lane: Lane, what: impl Into<String>) -> Event {
    Event { time, lane, what: what.into(), href: None, by: None }
}

/// All that happened and that this officer may see, in the order of time.
pub async fn gather(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    known: &Known<'_>,
    name: impl Fn(OfficerId) -> String,
) -> Result<Vec<Event>, Failure> {
    let Known { case, codes, changes, points } = *known;
    let mut events = illness(lang, known);
    for point in points {
        let what =
            format!("{}: {}", epi::kind(lang, &point.details.setting), epi::name(&point.details.setting));
        events.push(event(Time::Span(point.from, point.to), Lane::Places, what));
    }
    for code in codes {
        let by = Some(name(code.issued_by));
        events.push(Event { by, ..event(Time::At(code.issued_at), Lane::Phone, CODE.get(lang)) });
        if let CodeState::Used(at) = code.state {
            events.push(event(Time::At(at), Lane::Phone, REDEEMED.get(lang)));
        }
    }
    if signed.may(Action::SeeContacts) {
        for (day, count) in state.store.exposures_of_case(case.id).await? {
            let what = EXPOSED.fill(lang, &[("n", &count.to_string())]);
            let href = Some(routes::contacts_of(case.id));
            events.push(Event { href, ..event(Time::Day(day), Lane::Contacts, what) });
        }
    }
    if signed.may(Action::OpenUpload) {
        for upload in state.store.uploads_of_case(case.id).await? {
            let kind = uploads::kind(&upload).get(lang);
            let what = SHARED.fill(lang, &[("kind", kind)]);
            let own = upload.unit == signed.officer.unit;
            let href = own.then(|| routes::upload(&upload.hash));
            events
                .push(Event { href: href.clone(), ..event(Time::At(upload.received_at), Lane::Phone, what) });
            if let OpeningState::Opened { at, .. } = upload.state {
                let what = OPENED.fill(lang, &[("kind", kind)]);
                events.push(Event { href, ..event(Time::At(at), Lane::Phone, what) });
            }
        }
    }
    events.extend(changes.iter().map(|change| {
        let by = Some(name(change.by));
        Event { by, ..event(Time::At(change.at), Lane::Record, changed(lang, change)) }
    }));
    events.sort_by_key(|event| (event.time.start(), event.lane));
    Ok(events)
}

fn illness(lang: Lang, known: &Known<'_>) -> Vec<Event> {
    let case = known.case;
    let dates =
        [(case.facts.symptom_onset, ONSET), (case.facts.test_date, SAMPLE), (case.result_date, RESULT)];
    let mut events: Vec<Event> = dates
        .into_iter()
        .filter_map(|(day, what)| Some(event(Time::Day(day?), Lane::Illness, what.get(lang))))
        .collect();
    // By the rule of the day on which the case was registered, as its contacts' pages have it.
    if let Some(disease) = disease::find(&case.disease)
        && let Some(rule) = disease.trace_window(case.created_at)
        && let Some(time) = disease.infectious(&case.facts, case.created_at, case.created_at)
    {
        let days = rule.days_before.to_string();
        let words = if rule.by_sample { INFECTIOUS } else { INFECTIOUS_BY_ONSET };
        let what = words.fill(lang, &[("n", &days), ("source", &rule.source)]);
        events.push(event(Time::Day(*time.start()), Lane::Infectious, what));
    }
    if let Some(at) = case.reported_at {
        events.push(event(Time::At(at), Lane::Record, REPORTED.get(lang)));
    }
    events
}

fn changed(lang: Lang, change: &CaseChange) -> String {
    let to = words::status(lang, change.to);
    match change.from {
        None => REGISTERED.fill(lang, &[("to", to)]),
        Some(from) if from != change.to => {
            CHANGED.fill(lang, &[("from", words::status(lang, from)), ("to", to)])
        }
        Some(_) => match change.fields.as_slice() {
            [field] if field.field == CaseField::ReportedAt => REPORTED_CHANGED,
            [field] if field.field == CaseField::Assigned => HANDED,
            _ => DETAILS,
        }
        .get(lang)
        .to_owned(),
    }
}
