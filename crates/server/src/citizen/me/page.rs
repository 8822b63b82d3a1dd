//! The overview: what is kept, who looked, what can be done.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::{consents, declarations, looks, requests, visits, work};
use crate::console::shell::View;
use crate::console::signals::category;
use crate::console::words::instant;
use crate::reporting::{grouped, tracking_code};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::citizen::Profile;
use bluezone_domain::signal::Signal;
use bluezone_pages::parts::{Tone, Weight, alert, card, link_button};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

/// Entries of each list.
const MOST: u32 = 50;

text! {
    TITLE, "Dữ liệu của tôi", "My data";
    LEAD, "Bạn xem, sửa, lấy bản sao, rút lại đồng ý và xóa ở đây. Bạn không phải nêu lý do.",
        "Here you see, correct, copy, take back and delete. You need not say why.";
    DONE, "Đã lưu", "Saved";
    REMOVED, "Hồ sơ đã được xóa", "The record is deleted";
    DELETED, "Tờ khai đã được xóa", "The declaration is deleted";
    WITHDRAWN, "Đã rút lại sự đồng ý", "Your consent is taken back";
    PHONE, "Số điện thoại của tài khoản", "The account's telephone number";
    PEOPLE, "Những người bạn khai báo", "The people you declare for";
    NOBODY, "Chưa có ai. Lần khai báo đầu tiên tạo hồ sơ của bạn.", "Nobody yet. Your first declaration makes your own.";
    YOU, "Bạn", "You";
    CORRECT, "Xem và sửa", "See and correct";
    CORRECT_ONE, "Xem và sửa: {name}", "See and correct: {name}";
    NO_NAME, "(chưa có tên)", "(no name yet)";
    REPORTS, "Phản ánh có nêu tên bạn", "Reports under your name";
    COPY, "Lấy bản sao", "Take a copy";
    COPY_WHY, "Mọi dữ liệu của bạn: bản PDF để đọc, tệp JSON cho máy đọc; tờ khai ở dạng FHIR QuestionnaireResponse, hệ thống y tế khác đọc được.",
        "All your data: a PDF to read, a JSON file for programs; declarations are FHIR QuestionnaireResponses, which other health systems can read.";
    PDF, "Tải bản PDF", "Download the PDF";
    JSON, "Tải tệp JSON", "Download the JSON file";
    DELETE, "Xóa tài khoản và mọi dữ liệu", "Delete the account and all data";
    DELETE_WHY, "Xóa ngay, không cần chờ ai duyệt.", "At once; nobody has to approve it.";
    DO_DELETE, "Xóa…", "Delete …"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// `GET /me`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let citizen = state.store.citizen(signed.citizen).await?.ok_or(Failure::NotFound)?;
    let profiles = state.store.profiles_of(signed.citizen).await?;
    let signals = state.store.signals_of(signed.citizen, MOST).await?;
    let body = html! {
        @if let Some(done) = &asked.done { (alert(Tone::Good, said(done).get(lang), html! {})) }
        (card(PEOPLE.get(lang), html! {
            p { (PHONE.get(lang)) ": " (citizen.phone.as_str()) }
            (people(lang, &profiles))
        }))
        (declarations::shown(&state, lang, &signed).await?)
        (visits::shown(lang, state.config.visit_retention_days))
        (consents::shown(&state, lang, &signed).await?)
        (work::shown(&state, lang, &signed).await?)
        (looks::shown(&state, lang, signed.citizen).await?)
        @if !signals.is_empty() { (card(REPORTS.get(lang), reports(&state, lang, &signals))) }
        (requests::summary(&state, lang, signed.citizen).await?)
        (card(COPY.get(lang), html! {
            p { (COPY_WHY.get(lang)) }
            div.actions {
                (link_button(Weight::Secondary, routes::MY_PAPER, PDF.get(lang)))
                (link_button(Weight::Secondary, routes::MY_EXPORT, JSON.get(lang)))
            }
        }))
        (card(DELETE.get(lang), html! {
            p { (DELETE_WHY.get(lang)) }
            div.actions { (link_button(Weight::Danger, routes::MY_DELETE, DO_DELETE.get(lang))) }
        }))
    };
    let view = view.at(routes::ME);
    let lead = Some(LEAD.get(lang));
    Ok(Shell { lead, body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) }.render())
}

/// What has just happened, in words.
fn said(done: &str) -> Text {
    match done {
        "removed" => REMOVED,
        "deleted" => DELETED,
        "withdrawn" => WITHDRAWN,
        _ => DONE,
    }
}

/// What a profile is called.
pub fn name(lang: Lang, profile: &Profile) -> String {
    match profile.person.identity.name.as_str() {
        "" if profile.is_own() => YOU.get(lang).to_owned(),
        "" => NO_NAME.get(lang).to_owned(),
        name => name.to_owned(),
    }
}

fn people(lang: Lang, profiles: &[Profile]) -> Markup {
    if profiles.is_empty() {
        return html! { p.soft { (NOBODY.get(lang)) } };
    }
    html! {
        ul.entries {
            @for profile in profiles {
                @let name = name(lang, profile);
                li {
                    div.row.apart {
                        span { (name) @if profile.is_own() { span.soft { " · " (YOU.get(lang)) } } }
                        a.button href=(routes::my_person(profile.id))
                            aria-label=(CORRECT_ONE.fill(lang, &[("name", &name)])) { (CORRECT.get(lang)) }
                    }
                }
            }
        }
    }
}

fn reports(state: &AppState, lang: Lang, signals: &[Signal]) -> Markup {
    html! {
        ul.entries {
            @for signal in signals {
                @let code = grouped(&tracking_code(&state.secrets, signal.id));
                li {
                    a href=(routes::report(&code)) { (category(&signal.category).get(lang)) }
                    span.soft { " · " (instant(lang, signal.received_at)) }
                }
            }
        }
    }
}
