//! One item.

use super::extension::{Extension, extensions, one, words, words_if_any};
use super::form::items;
use super::node::{Fields, Node};
use super::when::{enable, moving_limit};
use super::{FormError, HL7, OWN};
use crate::limit::Limit;
use crate::model::{Choice, Item, Kind, Options, Pattern, Range};
use crate::value::Value;
use crate::words::Words;
use regex::RegexBuilder;

const KNOWN: &[&str] = &[
    "linkId",
    "text",
    "_text",
    "type",
    "required",
    "repeats",
    "maxLength",
    "enableWhen",
    "enableBehavior",
    "answerOption",
    "answerValueSet",
    "initial",
    "item",
    "extension",
];

const OF_HL7: &[&str] = &[
    "minValue",
    "maxValue",
    "minLength",
    "maxDecimalPlaces",
    "regex",
    "entryFormat",
    "mimeType",
    "maxSize",
    "questionnaire-itemControl",
    "questionnaire-maxOccurs",
];

/// Characters of a text whose item does not say how many.
const LONGEST: usize = 255;
/// Answers of an item that repeats and does not say how many.
const MOST: usize = 50;

pub(super) fn item(node: &Node, depth: usize) -> Result<Item, FormError> {
    let fields = node.fields(KNOWN)?;
    let link = fields.need("linkId")?;
    let link_id = link.str()?;
    // It is the name of a field and the id of an element.
    if link_id.len() > 64 || !link_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return link.fail("expected letters, digits and dashes");
    }
    let found = extensions(&fields, |url| {
        url.strip_prefix(HL7).is_some_and(|name| OF_HL7.contains(&name))
            || url.strip_prefix(OWN) == Some("value-set-of")
    })?;
    let rules = Rules { node, fields: &fields, found: &found };
    let kind = rules.kind()?;
    rules.used(&kind)?;
    let question = !matches!(kind, Kind::Group | Kind::Display);
    let (help, below) = if question { (rules.help()?, Vec::new()) } else { (None, items(&fields, depth)?) };
    if matches!(kind, Kind::Display) && !below.is_empty() {
        return node.fail("a sentence holds no items");
    }
    if !question && (fields.flag("required")? || fields.flag("repeats")? || fields.get("initial").is_some()) {
        return node.fail("only questions may be required, repeat or have initial values");
    }
    let text = words_if_any(&fields, "text")?;
    if text.is_none() && !matches!(kind, Kind::Group) {
        return node.fail("text is missing");
    }
    let most = rules.most(&kind)?;
    let mut initial = Vec::new();
    for value in fields.list("initial")? {
        initial.push(initial_value(&value, &kind)?);
    }
    Ok(Item {
        link_id: link_id.to_owned(),
        text,
        help,
        kind,
        required: fields.flag("required")?,
        most,
        enable: enable(&fields)?,
        initial,
        items: below,
    })
}

struct Rules<'a, 'b> {
    node: &'b Node<'a>,
    fields: &'b Fields<'a>,
    found: &'b [Extension<'a>],
}

