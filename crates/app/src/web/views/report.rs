//! Reporting a diagnosis: enter the code, see exactly what would be shared, decide, watch it end.

use super::report_words::*;
use super::{Frame, Tab};
use bluezone_device::{DayKind, Follows};
use bluezone_pages::form::{CSRF_FIELD, Field, form, tick, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, button, card, fold, link_button, status, steps};
use bluezone_pages::time::{clock, date_time, day, time_tag};
use bluezone_pages::{Lang, Text};
use bluezone_protocol::api::TestType;
use std::fmt;

/// Where a report stands, as the pages tell it.
#[derive(Clone, PartialEq)]
pub enum ReportPage {
    /// No report: a code can be entered.
    Enter {
        /// What was entered.
        code: String,
        /// Why it was refused before it was sent.
        error: Option<EnterError>,
    },
    /// A call to the server is under way or waits to be tried again.
    Sending(Sending),
    /// The owner is asked.
    Confirm(Confirm),
    /// Published.
    Done {
        /// As what.
        test_type: TestType,
        /// When, epoch seconds.
        at: i64,
        /// The days, epoch seconds.
        days: Vec<i64>,
        /// The server did not take all of them.
        left_out: bool,
        /// More can be shared.
        share: bool,
    },
    /// Over without success.
    Failed {
        /// Why.
        failure: Failure,
        /// Keys had left the phone and may be public.
        maybe_published: bool,
    },
}

/// The name only: pages hold codes, days of illness and onsets.
impl fmt::Debug for ReportPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportPage(..)")
    }
}

/// Why a code was not even sent.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum EnterError {
    /// Neither eight digits nor the code of a link.
    Format,
    /// This phone sends the original scheme.
    Scheme,
    /// Keys of an earlier report are on their way.
    InProgress,
}

/// What is being sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sending {
    /// The keys; otherwise the code.
    pub keys: bool,
    /// The last call failed: when it is tried again, epoch seconds.
    pub retry_at: Option<i64>,
    /// The server accepts no short codes for a while.
    pub paused: bool,
}

/// One day's keys of one kind.
#[derive(Copy, Clone, PartialEq)]
pub struct Day {
    /// Start, epoch seconds.
    pub start: i64,
    /// Hours that others could recognise.
    pub hours: f64,
    /// What becomes of them.
    pub kind: DayKind,
}

/// What the owner is asked.
#[derive(Clone, PartialEq)]
pub struct Confirm {
    /// What the code stands for.
    pub test_type: TestType,
    /// What it does to an earlier report.
    pub follows: Follows,
    /// The disease's name in the reader's language.
    pub disease: String,
    /// The days, oldest first.
    pub days: Vec<Day>,
    /// Onset of symptoms as entered or as the officer knows it, `YYYY-MM-DD` or empty.
    pub onset: String,
    /// Problems with what was sent: (field, words).
    pub problems: Vec<(&'static str, Text)>,
    /// Days left out by the owner, epoch seconds.
    pub left_out: Vec<i64>,
}

impl Confirm {
    /// Whether the report makes no sense without a new day.
    pub fn wants_a_day(&self) -> bool {
        self.follows != Follows::NewFinding
    }

    /// Whether a day is not shared at all, being too far from the onset.
    pub fn leaves_out(&self, day: i64) -> bool {
        let mut kinds = self.days.iter().filter(|known| known.start == day).map(|known| known.kind);
        kinds.any(|kind| kind == DayKind::TooFar)
    }

    fn of_kind(&self, kind: DayKind) -> Vec<Day> {
        self.days.iter().rev().filter(|day| day.kind == kind).copied().collect()
    }
}

/// Why a report ended without success.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The code is unknown, expired or used.
    Code,
    /// Nothing was published that could be withdrawn.
    NothingToWithdraw,
    /// More than 24 hours passed.
    TooLate,
    /// A report whose answer was lost did publish some of the keys.
    AlreadyPublished,
    /// Anything else.
    Other,
}

