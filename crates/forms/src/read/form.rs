//! The form itself, and what must hold between its items.

use super::extension::{Extension, extensions, one, words, words_if_any};
use super::item::item;
use super::node::{Fields, Node};
use super::{FormError, OWN, check, when};
use crate::advice::{AdviceRule, Level};
use crate::condition::Enable;
use crate::model::{Item, Questionnaire};
use crate::parameters::{Parameter, Period};

const KNOWN: &[&str] = &[
    "resourceType",
    "id",
    "language",
    "url",
    "version",
    "name",
    "title",
    "_title",
    "status",
    "subjectType",
    "date",
    "publisher",
    "description",
    "_description",
    "effectivePeriod",
    "derivedFrom",
    "useContext",
    "extension",
    "item",
];

/// Groups within groups, at most.
const MAX_DEPTH: usize = 4;

pub(super) fn form(root: &Node) -> Result<Questionnaire, FormError> {
    let fields = root.fields(KNOWN)?;
    for (key, only) in [("resourceType", "Questionnaire"), ("status", "active"), ("language", "vi")] {
        let node = fields.need(key)?;
        if node.str()? != only {
            return node.fail(format!("only {only} is understood"));
        }
    }
    let own = ["parameter", "consent", "advice"].map(|name| format!("{OWN}{name}"));
    let found = extensions(&fields, |url| own.iter().any(|known| known == url))?;
    let of = |url: &str| found.iter().filter(move |extension| extension.url == url).collect::<Vec<_>>();
    let [parameters, consents, advice] = own.each_ref().map(|url| of(url));
    let name = fields.need("name")?;
    if !is_name(name.str()?) {
        return name.fail("expected small letters, digits and dashes");
    }
    let derived = fields.list("derivedFrom")?;
    if let Some(second) = derived.get(1) {
        return second.fail("only one form is understood");
    }
    let mut diseases = Vec::new();
    for context in fields.list("useContext")? {
        diseases.push(disease(&context)?);
    }
    let form = Questionnaire {
        url: address(&fields.need("url")?)?,
        version: fields.need("version")?.str()?.to_owned(),
        name: name.str()?.to_owned(),
        title: words(&fields, "title")?,
        description: words_if_any(&fields, "description")?,
        effective: fields.get("effectivePeriod").map_or(Ok(Period::default()), |node| period(&node))?,
        derived_from: derived.first().map(|node| node.str().map(str::to_owned)).transpose()?,
        diseases,
        parameters: parameters.into_iter().map(parameter).collect::<Result<_, _>>()?,
        consents: consents
            .into_iter()
            .map(|purpose| Ok(purpose.value("valueCode")?.str()?.to_owned()))
            .collect::<Result<_, FormError>>()?,
        advice: advice.into_iter().map(advice_rule).collect::<Result<_, _>>()?,
        items: items(&fields, MAX_DEPTH)?,
    };
    check::check(&form)?;
    Ok(form)
}

/// The items of a form or of a group.
pub(super) fn items(fields: &Fields, depth: usize) -> Result<Vec<Item>, FormError> {
    let nodes = fields.list("item")?;
    match nodes.first() {
        Some(first) if depth == 0 => first.fail("groups stand too deep in each other"),
        _ => nodes.iter().map(|node| item(node, depth - 1)).collect(),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn address(node: &Node) -> Result<String, FormError> {
    let url = node.str()?;
    if url.contains('|') || url.contains(char::is_whitespace) || !url.contains(':') {
        return node.fail("expected an absolute address without |");
    }
    Ok(url.to_owned())
}

fn period(node: &Node) -> Result<Period, FormError> {
    let fields = node.fields(&["start", "end"])?;
    let day = |key| fields.get(key).map(|node| node.date()).transpose();
    let period = Period { start: day("start")?, end: day("end")? };
    match (period.start, period.end) {
        (Some(start), Some(end)) if end < start => node.fail("ends before it begins"),
        _ => Ok(period),
    }
}

fn disease(context: &Node) -> Result<String, FormError> {
    let fields = context.fields(&["code", "valueCodeableConcept"])?;
    let code = fields.need("code")?.fields(&["system", "code"])?.need("code")?;
    if code.str()? != "focus" {
        return code.fail("only focus is understood");
    }
    let codings = fields.need("valueCodeableConcept")?.fields(&["coding"])?.list("coding")?;
    let [coding] = codings.as_slice() else { return context.fail("expected one coding") };
    Ok(coding.fields(&["system", "code", "display"])?.need("code")?.str()?.to_owned())
}

fn parameter(extension: &Extension) -> Result<Parameter, FormError> {
    let parts = extension.parts(&["name", "value", "period"])?;
    let name = extension.part(&parts, "name")?.value("valueCode")?;
    let value = extension.part(&parts, "value")?.value("valueInteger")?;
    if !is_name(name.str()?) {
        return name.fail("expected small letters, digits and dashes");
    }
    if !(0..=9999).contains(&value.int()?) {
        return value.fail("expected 0 to 9999");
    }
    let period = match one(&parts, "period") {
        Some(part) => period(&part.value("valuePeriod")?)?,
        None => Period::default(),
    };
    Ok(Parameter { name: name.str()?.to_owned(), value: value.int()?, period })
}

fn advice_rule(extension: &Extension) -> Result<AdviceRule, FormError> {
    let parts = extension.parts(&["level", "reason", "any", "when"])?;
    let any = one(&parts, "any").map_or(Ok(false), |part| part.value("valueBoolean")?.bool())?;
    let whens = parts.iter().filter(|part| part.url == "when");
    let conditions = whens.map(when::in_extension).collect::<Result<_, _>>()?;
    Ok(AdviceRule {
        level: extension.part(&parts, "level")?.value("valueCode")?.parse::<Level>("well, watch or call")?,
        reason: extension.part(&parts, "reason")?.words()?,
        when: Enable { any, conditions },
    })
}
