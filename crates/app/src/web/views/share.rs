//! Telling a health unit what this phone recorded: as a case, or as somebody warned. Each purpose is a box of its own, none
//! of them ticked.

use super::share_words::*;
use super::units::{Units, units};
use super::{Frame, Tab};
use bluezone_device::{Purpose, ToldDay};
use bluezone_pages::form::{CSRF_FIELD, Field, tick, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, button, card, fold, link_button, status};
use bluezone_pages::time::{day, time_tag};
use bluezone_pages::{Lang, Text};
use std::fmt;

/// Which of the two.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// A case that redeemed a code.
    Case,
    /// A warned person.
    Contact,
}

impl Way {
    /// The page's address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Case => "/share",
            Self::Contact => "/tell",
        }
    }

    /// The boxes: name of the field, purpose, words beside it.
    pub const fn boxes(self) -> &'static [(&'static str, Purpose, Text)] {
        match self {
            Self::Case => {
                &[("share", Purpose::ShareContacts, SHARE_BOX), ("asked", Purpose::BeAsked, ASKED_BOX)]
            }
            Self::Contact => &[
                ("report", Purpose::ReportContacts, REPORT_BOX),
                ("named", Purpose::GiveName, NAME_BOX),
                ("asked", Purpose::BeAsked, ASKED_BOX),
            ],
        }
    }
}

/// Why nothing can be shared.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Closed {
    /// No log, witnesses and keeper are pinned.
    NotPinned,
    /// No code within the last day, or no warning.
    NoReason,
    /// All days were told.
    AllTold,
    /// The log has not been read or confirmed for a day, so no unit's key can be trusted.
    LogUnread,
}

/// What can be shared, and what was entered.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// Days not told yet, oldest first.
    pub days: Vec<ToldDay>,
    /// Days left out by the owner, epoch seconds.
    pub left_out: Vec<i64>,
    /// Whether requests can reach this phone already.
    pub asked: bool,
    /// The unit.
    pub units: Units,
    /// Fields of the boxes ticked.
    pub ticked: Vec<&'static str>,
    /// Name entered.
    pub name: String,
    /// Telephone number entered.
    pub phone: String,
    /// Problems with what was sent: (field, words).
    pub problems: Vec<(&'static str, Text)>,
}

impl Form {
    /// Whether a purpose can be agreed to: not when it was before, nor when there is nothing to send for it.
    fn offers(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::BeAsked => !self.asked,
            _ => !self.days.is_empty(),
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(..)")
    }
}

/// Draws the page when nothing can be shared.
pub fn closed(frame: &Frame, way: Way, why: Closed) -> Markup {
    let lang = frame.lang;
    let (title, words) = match (why, way) {
        (Closed::NotPinned, _) => (NOT_PINNED, NOT_PINNED_WHY),
        (Closed::LogUnread, _) => (LOG_UNREAD, LOG_UNREAD_WHY),
        (Closed::AllTold, _) => (ALL_TOLD, ALL_TOLD_WHY),
        (Closed::NoReason, Way::Case) => (NO_CODE, NO_CODE_WHY),
        (Closed::NoReason, Way::Contact) => (NO_WARNING, NO_WARNING_WHY),
    };
    let body = html! {
        (status(Tone::Info, Icon::Info, title.get(lang), html! { p { (words.get(lang)) } }))
        div.actions { (link_button(Weight::Secondary, "/data", MY_DATA.get(lang))) }
    };
    page(frame, way, body)
}