impl<'a> Rules<'a, '_> {
    fn hl7(&self, name: &str) -> Option<&Extension<'a>> {
        one(self.found, &format!("{HL7}{name}"))
    }

    fn own(&self, name: &str) -> Option<&Extension<'a>> {
        one(self.found, &format!("{OWN}{name}"))
    }

    fn kind(&self) -> Result<Kind, FormError> {
        let node = self.fields.need("type")?;
        Ok(match node.str()? {
            "group" => Kind::Group,
            "display" => Kind::Display,
            "boolean" => Kind::Boolean { tick: self.control()? == Some("check-box") },
            "integer" => Kind::Integer { range: self.range("valueInteger")? },
            "decimal" => Kind::Decimal {
                range: self.range("valueDecimal")?,
                places: self.size("maxDecimalPlaces", "valueInteger")?.map_or(2, |places| places.min(6)),
            },
            "date" => Kind::Date { range: self.range("valueDate")? },
            kind @ ("string" | "text") => Kind::Text {
                long: kind == "text",
                least: self.size("minLength", "valueInteger")?.unwrap_or(0),
                most: match self.fields.get("maxLength") {
                    Some(most) => usize_of(&most)?,
                    None => LONGEST,
                },
                pattern: self.pattern()?,
            },
            "choice" => {
                Kind::Choice { options: self.options()?, drop_down: self.control()? == Some("drop-down") }
            }
            "attachment" => self.attachment()?,
            _ => return node.fail("this type is not understood"),
        })
    }

    /// Refuses rules that do not belong to the kind: they would not be kept.
    fn used(&self, kind: &Kind) -> Result<(), FormError> {
        let (names, length, choices): (&[&str], bool, bool) = match kind {
            Kind::Group | Kind::Display => (&[], false, false),
            Kind::Boolean { .. } => (&["questionnaire-itemControl"], false, false),
            Kind::Integer { .. } | Kind::Date { .. } => (&["minValue", "maxValue"], false, false),
            Kind::Decimal { .. } => (&["minValue", "maxValue", "maxDecimalPlaces"], false, false),
            Kind::Text { .. } => (&["minLength", "regex", "entryFormat"], true, false),
            Kind::Choice { .. } => {
                (&["questionnaire-itemControl", "questionnaire-maxOccurs", "value-set-of"], false, true)
            }
            Kind::Attachment { .. } => (&["mimeType", "maxSize", "questionnaire-maxOccurs"], false, false),
        };
        for extension in self.found {
            let name =
                extension.url.strip_prefix(HL7).or(extension.url.strip_prefix(OWN)).unwrap_or_default();
            if !names.contains(&name) {
                return self.node.fail(format!("{name} is not understood for this type"));
            }
        }
        if !length && self.fields.get("maxLength").is_some() {
            return self.node.fail("maxLength is not understood for this type");
        }
        let lists = ["answerOption", "answerValueSet"].iter().any(|key| self.fields.get(key).is_some());
        if !choices && lists {
            return self.node.fail("options are not understood for this type");
        }
        Ok(())
    }

    fn control(&self) -> Result<Option<&'a str>, FormError> {
        let Some(extension) = self.hl7("questionnaire-itemControl") else { return Ok(None) };
        let concept = extension.value("valueCodeableConcept")?;
        let codings = concept.fields(&["coding"])?.list("coding")?;
        let [coding] = codings.as_slice() else { return concept.fail("expected one coding") };
        let code = coding.fields(&["system", "code"])?.need("code")?;
        match code.str()? {
            known @ ("check-box" | "drop-down" | "help") => Ok(Some(known)),
            _ => code.fail("this control is not understood"),
        }
    }

    fn range(&self, key: &str) -> Result<Range, FormError> {
        let end = |name: &str| -> Result<Option<Limit>, FormError> {
            let Some(extension) = self.hl7(name) else { return Ok(None) };
            if let Some(moving) = extension.moving(key)? {
                return moving_limit(&moving).map(Some);
            }
            let value = extension.value(key)?;
            Ok(Some(match key {
                "valueDate" => Limit::Date(value.date()?),
                _ => Limit::Number(value.number()?),
            }))
        };
        Ok(Range { min: end("minValue")?, max: end("maxValue")? })
    }

    fn size(&self, name: &str, key: &str) -> Result<Option<usize>, FormError> {
        self.hl7(name).map(|extension| usize_of(&extension.value(key)?)).transpose()
    }

    fn pattern(&self) -> Result<Option<Pattern>, FormError> {
        let Some(extension) = self.hl7("regex") else {
            return match self.hl7("entryFormat") {
                Some(_) => self.node.fail("entryFormat is only understood beside regex"),
                None => Ok(None),
            };
        };
        let source = extension.value("valueString")?;
        // All of the text must match. The limit keeps a file from taking memory.
        let regex = RegexBuilder::new(&format!("^(?:{})$", source.str()?)).size_limit(1 << 18).build();
        let Ok(regex) = regex else { return source.fail("is no regular expression that is understood") };
        let Some(format) = self.hl7("entryFormat") else {
            return self.node.fail("regex needs entryFormat, which says it in words");
        };
        Ok(Some(Pattern { regex, source: source.str()?.to_owned(), format: format.words()? }))
    }

    fn options(&self) -> Result<Options, FormError> {
        let listed = self.fields.list("answerOption")?;
        match (self.fields.get("answerValueSet"), listed.is_empty()) {
            (Some(set), true) => {
                let of = self.own("value-set-of").map(|other| other.value("valueString")).transpose()?;
                let of = of.map(|other| other.str().map(str::to_owned)).transpose()?;
                Ok(Options::Set { url: set.str()?.to_owned(), of })
            }
            (None, false) => {
                let choices = listed.iter().map(choice).collect::<Result<Vec<_>, _>>()?;
                for (at, option) in choices.iter().enumerate() {
                    if choices[..at].iter().any(|before| before.code == option.code) {
                        return listed[at].fail("this code stands twice");
                    }
                }
                if self.own("value-set-of").is_some() {
                    return self.node.fail("value-set-of needs answerValueSet");
                }
                Ok(Options::Listed(choices))
            }
            _ => self.node.fail("expected answerOption or answerValueSet"),
        }
    }

    fn attachment(&self) -> Result<Kind, FormError> {
        let url = format!("{HL7}mimeType");
        let types = self.found.iter().filter(|extension| extension.url == url);
        let types: Result<Vec<String>, FormError> =
            types.map(|extension| Ok(extension.value("valueCode")?.str()?.to_owned())).collect();
        let types = types?;
        let Some(size) = self.hl7("maxSize") else {
            return self.node.fail("an attachment needs maxSize, in megabytes");
        };
        let size = size.value("valueDecimal")?;
        let megabytes = size.number()?;
        if types.is_empty() || !(0.0..=50.0).contains(&megabytes) {
            return self.node.fail("an attachment needs mimeType and a maxSize up to 50 megabytes");
        }
        Ok(Kind::Attachment { types, most_bytes: (megabytes * 1e6) as u64 })
    }

    fn most(&self, kind: &Kind) -> Result<usize, FormError> {
        let most = self.size("questionnaire-maxOccurs", "valueInteger")?;
        match (self.fields.flag("repeats")?, kind) {
            (true, Kind::Choice { .. } | Kind::Attachment { .. }) => Ok(most.unwrap_or(MOST).clamp(1, MOST)),
            (true, _) => self.node.fail("only choices and attachments may repeat"),
            (false, _) if most.is_some() => self.node.fail("questionnaire-maxOccurs needs repeats"),
            (false, _) => Ok(1),
        }
    }

    /// The help under a question.
    fn help(&self) -> Result<Option<Words>, FormError> {
        let below = self.fields.list("item")?;
        let [node] = below.as_slice() else {
            return match below.get(1) {
                Some(second) => second.fail("only one help is understood under a question"),
                None => Ok(None),
            };
        };
        let fields = node.fields(&["linkId", "type", "text", "_text", "extension"])?;
        let found = extensions(&fields, |url| url.strip_prefix(HL7) == Some("questionnaire-itemControl"))?;
        let rules = Rules { node, fields: &fields, found: &found };
        if fields.need("type")?.str()? != "display" || rules.control()? != Some("help") {
            return node.fail("under a question only its help is understood");
        }
        fields.need("linkId")?.str()?;
        Ok(Some(words(&fields, "text")?))
    }
}

