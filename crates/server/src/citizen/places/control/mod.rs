//! The controller's page: scans visitors' codes, writes down who has none, works without a connection.

pub mod batch;
mod event;
pub mod phone;
mod told;

use super::{log, seen};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::offline;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use bluezone_domain::id::VisitId;
use bluezone_domain::person::Gender;
use bluezone_domain::place::Place;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, alert, button, fold};
use bluezone_pages::scan::{Scan, scanner};
use bluezone_pages::{Lang, control_script_path, text};
use event::{Event, Way, Who, Written, handle};
use maud::{Markup, html};
use serde::Deserialize;
use told::{Told, told};

text! {
    TITLE, "Quét mã của khách", "Scan visitors' codes";
    WAY, "Khách đang", "Visitors are";
    COMING, "Vào", "Coming in";
    GOING, "Ra", "Going out";
    CODE, "Mã đọc được bằng máy quét", "Code from a hand scanner";
    CODE_HINT, "Dùng khi máy quét rời gõ mã vào đây, hoặc khi không có camera.", "For a scanner that types, or without a camera.";
    TAKE, "Ghi", "Write down";
    BY_HAND, "Khách không có mã", "A visitor without a code";
    BY_HAND_WHY, "Ghi họ tên, và số điện thoại hoặc địa chỉ. Chỉ cơ quan y tế đọc được, khi có ca bệnh.",
        "Write the name, and a telephone number or an address. Only the health authority reads it, when there is a case.";
    NAME, "Họ và tên", "Name";
    BIRTH, "Năm sinh", "Year of birth";
    GENDER, "Giới tính", "Gender";
    NOT_SAID, "Không ghi", "Not said";
    MALE, "Nam", "Male";
    FEMALE, "Nữ", "Female";
    PHONE, "Số điện thoại", "Telephone";
    ADDRESS, "Địa chỉ", "Address";
    TRIP, "Chuyến", "Trip";
    TRIP_HINT, "Ví dụ 07:30 đi Hà Nội. Ghi cùng mỗi khách.", "For example 07:30 to Hanoi. Written down with each visitor.";
    SEAT, "Ghế hoặc toa", "Seat or carriage";
    BY_PHONE, "Tra theo số điện thoại", "Look up by telephone";
    BY_PHONE_WHY, "Khách nhận một mã qua tin nhắn và đọc cho bạn: không ai vào thay người khác được.",
        "The visitor gets a code by text message and reads it to you: nobody checks in for somebody else.";
    SEND, "Gửi mã cho khách", "Send the visitor a code";
    WAITING, "{n} lượt chờ gửi", "{n} waiting to be sent";
    ALL_SENT, "Đã gửi hết", "All sent";
    OFFLINE, "Mất mạng: vẫn quét tiếp được, các lượt được gửi sau theo đúng thứ tự.", "No connection: go on scanning, everything is sent later in its order.";
    CLOSED, "Bạn không còn kiểm soát nơi này, hoặc nơi này đã bị xóa. Các lượt đang chờ vẫn nằm trên máy này: hãy nhờ chủ nơi này thêm lại bạn, rồi mở lại trang.",
        "You no longer control this place, or it is gone. What is waiting stays on this device: ask the owner to add you again, then open this page.";
    SIGN_IN_AGAIN, "Hãy đăng nhập lại để gửi các lượt đang chờ.", "Sign in again to send what is waiting.";
    KEPT, "Đã ghi trên máy này lúc {time}", "Kept on this device at {time}"
}

/// Without a script: what the controller sends. `Debug` hides who it is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    visit: Option<VisitId>,
    way: Way,
    code: String,
    trip: String,
    seat: String,
    #[serde(flatten)]
    written: Written,
}

/// `GET /places/{code}/control`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let place = seen(&state, &signed, &code).await?.place;
    shown(&state, &signed, &view, &place, &Sent::default(), None).await
}

/// `POST /places/{code}/control`: a code or somebody without one, from a form.
pub async fn take(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let place = seen(&state, &signed, &code).await?.place;
    let at = state.now();
    let who = match sent.code.trim() {
        "" => Who::Guest(sent.written.clone()),
        code => Who::Code(code.to_owned()),
    };
    let id = sent.visit.unwrap_or_else(|| VisitId::generate(&mut *state.rng()));
    let event = Event { id, at, way: sent.way, who, trip: sent.trip.clone(), seat: sent.seat.clone() };
    let outcome = handle(&state, &place, signed.citizen, event).await?;
    let told = told(&state, view.lang, at, &outcome).await?;
    shown(&state, &signed, &view, &place, &sent, Some(told)).await
}