/// Draws the form.
pub fn form(frame: &Frame, way: Way, form: &Form) -> Markup {
    let lang = frame.lang;
    let problems: Vec<(&str, &str)> =
        form.problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let why = match way {
        Way::Case => SHARE_WHY,
        Way::Contact => TELL_WHY,
    };
    let body = html! {
        (to_mend(lang, &problems))
        p { (why.get(lang)) }
        @if !form.days.is_empty() { (units(lang, way.path(), &form.units)) }
        form.form method="post" action=(way.path()) novalidate {
            input type="hidden" name=(CSRF_FIELD) value=(frame.csrf);
            @if let Some(unit) = &form.units.chosen { input type="hidden" name="unit" value=(unit.code); }
            @if !form.days.is_empty() {
                (days(lang, &form.days, &form.left_out))
                (meaning(lang, way))
            }
            section.card.accent {
                h2 { (AGREE.get(lang)) }
                p.small { (AGREE_WHY.get(lang)) }
                @for (field, purpose, words) in way.boxes() {
                    @if form.offers(*purpose) {
                        (tick(field, words.get(lang), form.ticked.contains(field), problem(&problems, field)))
                    }
                    @if *purpose == Purpose::GiveName { (who(lang, form, &problems)) }
                }
                div.actions {
                    (button(Weight::Primary, SEND.get(lang)))
                    (link_button(Weight::Secondary, "/", NO.get(lang)))
                }
                p.small { (TAKE_BACK.get(lang)) }
            }
        }
    };
    page(frame, way, body)
}

fn page(frame: &Frame, way: Way, body: Markup) -> Markup {
    let lang = frame.lang;
    let (tab, title, back) = match way {
        Way::Case => (Tab::Report, SHARE_TITLE, ("/report", BACK_REPORT.get(lang))),
        Way::Contact => (Tab::Home, TELL_TITLE, ("/warning", BACK_WARNING.get(lang))),
    };
    layout(&Page { back: Some(back), body, ..frame.page(tab, title.get(lang)) })
}

fn problem<'a>(problems: &[(&str, &'a str)], field: &str) -> Option<&'a str> {
    problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words)
}

fn who(lang: Lang, form: &Form, problems: &[(&str, &str)]) -> Markup {
    html! {
        (Field::input(lang, "text", "name", NAME.get(lang)).value(&form.name).optional().complete("name")
            .error(problem(problems, "name")))
        (Field::input(lang, "tel", "phone", PHONE.get(lang)).value(&form.phone).optional().complete("tel")
            .error(problem(problems, "phone")))
    }
}

/// The days as boxes, each ticked unless the owner left it out.
pub fn days(lang: Lang, days: &[ToldDay], left_out: &[i64]) -> Markup {
    html! {
        section.card {
            h2 #day { (DAYS.get(lang)) }
            p.small { (DAYS_WHY.get(lang)) }
            ul.days {
                @for told in days.iter().rev() {
                    li {
                        label.choice {
                            input type="checkbox" name="day" value=(told.day.0)
                                checked[!left_out.contains(&told.day.0)];
                            span { (time_tag(told.day.0, &day(lang, told.day.0))) br; (count(lang, told)) }
                        }
                    }
                }
            }
            p.small { (DAY_NOTE.get(lang)) }
        }
    }
}

fn count(lang: Lang, told: &ToldDay) -> Markup {
    let number = told.identifiers.to_string();
    let words = match told.identifiers {
        0 => HEARD_NONE.get(lang).to_owned(),
        1 => HEARD_ONE.get(lang).to_owned(),
        _ => HEARD.fill(lang, &[("n", &number)]),
    };
    html! {
        span.small {
            (words)
            @if told.links { "; " (LINKS.get(lang)) }
            @if told.left_out > 0 { br; (LEFT_OUT.fill(lang, &[("n", &told.left_out.to_string())])) }
        }
    }
}

fn meaning(lang: Lang, way: Way) -> Markup {
    let list = |words: &[Text]| html! { ul { @for line in words { li { (line.get(lang)) } } } };
    let sent: &[Text] = match way {
        Way::Case => &[SENT_HEARD, SENT_KEY],
        Way::Contact => &[SENT_WARNED, SENT_KEY],
    };
    html! {
        (card(MEANS.get(lang), list(sent)))
        (alert(Tone::Caution, LINK_TITLE.get(lang), html! { p { (LINK_WHY.get(lang)) } }))
        (fold(PROTECTED.get(lang), list(&[PROTECTED_1, PROTECTED_2, PROTECTED_3])))
    }
}
