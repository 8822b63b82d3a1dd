//! Who opened a citizen's data, when and why.

use super::super::failure::Failure;
use crate::console::words::instant;
use crate::state::AppState;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::{DataLook, Kind};
use bluezone_domain::id::CitizenId;
use bluezone_pages::parts::card;
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Looks that are shown.
const MOST: u32 = 100;

text! {
    TITLE, "Ai đã mở dữ liệu của bạn", "Who opened your data";
    NOBODY, "Chưa ai mở dữ liệu của bạn.", "Nobody has opened your data.";
    WHY, "Mỗi lần cán bộ y tế mở dữ liệu của bạn được ghi ở đây trước khi họ thấy.", "Every time a health officer opens your data it is written here before they see it.";
    WHEN, "Lúc", "When";
    WHO, "Đơn vị", "Unit";
    WHAT, "Đã xem", "What";
    BASIS, "Căn cứ", "Basis";
    DECLARATION, "tờ khai y tế", "a health declaration";
    VISITS, "nơi đã đến", "where you checked in";
    PROFILE, "họ tên, cách liên hệ", "name and how to reach you";
    REQUEST, "yêu cầu của bạn về dữ liệu", "your request about your data";
    SIGNAL, "phản ánh của bạn", "your report";
    CONSENT, "bạn đồng ý", "you agreed";
    EMERGENCY, "khẩn cấp, bảo vệ tính mạng (Luật 91/2025/QH15, Điều 19)", "to protect life at once (Law 91/2025/QH15, Art. 19)";
    DUTY, "nhiệm vụ phòng bệnh (Luật 114/2025/QH15; Luật 91/2025/QH15, Điều 19)", "duty to prevent disease (Law 114/2025/QH15; Law 91/2025/QH15, Art. 19)"
}

/// What was looked at, in words.
pub fn kind(kind: Kind) -> Text {
    match kind {
        Kind::Declaration => DECLARATION,
        Kind::Visits => VISITS,
        Kind::Profile => PROFILE,
        Kind::Request => REQUEST,
        Kind::Signal => SIGNAL,
    }
}

/// On which basis, in words.
pub fn basis(basis: LegalBasis) -> Text {
    match basis {
        LegalBasis::Consent => CONSENT,
        LegalBasis::Emergency => EMERGENCY,
        LegalBasis::Duty => DUTY,
    }
}

/// The names of the units that looked, by code.
pub async fn units(state: &AppState, looks: &[DataLook]) -> Result<BTreeMap<String, String>, Failure> {
    let mut names = BTreeMap::new();
    for look in looks {
        if !names.contains_key(&look.unit) {
            let unit = state.store.unit(&look.unit).await?;
            names.insert(look.unit.clone(), unit.map_or_else(|| look.unit.clone(), |unit| unit.name));
        }
    }
    Ok(names)
}

/// The part of the overview about them.
pub async fn shown(state: &AppState, lang: Lang, citizen: CitizenId) -> Result<Markup, Failure> {
    let looks = state.store.looks_at(citizen, MOST).await?;
    let units = units(state, &looks).await?;
    let columns = [
        Column::words(WHEN.get(lang)),
        Column::words(WHO.get(lang)),
        Column::words(WHAT.get(lang)),
        Column::words(BASIS.get(lang)),
    ];
    let rows = looks.iter().map(|look| {
        vec![
            instant(lang, look.at),
            html! { (units.get(&look.unit).map_or(look.unit.as_str(), String::as_str)) },
            html! { (kind(look.kind).get(lang)) },
            html! {
                (basis(look.basis).get(lang))
                @if !look.reason.is_empty() { span.below { (look.reason) } }
            },
        ]
    });
    Ok(card(
        TITLE.get(lang),
        html! {
            p.hint { (WHY.get(lang)) }
            @if looks.is_empty() { p { (NOBODY.get(lang)) } } @else { (table(TITLE.get(lang), &columns, rows)) }
        },
    ))
}
