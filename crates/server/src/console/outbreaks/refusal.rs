//! Why a plan is not taken although no one field of the form is to blame.

use bluezone_pages::parts::{Tone, alert};
use bluezone_pages::{Lang, text};
use bluezone_planner::ScenarioError;
use maud::{Markup, html};

text! {
    ENOUGH, "Đơn vị đã có ba kế hoạch đang chờ hoặc đang tính", "Three plans of this unit are waiting or being computed";
    ENOUGH_WHY, "Hãy đợi, hoặc dừng một kế hoạch.", "Wait, or stop one.";
    WRONG, "Mô hình không nhận kịch bản này", "The model does not take this scenario";
    LINE, "Dòng {line}: tệp không đúng cú pháp TOML. Hãy sửa chỗ này rồi gửi lại:",
        "Line {line} is no TOML. Mend this place and send it again:";
    FIELD_AT_LINE, "Dòng {line}, trường {field}: tên hoặc giá trị không dùng được. Hãy sửa chỗ này rồi gửi lại:",
        "Line {line}, field {field}: its name or value cannot be used. Mend this place and send it again:";
    FIELD, "Trường {field} có giá trị không dùng được. Hãy sửa chỗ này rồi gửi lại:",
        "Field {field} has a value that cannot be used. Mend this place and send it again:"
}

/// Why.
#[derive(Debug)]
pub enum Refusal {
    /// The unit has as many open plans as it may.
    Enough,
    /// The planner refuses a value.
    Scenario(ScenarioError),
}

impl From<ScenarioError> for Refusal {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(error)
    }
}

impl Refusal {
    /// As an alert above the form. The planner's own words are English; where it is and what to do stand before them.
    pub fn draw(&self, lang: Lang) -> Markup {
        let error = match self {
            Self::Enough => {
                return alert(Tone::Bad, ENOUGH.get(lang), html! { p { (ENOUGH_WHY.get(lang)) } });
            }
            Self::Scenario(error) => error,
        };
        let lead = match error {
            ScenarioError::Syntax { line, .. } => LINE.fill(lang, &[("line", &line.to_string())]),
            ScenarioError::Field { line, field, .. } => {
                FIELD_AT_LINE.fill(lang, &[("line", &line.to_string()), ("field", field)])
            }
            ScenarioError::Value { field, .. } => FIELD.fill(lang, &[("field", field)]),
        };
        alert(
            Tone::Bad,
            WRONG.get(lang),
            html! {
                p { (lead) }
                p { code lang="en" { (error) } }
            },
        )
    }
}