/// Draws the page of a report.
pub fn report(frame: &Frame, page: &ReportPage) -> Markup {
    let lang = frame.lang;
    let (now, body) = match page {
        ReportPage::Enter { code, error } => (0, enter(frame, code, *error)),
        ReportPage::Sending(sending) => (if sending.keys { 2 } else { 0 }, sending_body(frame, sending)),
        ReportPage::Confirm(confirm) => (1, confirm_body(frame, confirm)),
        ReportPage::Done { test_type, at, days, left_out, share } => {
            (4, done(frame, *test_type, *at, days, *left_out, *share))
        }
        ReportPage::Failed { failure, maybe_published } => (0, failed(frame, *failure, *maybe_published)),
    };
    let body = html! {
        (steps(lang, &[STEP_CODE, STEP_CHOOSE, STEP_SEND, STEP_DONE].map(|step| step.get(lang)), now))
        (body)
    };
    let reload_s = matches!(page, ReportPage::Sending(_)).then_some(3);
    layout(&Page { reload_s, body, ..frame.page(Tab::Report, TITLE.get(lang)) })
}

fn enter(frame: &Frame, code: &str, error: Option<EnterError>) -> Markup {
    let lang = frame.lang;
    let words = error.map(|error| {
        match error {
            EnterError::Format => WRONG_FORM,
            EnterError::Scheme => WRONG_SCHEME,
            EnterError::InProgress => IN_PROGRESS,
        }
        .get(lang)
    });
    html! {
        section.card {
            p { (ENTER_WHY.get(lang)) }
            (form("/report/code", frame.csrf, html! {
                (Field::input(lang, "text", "code", CODE_LABEL.get(lang)).hint(CODE_HINT.get(lang)).value(code)
                    .error(words).complete("one-time-code").verbatim())
                (button(Weight::Primary, CODE_SEND.get(lang)))
            }))
            p.small { (ENTER_SAFE.get(lang)) }
        }
        (fold(NO_CODE.get(lang), html! { p { (NO_CODE_WHY.get(lang)) } }))
        (fold(WHO_ASKS.get(lang), html! { p { (WHO_ASKS_WHY.get(lang)) } }))
    }
}

fn sending_body(frame: &Frame, sending: &Sending) -> Markup {
    html! {
        section.card {
            div role="status" data-refresh="/report/progress" data-every="2" { (progress(frame, sending)) }
        }
    }
}

/// The changing part of the page while something is sent. Also the answer that renews it.
pub fn progress(frame: &Frame, sending: &Sending) -> Markup {
    let lang = frame.lang;
    let (title, words) =
        if sending.keys { (SENDING_KEYS, SENDING_KEYS_WHY) } else { (SENDING_CODE, SENDING_CODE_WHY) };
    html! {
        p.busy { (title.get(lang)) }
        p { (words.get(lang)) }
        @if sending.paused {
            (alert(Tone::Caution, PAUSED.get(lang), html! { p { (PAUSED_WHY.get(lang)) } }))
        } @else if sending.retry_at.is_some() {
            (alert(Tone::Info, NO_ANSWER.get(lang), html! { p { (NO_ANSWER_WHY.get(lang)) } }))
        }
        div.actions {
            @if let Some(at) = sending.retry_at {
                (form("/report/retry", frame.csrf, html! {
                    (button(Weight::Secondary, RETRY_NOW.get(lang)))
                    p.small { (RETRY_AT.fill(lang, &[("t", &clock(lang, at))])) }
                }))
            }
            // Keys that were agreed to may already be on the server: there is nothing left to cancel.
            @if !sending.keys { (cancel(frame, CANCEL.get(lang))) }
        }
    }
}

fn cancel(frame: &Frame, label: &str) -> Markup {
    form("/report/cancel", frame.csrf, button(Weight::Secondary, label))
}

