//! A decision about a zone is a rule for everybody in it: it stands in the public log.

use crate::console::access::Signed;
use crate::promise::entries::{NewRule, rule};
use crate::zones::{places, words};
use bluezone_domain::zone::{Change, Extent, Step, Zone};
use bluezone_pages::Lang;
use bluezone_pages::time::rfc3339;
use bluezone_store::NewLogEntry;
use bluezone_transparency::text::Line;
use serde_json::json;

/// The entry of a decision. Its hash is that of a JSON object with the fields of [`text`], in the order of their names and
/// without spaces, so that whoever has the decision can check it.
pub fn entry(signed: &Signed, zone: &Zone, change: &Change) -> NewLogEntry {
    let name = places::name_of(Lang::Vi, zone.commune.as_str());
    let extent = words::extent(Lang::Vi, &zone.extent);
    let summary = match change.step {
        Step::InForce { level, until, .. } => {
            format!("{name}: {}, đến {} ({extent})", words::level(Lang::Vi, level), rfc3339(until.0))
        }
        Step::Lifted { .. } => format!("{name}: {} ({extent})", words::LIFTED.get(Lang::Vi)),
    };
    let decided = text(zone, change);
    let new = NewRule {
        unit: line(&signed.officer.unit),
        basis: line(&change.decision),
        rule: line(&format!("zone {}", zone.id)),
        text: decided.as_bytes(),
        summary: line(&summary),
        effective: change.step.from(),
    };
    rule(&new, change.at)
}

/// What was decided.
fn text(zone: &Zone, change: &Change) -> String {
    let (places, outline) = match &zone.extent {
        Extent::Whole => (None, None),
        Extent::Part { places, outline } => (Some(places), outline.as_ref().map(ToString::to_string)),
    };
    let (level, until) = match change.step {
        Step::InForce { level, until, .. } => (Some(level.number()), Some(rfc3339(until.0))),
        Step::Lifted { .. } => (None, None),
    };
    json!({
        "id": zone.id.to_string(),
        "province": zone.province,
        "commune": zone.commune,
        "part": places,
        "outline": outline,
        "level": level,
        "from": rfc3339(change.step.from().0),
        "until": until,
        "decision": change.decision,
        "reason": change.reason,
    })
    .to_string()
}

/// As much of a text as a line of the log holds: nothing unseen, and no more than its length.
fn line(text: &str) -> Line {
    let mut kept = String::new();
    for c in text.chars().filter(|c| *c == ' ' || Line::new(c.to_string()).is_ok()) {
        if kept.len() + c.len_utf8() > Line::MAX {
            break;
        }
        kept.push(c);
    }
    Line::new(kept.trim()).unwrap_or_else(|_| Line::new("-").expect("a dash is a line"))
}
