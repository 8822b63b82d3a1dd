//! The national format (decision 1405/QĐ-BTTTT), for whoever still scans it. It tells who somebody is to anybody who reads it, so it
//! is shown on demand only, and masked unless its owner unmasks it.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::{Whose, one};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_codes::national::{Masking, National, Parts};
use bluezone_codes::{Birth as CodeBirth, Gender as CodeGender};
use bluezone_domain::citizen::{Profile, qid};
use bluezone_domain::person::{Birth, Gender};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, empty, link_button};
use bluezone_pages::qr::qr;
use bluezone_pages::text;
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Mã theo mẫu quốc gia", "Code in the national format";
    LEAD, "Theo Quyết định 1405/QĐ-BTTTT, cho nơi chưa quét được mã của Bluezone.", "By decision 1405/QĐ-BTTTT, for places that do not read Bluezone's code.";
    OPEN, "Mã này ai quét cũng đọc được", "Whoever scans this code can read it";
    OPEN_WHY, "Trong mã có họ tên, năm sinh và một phần số giấy tờ. Chỉ đưa khi nơi đó yêu cầu; mã của Bluezone không lộ những điều này.",
        "It holds your name, year of birth and part of your papers' number. Show it only where it is asked for; Bluezone's own code tells none of this.";
    UNKNOWN_WHY, "Ai cũng tự làm được một mã như thế, nên lượt vào bằng mã này không hiện trong nhật ký của bạn. Nếu nơi đó có cảnh báo, bạn vẫn được báo.",
        "Anybody can make such a code, so a visit by it is not in your diary. If there is a warning of the place, you are told all the same.";
    FULL_WHY, "Đang hiện cả số giấy tờ và ngày sinh đầy đủ.", "Your papers' full number and day of birth are in it now.";
    UNMASK, "Hiện đủ số giấy tờ", "Include the full number";
    MASK, "Che bớt lại", "Mask it again";
    LABEL, "Mã QR theo mẫu quốc gia", "QR code in the national format";
    NONE, "Chưa đủ thông tin", "Not enough is known";
    NONE_WHY, "Mẫu này cần số CCCD hoặc hộ chiếu, họ tên và năm sinh. Hãy khai lại tờ khai đầy đủ.",
        "It needs the number of your identity card or passport, your name and year of birth. Fill in the full form again.";
    DECLARE, "Mở tờ khai", "Open the form";
    BACK, "Mã của tôi", "My code"
}

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    whose: Whose,
    full: Option<String>,
}

/// `GET /pass/national`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let profile = one(&state, &signed, &asked.whose).await?;
    let full = asked.full.is_some();
    let masking = if full { Masking { paper: false, birth: false } } else { Masking::default() };
    let here = format!("{}?for={}", routes::PASS_NATIONAL, profile.id);
    let code = national(&profile).and_then(|code| qr(&code.write(masking), LABEL.get(lang)));
    let body = match code {
        Some(code) => html! {
            (alert(if full { Tone::Bad } else { Tone::Caution }, OPEN.get(lang), html! {
                p { (OPEN_WHY.get(lang)) }
                p { (UNKNOWN_WHY.get(lang)) }
                @if full { p { strong { (FULL_WHY.get(lang)) } } }
            }))
            section.card { div.pass { (code) } }
            div.actions {
                @if full { (link_button(Weight::Secondary, &here, MASK.get(lang))) }
                @else { (link_button(Weight::Secondary, &format!("{here}&full=1"), UNMASK.get(lang))) }
            }
        },
        None => empty(
            Icon::Qr,
            NONE.get(lang),
            html! {
                p { (NONE_WHY.get(lang)) }
                (link_button(Weight::Primary, &format!("{}?for={}", routes::declare("toan-dan"), profile.id), DECLARE.get(lang)))
            },
        ),
    };
    let back_to = format!("{}?for={}", routes::PASS, profile.id);
    let back = Some((back_to.as_str(), BACK.get(lang)));
    Ok(Shell { back, lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) }
        .render())
}

/// The code of a profile; none without papers, name or birth.
fn national(profile: &Profile) -> Option<National> {
    let identity = &profile.person.identity;
    let card = identity.national_id.as_ref().map(|number| number.as_str());
    let paper = card.or(identity.passport.as_ref().map(|number| number.as_str()))?;
    let birth = match identity.birth? {
        Birth::Day(day) => CodeBirth::Day(day),
        Birth::Year(year) => CodeBirth::Year(i32::from(year)),
    };
    let gender = match identity.gender {
        Some(Gender::Male) => Some(CodeGender::Male),
        Some(Gender::Female) => Some(CodeGender::Female),
        Some(Gender::Other) | None => None,
    };
    let parts = Parts {
        paper,
        name: &identity.name,
        birth,
        on_behalf: !profile.is_own(),
        qid: &qid(profile.id),
        proxy: "",
        gender,
        insurance: "",
        phone: "",
    };
    National::new(&parts).ok()
}
