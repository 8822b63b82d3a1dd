//! What the person who declared is told to do: by the rules in the form's file, each with its reason
//! (circular 15/2026/TT-BYT, article 13: who receives a declaration advises the declarant).

use crate::condition::{Enable, enabled};
use crate::model::Questionnaire;
use crate::setting::Setting;
use crate::value::Answers;
use crate::words::Words;
use bluezone_pages::{Text, text};

text! {
    WELL, "Sức khỏe bình thường", "You are well";
    WELL_DO, "Hôm nay bạn không cần làm gì thêm. Nếu thấy có dấu hiệu, hãy khai báo lại.",
        "There is nothing more to do today. If you notice signs of illness, declare again.";
    WATCH, "Hãy theo dõi sức khỏe", "Watch your health";
    WATCH_DO, "Theo dõi sức khỏe mỗi ngày, hạn chế tiếp xúc, đeo khẩu trang nơi đông người. Nếu thấy sốt, ho hoặc khó thở, hãy gọi trạm y tế.",
        "Watch your health every day, meet few people, wear a mask in crowds. If you get a fever, a cough or trouble breathing, call the health station.";
    CALL, "Hãy gọi trạm y tế ngay", "Call the health station now";
    CALL_DO, "Gọi {station}, điện thoại {phone}, và nói những gì bạn vừa khai. Ở yên tại chỗ, đeo khẩu trang, tránh tiếp xúc với người khác cho đến khi được hướng dẫn.",
        "Call {station}, telephone {phone}, and tell them what you declared. Stay where you are, wear a mask and keep away from others until you are told what to do."
}

/// How urgent it is, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Nothing to do.
    Well,
    /// Watch for signs.
    Watch,
    /// Call the health station.
    Call,
}

impl Level {
    /// All levels, the least urgent first.
    pub const ALL: [Level; 3] = [Level::Well, Level::Watch, Level::Call];

    /// Its name in files and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Well => "well",
            Level::Watch => "watch",
            Level::Call => "call",
        }
    }

    /// The level in a few words.
    pub const fn title(self) -> Text {
        match self {
            Level::Well => WELL,
            Level::Watch => WATCH,
            Level::Call => CALL,
        }
    }

    /// What to do. Of [`Level::Call`] the places `{station}` and `{phone}` are the caller's to fill.
    pub const fn what_to_do(self) -> Text {
        match self {
            Level::Well => WELL_DO,
            Level::Watch => WATCH_DO,
            Level::Call => CALL_DO,
        }
    }
}

/// A text that names no level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a level of advice: expected well, watch or call")]
pub struct InvalidLevel;

impl std::str::FromStr for Level {
    type Err = InvalidLevel;

    fn from_str(text: &str) -> Result<Level, InvalidLevel> {
        Level::ALL.into_iter().find(|level| level.as_str() == text).ok_or(InvalidLevel)
    }
}

/// Under this condition, this level, for this reason.
#[derive(Clone, PartialEq, Debug)]
pub struct AdviceRule {
    /// The level.
    pub level: Level,
    /// Why, for the person and for the officer.
    pub reason: Words,
    /// When.
    pub when: Enable,
}

/// What is advised, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice<'a> {
    /// The most urgent level of any rule that holds; [`Level::Well`] if none does.
    pub level: Level,
    /// The reasons for it. Places are filled with the form's parameters.
    pub reasons: Vec<&'a Words>,
}

/// Advice on answers that are valid.
pub fn advise<'a>(form: &'a Questionnaire, answers: &Answers, setting: &Setting) -> Advice<'a> {
    let counted = counted(form, answers, setting);
    let held: Vec<&AdviceRule> =
        form.advice.iter().filter(|rule| rule.when.holds(&counted, setting)).collect();
    let level = held.iter().map(|rule| rule.level).max().unwrap_or(Level::Well);
    let reasons = held.iter().filter(|rule| rule.level == level).map(|rule| &rule.reason).collect();
    Advice { level, reasons }
}

/// The answers to questions that apply: no other counts.
pub(crate) fn counted(form: &Questionnaire, answers: &Answers, setting: &Setting) -> Answers {
    let apply = enabled(form, answers, setting);
    let mut counted = Answers::default();
    for (link_id, values) in answers.iter().filter(|(link_id, _)| apply.contains(link_id)) {
        counted.set(link_id, values.to_vec());
    }
    counted
}
