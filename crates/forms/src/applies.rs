//! When an item applies: for the pages' script, and in words for who reads.

use crate::condition::{Condition, Enable, Operand, Operator, Test};
use crate::draw::yes_no;
use crate::limit::Limit;
use crate::model::Questionnaire;
use crate::problem::{date, number};
use crate::setting::Setting;
use bluezone_pages::{Lang, text};
use serde_json::json;
use std::collections::BTreeMap;

text! {
    ONLY_IF, "Chỉ trả lời nếu {when}.", "Answer only if {when}.";
    AND, " và ", " and ";
    OR, " hoặc ", " or ";
    ANSWERED, "có trả lời câu {n}", "question {n} is answered";
    NOT_ANSWERED, "không trả lời câu {n}", "question {n} is not answered";
    IS, "câu {n} là “{answer}”", "question {n} is “{answer}”";
    IS_NOT, "câu {n} không phải là “{answer}”", "question {n} is not “{answer}”";
    ABOVE, "câu {n} trên {answer}", "question {n} is above {answer}";
    AT_LEAST, "câu {n} từ {answer} trở lên", "question {n} is {answer} or more";
    BELOW, "câu {n} dưới {answer}", "question {n} is below {answer}";
    AT_MOST, "câu {n} từ {answer} trở xuống", "question {n} is {answer} or less"
}

/// When an item applies, for the pages' script: a JSON list of [field, operator, value], as the fields have it.
pub(crate) fn for_script(enable: &Enable, setting: &Setting) -> String {
    let one = |condition: &Condition| {
        let (operator, operand) = match &condition.test {
            Test::Exists(wanted) => return json!([condition.question, "exists", wanted]),
            Test::Is(operator, operand) => (operator.sign(), operand),
        };
        let value = match operand {
            Operand::Boolean(yes) => json!(if *yes { "yes" } else { "no" }),
            Operand::Text(text) | Operand::Code(text) => json!(text),
            Operand::Date(day) => json!(day.to_string()),
            Operand::Limit(limit) => match limit.date(setting) {
                Some(day) => json!(day.to_string()),
                None => json!(limit.number(setting)),
            },
        };
        json!([condition.question, operator, value])
    };
    enable.conditions.iter().map(one).collect::<serde_json::Value>().to_string()
}

/// When an item applies, as a sentence; none if always.
pub(crate) fn when(
    enable: &Enable,
    form: &Questionnaire,
    numbers: &BTreeMap<&str, usize>,
    lang: Lang,
    setting: &Setting,
) -> Option<String> {
    if enable.conditions.is_empty() {
        return None;
    }
    if let Some(words) = one_of(enable, form, numbers, lang, setting) {
        return Some(ONLY_IF.fill(lang, &[("when", &words)]));
    }
    let joint = if enable.any { OR } else { AND };
    let all: Vec<String> =
        enable.conditions.iter().map(|one| condition(one, form, numbers, lang, setting)).collect();
    Some(ONLY_IF.fill(lang, &[("when", &all.join(joint.get(lang)))]))
}

/// Several answers to one question, any of which is enough: `question 3 is “Fever”, “Cough”`.
fn one_of(
    enable: &Enable,
    form: &Questionnaire,
    numbers: &BTreeMap<&str, usize>,
    lang: Lang,
    setting: &Setting,
) -> Option<String> {
    let question = &enable.conditions.first()?.question;
    let item = form.item(question)?;
    let mut answers = Vec::new();
    for condition in &enable.conditions {
        match &condition.test {
            Test::Is(Operator::Equal, Operand::Code(code))
                if enable.any && condition.question == *question =>
            {
                answers.push(item.words_of(code, None, lang, setting)?);
            }
            _ => return None,
        }
    }
    let n = numbers.get(question.as_str())?.to_string();
    Some(IS.fill(lang, &[("n", &n), ("answer", &answers.join("”, “"))]))
}

fn condition(
    condition: &Condition,
    form: &Questionnaire,
    numbers: &BTreeMap<&str, usize>,
    lang: Lang,
    setting: &Setting,
) -> String {
    let n = numbers.get(condition.question.as_str()).copied().unwrap_or_default().to_string();
    let (operator, operand) = match &condition.test {
        Test::Exists(true) => return ANSWERED.fill(lang, &[("n", &n)]),
        Test::Exists(false) => return NOT_ANSWERED.fill(lang, &[("n", &n)]),
        Test::Is(operator, operand) => (*operator, operand),
    };
    let words = match operator {
        Operator::Equal => IS,
        Operator::NotEqual => IS_NOT,
        Operator::Greater => ABOVE,
        Operator::GreaterOrEqual => AT_LEAST,
        Operator::Less => BELOW,
        Operator::LessOrEqual => AT_MOST,
    };
    let answer = match operand {
        Operand::Boolean(yes) => yes_no(*yes).get(lang).to_owned(),
        Operand::Text(text) => text.clone(),
        Operand::Date(day) => date(*day),
        Operand::Limit(limit @ (Limit::Today(_) | Limit::Date(_))) => {
            limit.date(setting).map(date).unwrap_or_default()
        }
        Operand::Limit(limit) => limit.number(setting).map(|value| number(lang, value)).unwrap_or_default(),
        Operand::Code(code) => {
            let item = form.item(&condition.question);
            item.and_then(|item| item.words_of(code, None, lang, setting)).unwrap_or_else(|| code.clone())
        }
    };
    words.fill(lang, &[("n", &n), ("answer", &answer)])
}
