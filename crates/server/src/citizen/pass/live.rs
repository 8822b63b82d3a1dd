//! The live code.

use super::super::access::Signed;
use super::super::come::called;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::{Whose, household};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_codes::pass;
use bluezone_domain::citizen::Profile;
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, button, empty, fold, link_button};
use bluezone_pages::qr::qr;
use bluezone_pages::time::clock;
use bluezone_pages::{Lang, pass_script_path, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Mã của tôi", "My code";
    TITLE_OF, "Mã của {name}", "The code of {name}";
    LEAD, "Đưa mã này cho nơi cần quét. Mã đổi 5 phút một lần; ảnh chụp màn hình không dùng được.",
        "Show this code where it is scanned. It changes every 5 minutes; a picture of the screen is of no use.";
    LABEL, "Mã QR cá nhân để nơi đến quét", "Personal QR code, to be scanned where you go";
    OVER, "Mã đã hết hạn. Hãy kết nối mạng rồi mở lại trang.", "The code is over. Connect to the network and open the page again.";
    HIDE, "Ẩn mã", "Hide the code";
    SHOW, "Hiện mã", "Show the code";
    HIDDEN, "Mã đang được ẩn", "The code is hidden";
    HIDDEN_WHY, "Không ai đứng cạnh thấy được mã của bạn.", "Nobody beside you sees your code.";
    PRINT, "Bản in", "Print";
    NATIONAL, "Mã theo mẫu quốc gia", "Code in the national format";
    OTHERS, "Mã của người khác", "Codes of others";
    RENEW, "Đổi mã mới", "Get a new code";
    RENEW_WHY, "Mọi mã cũ, kể cả bản in, sẽ không dùng được nữa. Hãy đổi khi mất bản in hoặc khi người khác đã chụp mã của bạn.",
        "All old codes, printed ones too, stop working. Do this if you lost a print or somebody took a picture of it.";
    RENEWED, "Bạn có mã mới; mã cũ không dùng được nữa", "You have a new code; the old ones stop working";
    NONE, "Chưa có mã", "No code yet";
    NONE_WHY, "Khai báo lần đầu, khoảng một phút, là có mã ngay.", "Declare once, which takes about a minute, and you have it.";
    DECLARE, "Khai báo ngay", "Declare now"
}

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    whose: Whose,
    hide: Option<String>,
    renewed: Option<String>,
}

/// Without a script the page is loaded again after so many seconds.
const RELOAD_S: u32 = 60;

/// `GET /pass`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let (profiles, shown) = household(&state, &signed, &asked.whose).await?;
    let Some(profile) = shown else {
        let body = empty(
            Icon::Qr,
            NONE.get(lang),
            html! {
                p { (NONE_WHY.get(lang)) }
                (link_button(Weight::Primary, &routes::declare("toan-dan"), DECLARE.get(lang)))
            },
        );
        return Ok(Shell { body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) }.render());
    };
    let of = |path: &str| format!("{path}?for={}", profile.id);
    let here = of(routes::PASS);
    let hidden = asked.hide.is_some();
    let others = profiles.iter().filter(|other| other.id != profile.id);
    let body = html! {
        @if asked.renewed.is_some() { (alert(Tone::Good, RENEWED.get(lang), html! {})) }
        @if hidden {
            (empty(Icon::Lock, HIDDEN.get(lang), html! { p { (HIDDEN_WHY.get(lang)) } }))
            div.actions { (link_button(Weight::Primary, &here, SHOW.get(lang))) }
        } @else {
            section.card { (card(&state, lang, &profile)) }
            div.actions {
                (link_button(Weight::Secondary, &format!("{here}&hide=1"), HIDE.get(lang)))
                (link_button(Weight::Secondary, &of(routes::PASS_PRINT), PRINT.get(lang)))
                (link_button(Weight::Secondary, &of(routes::PASS_NATIONAL), NATIONAL.get(lang)))
            }
        }
        @if profiles.len() > 1 {
            section.card {
                h2 { (OTHERS.get(lang)) }
                ul { @for other in others { li { a href=(format!("{}?for={}", routes::PASS, other.id)) { (called(lang, other)) } } } }
            }
        }
        (fold(RENEW.get(lang), html! {
            p { (RENEW_WHY.get(lang)) }
            (form(routes::PASS_RENEW, &signed.form_token, html! {
                input type="hidden" name="for" value=(profile.id);
                (button(Weight::Danger, RENEW.get(lang)))
            }))
        }))
    };
    let title = match profile.is_own() {
        true => TITLE.get(lang).to_owned(),
        false => TITLE_OF.fill(lang, &[("name", &profile.person.identity.name)]),
    };
    let shell = Shell {
        lead: Some(LEAD.get(lang)),
        reload_s: (!hidden).then_some(RELOAD_S),
        body,
        ..Shell::new(&view, Some(&signed), &title)
    };
    Ok(shell.render())
}

/// The code of now with its clock and whose it is. The script keeps it fresh.
pub fn card(state: &AppState, lang: Lang, profile: &Profile) -> Markup {
    let now = state.now();
    let code = pass::live(&state.secrets.code_keys(), profile.card, now);
    let identity = &profile.person.identity;
    html! {
        div.pass data-pass=(format!("{}?for={}", routes::PASS_CODES, profile.id)) {
            @if let Some(code) = qr(&code, LABEL.get(lang)) { (code) }
            p.pass-over role="status" hidden { (OVER.get(lang)) }
            p.pass-clock { time data-clock="" { (clock(lang, now.0)) } }
            p.pass-name { (identity.name.to_uppercase()) @if let Some(birth) = identity.birth { " · " (birth.year()) } }
        }
        script type="module" src=(pass_script_path()) {}
    }
}
