//! The accounts within an administrator's territory: who there is, and disabling one. Accounts are made and reset on the server's own
//! command line (`bluezone admin officer`), where the new password and second factor are shown to nobody on the network.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{promote, routes, words};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::Officer;
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, back, badge, button, fold, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Cán bộ", "Officers";
    CAPTION, "Các tài khoản trong địa bàn của bạn, theo tên đăng nhập", "The accounts within your territory, by username";
    USERNAME, "Tên đăng nhập", "Username";
    ROLE, "Vai trò", "Role";
    SINCE, "Tạo lúc", "Since";
    STATE, "Trạng thái", "State";
    DO, "Thao tác", "Action";
    ACTIVE, "Đang dùng", "Active";
    LOCKED, "Tạm khóa", "Locked for now";
    DISABLED, "Đã vô hiệu", "Disabled";
    YOU, "bạn", "you";
    DISABLE, "Vô hiệu hóa", "Disable";
    DISABLE_WHOM, "Vô hiệu hóa {username}", "Disable {username}";
    PROMOTE, "Làm quản trị", "Make administrator";
    PROMOTE_WHOM, "Làm quản trị: đề nghị {username}", "Make administrator: ask for {username}";
    ASK, "Vô hiệu hóa tài khoản {username}?", "Disable the account {username}?";
    ASK_WHY, "Người này bị đăng xuất ngay và không đăng nhập được nữa. Những gì họ đã làm vẫn được lưu. Việc này không quay lại được.",
        "They are signed out at once and cannot sign in again. What they did stays on record. There is no way back.";
    DONE, "Đã vô hiệu hóa tài khoản", "The account is disabled";
    DONE_WHY, "Mọi phiên làm việc của tài khoản đã kết thúc.", "All its sessions have ended.";
    HOW, "Tạo tài khoản hoặc cấp lại mật khẩu", "Make an account or reset one";
    HOW_WHY, "Làm trên máy chủ, để mật khẩu và mã QR chỉ hiện trên màn hình của người quản trị máy chủ:",
        "On the server itself, so that password and QR code appear on the operator's screen only:"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// `GET /console/officers`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let mut officers = state.store.list_officers().await?;
    officers.retain(|officer| is_within(&signed, officer));
    let body = html! {
        @if asked.done.is_some() { (alert(Tone::Good, DONE.get(lang), html! { p { (DONE_WHY.get(lang)) } })) }
        (rows(lang, &signed, &officers, state.now()))
        (fold(HOW.get(lang), html! {
            p { (HOW_WHY.get(lang)) }
            pre.command { code { "bluezone admin officer add --username lan.nguyen --role provincial-cdc --unit CDC-19" } }
            pre.command { code { "bluezone admin officer reset --username lan.nguyen" } }
        }))
    };
    let view = view.at(routes::OFFICERS);
    Ok(Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: true, body }
        .render())
}

/// `GET /console/officers/{officer}/disable`
pub async fn ask(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let officer = other(&state, &signed, &id).await?;
    let lang = view.lang;
    let fields = html! {
        div.actions {
            (button(Weight::Danger, DISABLE.get(lang)))
            (link_button(Weight::Secondary, routes::OFFICERS, words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(routes::OFFICERS, TITLE.get(lang)))
        section.card {
            p { (ASK_WHY.get(lang)) }
            (form(&routes::disable(officer.id), &signed.form_token, fields))
        }
    };
    let title = ASK.fill(lang, &[("username", &officer.username)]);
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: false, body }.render())
}

/// `POST /console/officers/{officer}/disable`
pub async fn disable(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let officer = other(&state, &signed, &id).await?;
    state.store.disable_officer(officer.id, state.now()).await?;
    Ok(Redirect::to(&format!("{}?done=1", routes::OFFICERS)).into_response())
}

/// Whether an account is the administrator's to see: its unit lies within theirs.
fn is_within(signed: &Signed, officer: &Officer) -> bool {
    signed.officer.territory.contains(officer.territory)
}

/// An account that is not one's own: disabling oneself could leave nobody to administer. One outside the administrator's
/// territory is not found.
pub async fn other(state: &AppState, signed: &Signed, id: &str) -> Result<Officer, Failure> {
    let id: OfficerId = id.parse().map_err(|_| Failure::NotFound)?;
    if id == signed.officer.id {
        return Err(Failure::Forbidden);
    }
    let officer = state.store.officer(id).await?.filter(|officer| is_within(signed, officer));
    officer.ok_or(Failure::NotFound)
}

fn rows(lang: Lang, signed: &Signed, officers: &[Officer], now: Timestamp) -> Markup {
    let columns = [
        Column::words(USERNAME.get(lang)),
        Column::words(ROLE.get(lang)),
        Column::words(words::UNIT.get(lang)),
        Column::words(SINCE.get(lang)),
        Column::words(STATE.get(lang)),
        Column::words(DO.get(lang)),
    ];
    let rows = officers.iter().map(|officer| {
        let own = officer.id == signed.officer.id;
        let state = if officer.disabled_at.is_some() {
            badge(Tone::Neutral, DISABLED.get(lang))
        } else if officer.locked_until.is_some_and(|until| now < until) {
            badge(Tone::Caution, LOCKED.get(lang))
        } else {
            badge(Tone::Good, ACTIVE.get(lang))
        };
        let whom = DISABLE_WHOM.fill(lang, &[("username", &officer.username)]);
        vec![
            html! { (officer.username) @if own { " " span.soft { "(" (YOU.get(lang)) ")" } } },
            html! { (words::role(lang, officer.role)) },
            html! { (officer.unit) },
            words::instant(lang, officer.created_at),
            state,
            html! {
                @if own || officer.disabled_at.is_some() { span.soft { "–" } } @else {
                    a href=(routes::disable(officer.id)) aria-label=(whom) { (DISABLE.get(lang)) }
                    @if promote::can_be_asked_for(officer) {
                        " · "
                        a href=(routes::promote(officer.id))
                            aria-label=(PROMOTE_WHOM.fill(lang, &[("username", &officer.username)])) { (PROMOTE.get(lang)) }
                    }
                }
            },
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}
