//! One place: who is inside, its code, and what its owner can do.

use super::{Seen, log, seen, words};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_codes::place::{Link, Poster};
use bluezone_domain::place::{Place, Standing};
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, button, facts, fold, link_button};
use bluezone_pages::qr::qr;
use bluezone_pages::time::duration;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    BACK, "Địa điểm của tôi", "My places";
    CONTROL, "Quét mã của khách", "Scan visitors' codes";
    LOG, "Ai vào, ai ra", "Who came and went";
    DELEGATES, "Người kiểm soát", "Controllers";
    EDIT, "Sửa thông tin", "Change";
    CODE, "Mã của nơi này", "The code of this place";
    CODE_WHY, "Khách quét mã QR bằng camera, hoặc nhập mã số tại {address}.", "Visitors scan the QR code with their camera, or type the code at {address}.";
    QR_LABEL, "Mã QR để vào nơi này", "QR code to check in here";
    POSTER, "Tờ mã để dán (PDF)", "Poster to put up (PDF)";
    POSTER_A4, "Khổ A4, hai thứ tiếng", "A4, both languages";
    POSTER_A3, "Khổ A3, hai thứ tiếng", "A3, both languages";
    POSTER_VI, "Khổ A4, tiếng Việt", "A4, Vietnamese";
    POSTER_EN, "Khổ A4, tiếng Anh", "A4, English";
    NEW_POSTER, "Đổi mã QR mới", "Make a new QR code";
    NEW_POSTER_WHY, "Khi có người chụp mã để quét từ xa: in mã mới. Ai quét mã cũ vẫn được ghi nhận, nhưng bị đánh dấu.",
        "When people photograph the code to scan it from afar: print a new one. Scans of the old one still count, but are marked.";
    EDITION, "Lần phát hành", "Edition";
    ADDRESS, "Địa chỉ", "Address";
    PLATE, "Biển số", "Plate";
    KIND, "Loại", "Kind";
    REGISTRANT, "Người đăng ký", "Registered by";
    CAPACITY, "Sức chứa", "Capacity";
    DWELL, "Khách thường ở", "Visitors usually stay";
    CLOSED, "Nơi này đã đóng", "This place is closed";
    CLOSED_WHY, "Không ai quét vào được nữa. Bạn có thể mở lại.", "Nobody can check in any more. You can open it again.";
    CLOSE, "Đóng nơi này", "Close this place";
    CLOSE_WHY, "Không ai quét vào được nữa. Nhật ký được xóa khi hết hạn lưu, rồi nơi này cũng được xóa.",
        "Nobody can check in any more. The log is deleted when its time is over, and then the place.";
    REOPEN, "Mở lại", "Open again"
}

/// `GET /places/{code}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let Seen { place, standing, .. } = seen(&state, &signed, &code).await?;
    let owner = standing == Standing::Owner;
    let body = html! {
        @if place.closed_at.is_some() {
            (alert(Tone::Caution, CLOSED.get(lang), html! { p { (CLOSED_WHY.get(lang)) } }))
        }
        (log::occupancy(&state, lang, &place).await?)
        div.actions {
            (link_button(Weight::Primary, &routes::control(place.code), CONTROL.get(lang)))
            (link_button(Weight::Secondary, &routes::log(place.code), LOG.get(lang)))
            @if owner { (link_button(Weight::Secondary, &routes::delegates(place.code), DELEGATES.get(lang))) }
        }
        @if owner { (code_card(&state, lang, &place, &signed.form_token)) }
        section.card {
            (about(lang, &place))
            @if owner { div.actions { (link_button(Weight::Secondary, &routes::edit(place.code), EDIT.get(lang))) } }
        }
        @if owner { (closing(lang, &place, &signed.form_token)) }
    };
    let back = Some((routes::PLACES, BACK.get(lang)));
    Ok(Shell { back, body, ..Shell::new(&view, Some(&signed), &place.details.name) }.render())
}

/// What the poster's QR code says.
pub fn link(state: &AppState, place: &Place) -> String {
    let ring = state.secrets.code_keys();
    let poster = Some(Poster::new(&ring, place.code, place.edition));
    Link { code: place.code, poster }.write(&state.config.public_url)
}

fn code_card(state: &AppState, lang: Lang, place: &Place, token: &str) -> Markup {
    let address = format!("{}{}", state.config.public_url, routes::SCAN);
    html! {
        section.card {
            h2 { (CODE.get(lang)) }
            @if let Some(code) = qr(&link(state, place), QR_LABEL.get(lang)) { (code) }
            p.place-code { (place.code.grouped()) }
            p.soft { (CODE_WHY.fill(lang, &[("address", &address)])) }
            (fold(POSTER.get(lang), html! {
                @let poster = routes::place_poster(place.code);
                ul {
                    li { a href=(poster) { (POSTER_A4.get(lang)) } }
                    li { a href={ (poster) "?paper=a3" } { (POSTER_A3.get(lang)) } }
                    li { a href={ (poster) "?words=vi" } { (POSTER_VI.get(lang)) } }
                    li { a href={ (poster) "?words=en" } { (POSTER_EN.get(lang)) } }
                }
            }))
            (fold(NEW_POSTER.get(lang), html! {
                p { (NEW_POSTER_WHY.get(lang)) }
                (form(&routes::edition(place.code), token, button(Weight::Secondary, NEW_POSTER.get(lang))))
            }))
        }
    }
}

fn about(lang: Lang, place: &Place) -> Markup {
    let place_or_plate = if place.kind.is_vehicle() { PLATE } else { ADDRESS };
    let mut pairs = vec![
        (KIND.get(lang), html! { (words::kind(place.kind).get(lang)) }),
        (place_or_plate.get(lang), html! { (words::whereabouts(lang, place)) }),
        (REGISTRANT.get(lang), html! { (place.details.registrant) }),
        (DWELL.get(lang), html! { (duration(lang, place.dwell_s())) }),
        (EDITION.get(lang), html! { (place.edition) }),
    ];
    if let Some(capacity) = place.capacity {
        pairs.push((CAPACITY.get(lang), html! { (capacity) }));
    }
    facts(pairs)
}

fn closing(lang: Lang, place: &Place, token: &str) -> Markup {
    let action = routes::close(place.code);
    if place.closed_at.is_some() {
        return form(
            &action,
            token,
            html! {
                input type="hidden" name="open" value="yes";
                (button(Weight::Secondary, REOPEN.get(lang)))
            },
        );
    }
    fold(
        CLOSE.get(lang),
        html! {
            p { (CLOSE_WHY.get(lang)) }
            (form(&action, token, html! {
                button class=(Weight::Danger.class()) type="submit" { (Icon::Cross.svg()) (CLOSE.get(lang)) }
            }))
        },
    )
}