fn usize_of(node: &Node) -> Result<usize, FormError> {
    match usize::try_from(node.int()?) {
        Ok(size) if size <= 100_000 => Ok(size),
        _ => node.fail("expected 0 to 100000"),
    }
}

fn choice(node: &Node) -> Result<Choice, FormError> {
    let fields = node.fields(&["valueCoding", "extension"])?;
    let url = format!("{HL7}questionnaire-optionExclusive");
    let found = extensions(&fields, |known| known == url)?;
    let coding = fields.need("valueCoding")?.fields(&["system", "code", "display", "_display"])?;
    let code = coding.need("code")?;
    if !code.str()?.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return code.fail("expected letters, digits and dashes");
    }
    Ok(Choice {
        system: coding.get("system").map(|node| node.str().map(str::to_owned)).transpose()?,
        code: code.str()?.to_owned(),
        words: words(&coding, "display")?,
        exclusive: one(&found, &url)
            .map_or(Ok(false), |extension| extension.value("valueBoolean")?.bool())?,
    })
}

fn initial_value(node: &Node, kind: &Kind) -> Result<Value, FormError> {
    match kind {
        Kind::Choice { .. } => {
            let coding = node.fields(&["valueCoding"])?.need("valueCoding")?;
            Ok(Value::Code(coding.fields(&["system", "code"])?.need("code")?.str()?.to_owned()))
        }
        Kind::Text { .. } => {
            Ok(Value::Text(node.fields(&["valueString"])?.need("valueString")?.str()?.to_owned()))
        }
        _ => node.fail("initial is only understood for choices and texts: nothing is ticked beforehand"),
    }
}
