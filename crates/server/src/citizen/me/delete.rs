//! Deleting the account and everything that hangs on it: what goes, what stays and on which basis, then the form.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::page as overview;
use crate::console::access::without;
use crate::console::cookie::Cookie;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_pages::form::{form, tick};
use bluezone_pages::parts::{Weight, button, card, link_button};
use bluezone_pages::text;
use bluezone_protocol::time::DAY_S;
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Xóa tài khoản và dữ liệu", "Delete the account and its data";
    LEAD, "Xóa ngay khi bạn bấm nút, không khôi phục được.", "It happens when you press the button and cannot be taken back.";
    GOES, "Sẽ xóa", "What goes";
    GOES_ACCOUNT, "tài khoản, số điện thoại, mã của tôi", "the account, the telephone number, your codes";
    GOES_DECLARED, "tờ khai của bạn và của những người bạn khai hộ, cùng các đồng ý", "your declarations and those for others, with the consents";
    GOES_VISITS, "nhật ký các nơi đã đến, hộp thư, danh sách ai đã xem", "the diary of places, the inbox, the list of who looked";
    GOES_PLACES, "Địa điểm bạn đăng ký được đóng lại; danh sách nơi làm việc bạn lập bị xóa.", "The places that you registered are closed; the lists of agencies that you made are deleted.";
    GOES_LISTS, "Nơi làm việc đang được bạn cho biết điều gì sẽ không còn tên bạn trong danh sách.", "You leave the lists of agencies that you let see something.";
    STAYS, "Không xóa ở đây", "What is not deleted here";
    STAYS_CASE, "Hồ sơ ca bệnh và tiếp xúc mà cơ quan y tế lập theo Luật Phòng bệnh 114/2025/QH15; Luật 91/2025/QH15, Điều 14 khoản 2 và Điều 19 cho phép từ chối xóa. Chúng tự hết hạn sau 90 ngày không thay đổi.",
        "Records of cases and contacts that the health authority keeps under Law 114/2025/QH15; Law 91/2025/QH15, Art. 14.2 and 19 allow to refuse deletion. They end by themselves after 90 days without a change.";
    STAYS_SIGNAL, "Phản ánh: không còn gắn với tài khoản của bạn; điều bạn đã viết, kể cả tên và số bạn ghi trong đó, được xóa sau 90 ngày.",
        "Reports: they no longer belong to your account; what you wrote, with the name and number that you gave there, is deleted after 90 days.";
    STAYS_REQUEST, "Yêu cầu về dữ liệu và câu trả lời, không còn gắn với bạn: để chứng minh đã trả lời đúng hạn.",
        "Requests about your data and their answers, without you: to show that they were answered in time.";
    STAYS_INVITED, "Tên và số do cơ quan tự ghi để mời bạn, nếu bạn không cho họ biết gì: cơ quan không biết bạn từng có tài khoản; tự xóa 60 ngày sau lời mời, hoặc sau khi bạn thôi cho biết.",
        "Your name and number as an agency wrote them to invite you, where you let it see nothing: it does not learn that you had an account; they end 60 days after the invitation, or after you stopped letting it see something.";
    ASK, "Muốn yêu cầu xóa cả những phần này? Gửi yêu cầu trước khi xóa tài khoản.", "Do you want to ask for these, too? Send a request before you delete the account.";
    SURE, "Tôi muốn xóa tài khoản và dữ liệu", "I want to delete the account and its data";
    MUST, "Hãy đánh dấu ô này để xóa.", "Tick this box to delete.";
    DO_IT, "Xóa vĩnh viễn", "Delete for good";
    CANCEL, "Không, quay lại", "No, go back"
}

/// What was ticked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    sure: String,
}

/// `GET /me/delete`
pub async fn ask(signed: Signed, view: View) -> Response {
    shown(&signed, view, false)
}

/// `POST /me/delete`
pub async fn delete(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    if typed.sure != "yes" {
        let mut answer = shown(&signed, view, true);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    // Visits do not name whose they are: they are found while the profiles are there.
    let (now, store) = (state.now(), &state.store);
    let first = now - state.config.visit_retention_days * DAY_S;
    for profile in store.profiles_of(signed.citizen).await? {
        store.delete_visits_of_profile(profile.id, first, now + DAY_S).await?;
    }
    store.delete_citizen(signed.citizen, now).await?;
    tracing::info!("an account was deleted by its citizen");
    let to = Redirect::to(&format!("{}?gone=1", routes::HOME)).into_response();
    Ok(without(to, Cookie::Citizen, &state))
}

fn shown(signed: &Signed, view: View, wrong: bool) -> Response {
    let lang = view.lang;
    let body = html! {
        (card(GOES.get(lang), html! {
            ul { @for line in [GOES_ACCOUNT, GOES_DECLARED, GOES_VISITS, GOES_PLACES, GOES_LISTS] { li { (line.get(lang)) } } }
        }))
        (card(STAYS.get(lang), html! {
            ul { @for line in [STAYS_CASE, STAYS_SIGNAL, STAYS_REQUEST, STAYS_INVITED] { li { (line.get(lang)) } } }
            p { a href=(routes::MY_REQUESTS) { (ASK.get(lang)) } }
        }))
        section.card {
            (form(routes::MY_DELETE, &signed.form_token, html! {
                (tick("sure", SURE.get(lang), false, wrong.then(|| MUST.get(lang))))
                div.actions {
                    (button(Weight::Danger, DO_IT.get(lang)))
                    (link_button(Weight::Secondary, routes::ME, CANCEL.get(lang)))
                }
            }))
        }
    };
    let view = view.at(routes::MY_DELETE);
    let back = Some((routes::ME, overview::TITLE.get(lang)));
    let lead = Some(LEAD.get(lang));
    Shell { back, lead, body, ..Shell::new(&view, Some(signed), TITLE.get(lang)) }.render()
}
