//! FHIR R4 QuestionnaireResponse: answers for other systems, and from them.

use crate::condition::enabled;
use crate::model::{Choice, Item, Kind, Options, Questionnaire};
use crate::read::OWN;
use crate::setting::Setting;
use crate::value::{Answers, Attachment, Value};
use bluezone_pages::Lang;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use thiserror::Error;

/// What is known of a response besides its answers.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// Its identifier at the sender, 1 to 64 letters, digits, dashes and dots.
    pub id: Option<&'a str>,
    /// When it was given, as RFC 3339 with seconds.
    pub authored: &'a str,
    /// The language it was filled in.
    pub lang: Lang,
}

/// The response, with the questions as they were put. Answers to questions that do not apply are not in it.
pub fn write(form: &Questionnaire, answers: &Answers, setting: &Setting, envelope: &Envelope) -> Json {
    let apply = enabled(form, answers, setting);
    let writer = Writer { answers, setting, lang: envelope.lang, apply: &|link_id| apply.contains(link_id) };
    let mut response = json!({
        "resourceType": "QuestionnaireResponse",
        "language": envelope.lang.code(),
        "questionnaire": form.canonical(),
        "status": "completed",
        "authored": envelope.authored,
    });
    if let Some(id) = envelope.id {
        response["id"] = id.into();
    }
    if !setting.parameters.is_empty() {
        // Which number of days a question meant can be told from the response alone.
        let parameters = setting.parameters.iter().map(|(name, value)| {
            json!({ "url": format!("{OWN}parameter"), "extension": [
                { "url": "name", "valueCode": name },
                { "url": "value", "valueInteger": value },
            ]})
        });
        response["extension"] = parameters.collect();
    }
    let items = writer.items(&form.items);
    if !items.is_empty() {
        response["item"] = items.into();
    }
    response
}

struct Writer<'a> {
    answers: &'a Answers,
    setting: &'a Setting<'a>,
    lang: Lang,
    apply: &'a dyn Fn(&str) -> bool,
}

impl Writer<'_> {
    fn items(&self, items: &[Item]) -> Vec<Json> {
        items.iter().filter(|item| (self.apply)(&item.link_id)).filter_map(|item| self.item(item)).collect()
    }

    fn item(&self, item: &Item) -> Option<Json> {
        let mut out = Map::new();
        out.insert("linkId".into(), item.link_id.clone().into());
        if item.text.is_some() {
            out.insert("text".into(), item.question(self.lang, self.setting).into());
        }
        match item.kind {
            Kind::Group => {
                let below = self.items(&item.items);
                if below.is_empty() {
                    return None;
                }
                out.insert("item".into(), below.into());
            }
            Kind::Display => return None,
            _ => {
                let values = self.answers.get(&item.link_id);
                let answers: Vec<Json> = values.iter().map(|value| self.answer(item, value)).collect();
                if answers.is_empty() {
                    return None;
                }
                out.insert("answer".into(), answers.into());
            }
        }
        Some(out.into())
    }

    fn answer(&self, item: &Item, value: &Value) -> Json {
        match value {
            Value::Boolean(yes) => json!({ "valueBoolean": yes }),
            Value::Integer(number) => json!({ "valueInteger": number }),
            Value::Decimal(number) => json!({ "valueDecimal": number }),
            Value::Date(day) => json!({ "valueDate": day.to_string() }),
            Value::Text(text) => json!({ "valueString": text }),
            Value::Code(code) => json!({ "valueCoding": self.coding(item, code) }),
            Value::Attachment(file) => json!({ "valueAttachment": {
                "contentType": file.content_type,
                "size": file.size,
                "url": format!("{FILE_URL}{}", hex::encode(file.sha256)),
            }}),
        }
    }

    fn coding(&self, item: &Item, code: &str) -> Json {
        let none = || json!({ "code": code });
        let Kind::Choice { options, .. } = &item.kind else { return none() };
        let choices = options.choices(self.answers, self.setting);
        let Some(Choice { system, words, .. }) = choices.iter().find(|choice| choice.code == code) else {
            return none();
        };
        let display = words.fill(self.lang, self.setting.parameters);
        match system {
            Some(system) => json!({ "system": system, "code": code, "display": display }),
            None => json!({ "code": code, "display": display }),
        }
    }
}

/// A file by its content: `urn:sha256:` and the hash in hexadecimal digits.
const FILE_URL: &str = "urn:sha256:";

