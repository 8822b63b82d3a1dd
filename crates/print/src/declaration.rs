//! A declaration on paper: the questions that applied and what was answered.

use crate::PrintError;
use crate::report::{Block, Report, Section, report};
use bluezone_forms::{Answers, Questionnaire, Setting, print};
use bluezone_pages::Lang;

/// Draws what was answered to a form. `about` are lines below the title: who, when, for whom; `foot` stands on each page.
pub fn declaration(
    form: &Questionnaire,
    answers: &Answers,
    lang: Lang,
    setting: &Setting<'_>,
    about: Vec<String>,
    foot: String,
) -> Result<Vec<u8>, PrintError> {
    let mut about = about;
    about.push(print::version(form, lang));
    report(&Report {
        lang,
        title: form.title.fill(lang, setting.parameters),
        about,
        sections: vec![Section {
            title: String::new(),
            blocks: vec![Block::Facts(print::answered(form, answers, lang, setting))],
        }],
        foot,
    })
}
