//! The places that somebody registered, and those that they control for others.

use super::{citizen, words};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::place::Place;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, empty, link_button};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    TITLE, "Địa điểm của tôi", "My places";
    LEAD, "Đăng ký cửa hàng, cơ quan, xe… để có mã QR cho khách quét khi vào và ra.",
        "Register a shop, an office, a bus… and get a QR code for visitors to scan when they come and go.";
    OWN, "Tôi đăng ký", "Registered by me";
    CONTROLLED, "Tôi kiểm soát giúp", "Controlled by me for others";
    NEW, "Đăng ký địa điểm", "Register a place";
    NONE, "Bạn chưa đăng ký nơi nào", "You have registered nothing yet";
    NONE_WHY, "Mất khoảng một phút. Số điện thoại của bạn đã được xác nhận.", "It takes about a minute. Your telephone number is confirmed already.";
    CLOSED, "đã đóng", "closed"
}

/// `GET /places`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let citizen = citizen(&state, &signed).await?;
    let own = state.store.places_of(citizen.id).await?;
    let controlled = state.store.places_of_delegate(&citizen.phone).await?;
    let body = html! {
        @if own.is_empty() && controlled.is_empty() {
            (empty(Icon::Map, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } }))
        }
        (links(lang, OWN.get(lang), &own, routes::place))
        (links(lang, CONTROLLED.get(lang), &controlled, routes::control))
        div.actions { (link_button(Weight::Primary, routes::NEW_PLACE, NEW.get(lang))) }
    };
    Ok(Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) }
        .render())
}

fn links(
    lang: Lang,
    title: &str,
    places: &[Place],
    href: fn(bluezone_domain::place::PlaceCode) -> String,
) -> Markup {
    if places.is_empty() {
        return html! {};
    }
    html! {
        section.stack {
            h2 { (title) }
            ul.entries {
                @for place in places {
                    li {
                        a.card.entry-link href=(href(place.code)) {
                            span.entry-title {
                                (Icon::Map.svg()) (place.details.name)
                                @if place.closed_at.is_some() { " " (badge(Tone::Neutral, CLOSED.get(lang))) }
                            }
                            span.soft { (words::kind(place.kind).get(lang)) " · " (words::whereabouts(lang, place)) }
                        }
                    }
                }
            }
        }
    }
}