/// Why a response is none to this form. It names the item, never the answer.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum BadResponse {
    /// Not a QuestionnaireResponse.
    #[error("not a QuestionnaireResponse")]
    NotAResponse,
    /// To another form or version.
    #[error("the response answers another form or version: its questionnaire must be {0}")]
    OtherForm(String),
    /// An item without a name, one that stands twice, or whose answers are no list.
    #[error("the response's item {0} is not understood")]
    Item(String),
    /// An answer of a type that we do not know, or several values in one answer.
    #[error("the response's answer to {0} is not understood")]
    Answer(String),
}

/// Reads the answers of a response. They still have to be validated.
pub fn read(form: &Questionnaire, response: &Json) -> Result<Answers, BadResponse> {
    if response.get("resourceType").and_then(Json::as_str) != Some("QuestionnaireResponse") {
        return Err(BadResponse::NotAResponse);
    }
    let canonical = form.canonical();
    if response.get("questionnaire").and_then(Json::as_str) != Some(&canonical) {
        return Err(BadResponse::OtherForm(canonical));
    }
    let mut found = BTreeMap::new();
    read_items(form, response, &mut found)?;
    let mut answers = Answers::default();
    for (link_id, values) in found {
        answers.set(link_id, values);
    }
    Ok(answers)
}

fn read_items(
    form: &Questionnaire,
    within: &Json,
    found: &mut BTreeMap<String, Vec<Value>>,
) -> Result<(), BadResponse> {
    let Some(items) = within.get("item") else { return Ok(()) };
    let Some(items) = items.as_array() else { return Err(BadResponse::Item(String::new())) };
    for item in items {
        // A name that could not be an item's is not repeated in an error.
        let link_id = item.get("linkId").and_then(Json::as_str).unwrap_or_default();
        let Some(known) = form.item(link_id) else { return Err(BadResponse::Item("(unknown)".into())) };
        let wrong = || BadResponse::Item(link_id.to_owned());
        if let Some(answers) = item.get("answer") {
            let answers = answers.as_array().ok_or_else(wrong)?;
            let values = answers.iter().map(|answer| read_answer(known, answer)).collect::<Option<_>>();
            let values = values.ok_or_else(|| BadResponse::Answer(link_id.to_owned()))?;
            if found.insert(link_id.to_owned(), values).is_some() {
                return Err(wrong());
            }
        }
        read_items(form, item, found)?;
    }
    Ok(())
}

fn read_answer(item: &Item, answer: &Json) -> Option<Value> {
    let answer = answer.as_object().filter(|answer| answer.len() == 1)?;
    let (key, value) = answer.iter().next()?;
    Some(match key.as_str() {
        "valueBoolean" => Value::Boolean(value.as_bool()?),
        "valueInteger" => Value::Integer(value.as_i64()?),
        "valueDecimal" => Value::Decimal(value.as_f64()?),
        "valueDate" => Value::Date(value.as_str()?.parse().ok()?),
        "valueString" => Value::Text(value.as_str()?.to_owned()),
        "valueCoding" => {
            let code = value.get("code")?.as_str()?;
            if let (Some(given), Kind::Choice { options: Options::Listed(choices), .. }) =
                (value.get("system"), &item.kind)
            {
                let known = choices.iter().find(|choice| choice.code == code)?;
                (known.system.as_deref() == given.as_str()).then_some(())?;
            }
            Value::Code(code.to_owned())
        }
        "valueAttachment" => Value::Attachment(attachment(value)?),
        _ => return None,
    })
}

fn attachment(value: &Json) -> Option<Attachment> {
    let hash = value.get("url")?.as_str()?.strip_prefix(FILE_URL)?;
    let mut sha256 = [0; 32];
    hex::decode_to_slice(hash, &mut sha256).ok()?;
    Some(Attachment {
        content_type: value.get("contentType")?.as_str()?.to_owned(),
        size: value.get("size")?.as_u64()?,
        sha256,
    })
}

/// The files that a response names, in its order, whatever its form is.
pub fn attachments(response: &Json) -> Vec<Attachment> {
    match response {
        Json::Array(values) => values.iter().flat_map(attachments).collect(),
        Json::Object(fields) => {
            let of = |(name, value): (&String, &Json)| match name.as_str() {
                "valueAttachment" => attachment(value).into_iter().collect(),
                _ => attachments(value),
            };
            fields.iter().flat_map(of).collect()
        }
        _ => Vec::new(),
    }
}