fn confirm_body(frame: &Frame, confirm: &Confirm) -> Markup {
    let lang = frame.lang;
    let disease = [("disease", confirm.disease.as_str())];
    let found = match confirm.test_type {
        TestType::Confirmed => ASK_CONFIRMED,
        TestType::Likely => ASK_LIKELY,
        TestType::UserReport => ASK_SELF,
        TestType::Negative => ASK_WITHDRAW,
        TestType::Contact => ASK_CONTACT,
    };
    let (title, words) = match (confirm.test_type, confirm.follows) {
        (TestType::Negative, _) => (found, ASK_WITHDRAW_WHY),
        (TestType::Contact, _) => (found, ASK_CONTACT_WHY),
        (_, Follows::NewFinding) => (ASK_CHANGE, ASK_CHANGE_WHY),
        (_, Follows::SameFinding) => (found, ASK_AGAIN_WHY),
        (_, Follows::Nothing) => (found, ASK_WHY),
    };
    let problems: Vec<(&str, &str)> =
        confirm.problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    html! {
        (to_mend(lang, &problems))
        (status(Tone::Info, Icon::Check, &title.fill(lang, &disease), html! { p { (words.get(lang)) } }))
        form.form method="post" action="/report/consent" novalidate {
            input type="hidden" name=(CSRF_FIELD) value=(frame.csrf);
            (what_is_shared(lang, confirm))
            @if !matches!(confirm.test_type, TestType::Negative | TestType::Contact) && confirm.follows == Follows::Nothing {
                section.card {
                    (Field::input(lang, "date", "onset", ONSET.get(lang)).hint(ONSET_HINT.get(lang))
                        .value(&confirm.onset).optional().error(problem(&problems, "onset")))
                }
            }
            (reveals(lang, confirm))
            section.card.accent {
                (tick("agree", AGREE.get(lang), false, problem(&problems, "agree")))
                div.actions {
                    (button(Weight::Primary, if confirm.test_type == TestType::Negative { WITHDRAW } else { PUBLISH }.get(lang)))
                }
                p.small { (NOT_NOW.get(lang)) }
            }
        }
        div.actions { (cancel(frame, REFUSE.get(lang))) }
    }
}

fn problem<'a>(problems: &[(&str, &'a str)], field: &str) -> Option<&'a str> {
    problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words)
}

fn what_is_shared(lang: Lang, confirm: &Confirm) -> Markup {
    let [before, new, far] =
        [DayKind::Before, DayKind::New, DayKind::TooFar].map(|kind| confirm.of_kind(kind));
    let is_contact = confirm.test_type == TestType::Contact;
    let shared = match new.len() {
        n if is_contact => SHARED_CONTACT.fill(lang, &[("n", &n.to_string())]),
        1 => SHARED_ONE.get(lang).to_owned(),
        n => SHARED_WHY.fill(lang, &[("n", &n.to_string())]),
    };
    html! {
        section.card {
            h2 #day { (SHARED.get(lang)) }
            @if confirm.test_type != TestType::Negative {
                @if new.is_empty() {
                    p { strong { (NOTHING_YET.get(lang)) } }
                } @else {
                    p { (shared) }
                    p.small { (LEAVE_OUT.get(lang)) }
                    ul.days {
                        @for Day { start, hours, .. } in &new {
                            li {
                                label.choice {
                                    input type="checkbox" name="day" value=(start)
                                        checked[!confirm.left_out.contains(start)];
                                    span { (day_line(lang, *start)) br; (hours_line(lang, *hours)) }
                                }
                            }
                        }
                    }
                }
            }
            @if !before.is_empty() { (days_as_text(lang, BEFORE, &before)) }
            @if !far.is_empty() { (days_as_text(lang, if is_contact { FAR_CONTACT } else { FAR }, &far)) }
            p.small { (DAY_NOTE.get(lang)) }
        }
    }
}

/// Days that are not the owner's to choose.
fn days_as_text(lang: Lang, words: Text, days: &[Day]) -> Markup {
    html! {
        p { (words.get(lang)) }
        ul { @for Day { start, hours, .. } in days { li { (day_line(lang, *start)) " " (hours_line(lang, *hours)) } } }
    }
}

