//! `enableWhen`, and the same conditions inside an advice rule.

use super::extension::{Extension, extensions, one};
use super::node::{Fields, Node};
use super::{FormError, OWN};
use crate::condition::{Condition, Enable, Operand, Operator, Test};
use crate::limit::Limit;

const ANSWERS: [&str; 6] =
    ["answerBoolean", "answerInteger", "answerDecimal", "answerDate", "answerString", "answerCoding"];

/// `enableWhen` and `enableBehavior` of an item.
pub(super) fn enable(fields: &Fields) -> Result<Enable, FormError> {
    let nodes = fields.list("enableWhen")?;
    let any = match fields.get("enableBehavior") {
        None if nodes.len() > 1 => return nodes[1].fail("several conditions need enableBehavior"),
        None => false,
        Some(behavior) => match behavior.str()? {
            "any" => true,
            "all" => false,
            _ => return behavior.fail("expected any or all"),
        },
    };
    Ok(Enable { any, conditions: nodes.iter().map(condition).collect::<Result<_, _>>()? })
}

fn condition(node: &Node) -> Result<Condition, FormError> {
    let mut known = vec!["question", "operator", "_answerInteger", "_answerDate"];
    known.extend(ANSWERS);
    let fields = node.fields(&known)?;
    let mut given = ANSWERS.iter().filter_map(|key| Some((*key, fields.get(key)?)));
    let moving = ["_answerInteger", "_answerDate"].iter().find_map(|key| fields.get(key));
    let operand = match (given.next(), given.next(), moving) {
        (Some((key, value)), None, None) => Ok(Answer { key, value }),
        (None, None, Some(element)) => Err(moving_limit(&element)?),
        _ => return node.fail("expected one answer"),
    };
    build(&fields.need("question")?, &fields.need("operator")?, operand)
}

/// A condition of an advice rule: `question`, `operator`, and as `answer` a value.
pub(super) fn in_extension(extension: &Extension) -> Result<Condition, FormError> {
    let parts = extension.parts(&["question", "operator", "answer"])?;
    let answer = extension.part(&parts, "answer")?;
    let (key, value) = answer.any_value()?;
    let question = extension.part(&parts, "question")?.value("valueString")?;
    let operator = extension.part(&parts, "operator")?.value("valueCode")?;
    build(&question, &operator, Ok(Answer { key, value }))
}

struct Answer<'a> {
    /// `answerBoolean`, or `valueBoolean`.
    key: &'a str,
    value: Node<'a>,
}

/// An end of a range that moves with the day: an element without value but with our extension `limit`.
pub(super) fn moving_limit(element: &Node) -> Result<Limit, FormError> {
    let url = format!("{OWN}limit");
    let found = extensions(&element.fields(&["extension"])?, |known| known == url)?;
    match one(&found, &url) {
        Some(limit) => limit.value("valueString")?.parse("today or year with a shift, today-14"),
        None => element.fail("expected the extension limit"),
    }
}

fn build(question: &Node, operator: &Node, operand: Result<Answer, Limit>) -> Result<Condition, FormError> {
    let question_name = question.str()?.to_owned();
    if operator.str()? == "exists" {
        return match operand {
            Ok(Answer { key: "answerBoolean" | "valueBoolean", value }) => {
                Ok(Condition { question: question_name, test: Test::Exists(value.bool()?) })
            }
            _ => operator.fail("exists needs true or false"),
        };
    }
    let Some(sign) = Operator::of(operator.str()?) else {
        return operator.fail("this operator is not understood");
    };
    let operand = match operand {
        Err(limit) => Operand::Limit(limit),
        Ok(Answer { key, value }) => match key.trim_start_matches("answer").trim_start_matches("value") {
            "Boolean" => Operand::Boolean(value.bool()?),
            "Integer" | "Decimal" => Operand::Limit(Limit::Number(value.number()?)),
            "Date" => Operand::Date(value.date()?),
            "String" => Operand::Text(value.str()?.to_owned()),
            "Coding" => Operand::Code(value.fields(&["system", "code"])?.need("code")?.str()?.to_owned()),
            _ => return value.fail("this kind of answer is not understood"),
        },
    };
    let ordered = matches!(operand, Operand::Limit(_) | Operand::Date(_));
    if !ordered && !matches!(sign, Operator::Equal | Operator::NotEqual) {
        return operator.fail("only = and != are understood for this kind of answer");
    }
    Ok(Condition { question: question_name, test: Test::Is(sign, operand) })
}