/// The page, with what was just done.
pub(super) async fn shown(
    state: &AppState,
    signed: &Signed,
    view: &View,
    place: &Place,
    sent: &Sent,
    told: Option<Told>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let again = told.as_ref().filter(|told| told.tone == "bad");
    let typed = if again.is_some() { sent.written.clone() } else { Written::default() };
    let action = routes::control(place.code);
    let visit = VisitId::generate(&mut *state.rng());
    let hidden = html! { input type="hidden" name="visit" value=(visit); };
    let scan = Scan { lang, frames: routes::FRAME, token: &signed.form_token };
    let body = html! {
        div #control.stack data-control=(routes::events(place.code)) data-token=(signed.form_token)
            data-account=(offline::account(state, signed.citizen))
            data-queued=(WAITING.get(lang)) data-sent=(ALL_SENT.get(lang)) data-offline=(OFFLINE.get(lang))
            data-closed=(CLOSED.get(lang)) data-sign-in=(SIGN_IN_AGAIN.get(lang)) data-kept=(KEPT.get(lang)) {
            div #outcome role="status" { @if let Some(told) = &told { (face(told)) } }
            p #queue.soft role="status" {}
        }
        (scanner(&scan))
        (form(&action, &signed.form_token, html! {
            (hidden)
            (way(lang, sent.way))
            @if place.kind.is_vehicle() { (trip(lang, sent)) }
            (Field::input(lang, "text", "code", CODE.get(lang)).hint(CODE_HINT.get(lang)).complete("off").verbatim().optional())
            (button(Weight::Primary, TAKE.get(lang)))
            (fold(BY_HAND.get(lang), html! {
                p.hint { (BY_HAND_WHY.get(lang)) }
                (guest(lang, &typed))
                (button(Weight::Secondary, TAKE.get(lang)))
            }))
        }))
        (fold(BY_PHONE.get(lang), html! {
            p.hint { (BY_PHONE_WHY.get(lang)) }
            (form(&routes::control_phone(place.code), &signed.form_token, html! {
                (Field::input(lang, "tel", "number", PHONE.get(lang)).complete("off"))
                (button(Weight::Secondary, SEND.get(lang)))
            }))
        }))
        (log::occupancy(state, lang, place).await?)
        script type="module" src=(control_script_path()) {}
    };
    let above = routes::place(place.code);
    let back = Some((above.as_str(), place.details.name.as_str()));
    let view = view.clone().at(&action);
    Ok(Shell { back, body, ..Shell::new(&view, Some(signed), TITLE.get(lang)) }.render())
}

/// What was just done.
pub(super) fn face(told: &Told) -> Markup {
    alert(
        told.tone(),
        &told.title,
        html! {
            @if !told.name.is_empty() { p.face { strong { (told.name) } " " (told.more) } }
            p { (told.note) }
        },
    )
}

fn way(lang: Lang, way: Way) -> impl maud::Render {
    let options = vec![("in", COMING.get(lang)), ("out", GOING.get(lang))];
    Field::radio(lang, "way", WAY.get(lang), options).value(if way == Way::In { "in" } else { "out" })
}

fn trip(lang: Lang, sent: &Sent) -> Markup {
    html! {
        (Field::input(lang, "text", "trip", TRIP.get(lang)).value(&sent.trip).hint(TRIP_HINT.get(lang)).complete("off").optional())
        (Field::input(lang, "text", "seat", SEAT.get(lang)).complete("off").optional())
    }
}

fn guest(lang: Lang, typed: &Written) -> Markup {
    let genders = vec![
        ("", NOT_SAID.get(lang)),
        (Gender::Male.as_str(), MALE.get(lang)),
        (Gender::Female.as_str(), FEMALE.get(lang)),
    ];
    let line = |kind: &'static str, name: &'static str, label: bluezone_pages::Text, value| {
        Field::input(lang, kind, name, label.get(lang)).value(value).complete("off").optional()
    };
    html! {
        (line("text", "name", NAME, &typed.name))
        (line("text", "birth", BIRTH, &typed.birth).digits(10))
        (Field::select(lang, "gender", GENDER.get(lang), genders).value(&typed.gender).optional())
        (line("tel", "phone", PHONE, &typed.phone))
        (line("text", "address", ADDRESS, &typed.address))
    }
}