fn day_line(lang: Lang, start: i64) -> Markup {
    time_tag(start, &day(lang, start))
}

fn hours_line(lang: Lang, hours: f64) -> Markup {
    html! { span.small { (HOURS.fill(lang, &[("h", &whole(lang, hours))])) } }
}

/// Hours without needless decimals: `24`, `7,5`.
fn whole(lang: Lang, hours: f64) -> String {
    let rounded = format!("{}", (hours * 10.0).round() / 10.0);
    match lang {
        Lang::Vi => rounded.replace('.', ","),
        Lang::En => rounded,
    }
}

fn reveals(lang: Lang, confirm: &Confirm) -> Markup {
    let list = |words: &[Text]| html! { ul { @for line in words { li { (line.get(lang)) } } } };
    if confirm.test_type == TestType::Negative {
        return html! {};
    }
    let revealed = if confirm.test_type == TestType::Contact { REVEALED_CONTACT } else { REVEALED_1 };
    html! {
        div.grid {
            (card(NOT_SENT.get(lang), list(&[NOT_SENT_1, NOT_SENT_2, NOT_SENT_3])))
            (card(REVEALED.get(lang), list(&[revealed, REVEALED_2, REVEALED_3])))
        }
    }
}

fn done(frame: &Frame, test_type: TestType, at: i64, days: &[i64], left_out: bool, share: bool) -> Markup {
    let lang = frame.lang;
    let (title, words) = match test_type {
        TestType::Negative => (WITHDRAWN, WITHDRAWN_WHY),
        TestType::Contact => (PUBLISHED, PUBLISHED_CONTACT_WHY),
        _ => (PUBLISHED, PUBLISHED_WHY),
    };
    html! {
        (status(Tone::Good, Icon::Check, title.get(lang), html! {
            p { (words.get(lang)) }
            p.small { (SENT_AT.fill(lang, &[("t", &date_time(lang, at))])) }
            ul { @for shared in days { li { (day_line(lang, *shared)) } } }
            @if left_out { p { strong { (LEFT_OUT.get(lang)) } } }
        }))
        @if test_type != TestType::Negative {
            (card(NEXT.get(lang), html! {
                ul { @for line in [NEXT_1, NEXT_2, NEXT_3] { li { (line.get(lang)) } } }
            }))
            @if share {
                (card(SHARE.get(lang), html! {
                    p { (SHARE_WHY.get(lang)) }
                    div.actions { (link_button(Weight::Secondary, "/share", SHARE_SEE.get(lang))) }
                }))
            }
        }
        div.actions {
            (link_button(Weight::Primary, "/", super::BACK_HOME.get(lang)))
            (cancel(frame, CLOSE.get(lang)))
        }
    }
}

fn failed(frame: &Frame, failure: Failure, maybe_published: bool) -> Markup {
    let lang = frame.lang;
    let (title, words) = match failure {
        Failure::Code => (CODE_REFUSED, CODE_REFUSED_WHY),
        Failure::NothingToWithdraw => (NO_WITHDRAW, NO_WITHDRAW_WHY),
        Failure::TooLate => (TOO_LATE, TOO_LATE_WHY),
        Failure::AlreadyPublished => (ALREADY, ALREADY_WHY),
        Failure::Other => (OTHER, OTHER_WHY),
    };
    let sent = match (failure, maybe_published) {
        // It says so itself.
        (Failure::AlreadyPublished, _) => None,
        (_, true) => Some(MAYBE_SENT),
        (_, false) => Some(NOTHING_SENT),
    };
    html! {
        (status(Tone::Bad, Icon::Cross, title.get(lang), html! {
            p { (words.get(lang)) }
            @if let Some(sent) = sent { p { (sent.get(lang)) } }
        }))
        div.actions { (form("/report/cancel", frame.csrf, button(Weight::Primary, AGAIN.get(lang)))) }
    }
}
