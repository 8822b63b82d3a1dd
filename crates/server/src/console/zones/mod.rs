//! Zones of the officer's territory: what there is, and deciding, changing and lifting them.

mod area;
pub mod change;
pub mod lift;
pub mod list;
mod log;
pub mod new;
mod terms;
pub mod zone;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::state::AppState;
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::area::Area;
use bluezone_domain::policy::{Action, Record, allows};
use bluezone_domain::zone::Zone;
use bluezone_pages::parts::{Tone, Weight, alert, link_button};
use bluezone_pages::text;
use maud::html;

text! {
    MEANWHILE, "Vùng này đã đổi trong lúc đó", "The zone has changed meanwhile";
    MEANWHILE_WHY, "Một cán bộ khác vừa quyết định, hoặc vùng đã hết hạn. Chưa có gì được lưu; hãy xem lại.",
        "Another officer has just decided something, or the zone is over. Nothing was saved; look at it again.";
    SEE_ZONE, "Xem vùng", "Look at the zone"
}

/// Whether the officer decides about zones there.
fn may_draw(signed: &Signed, area: Area) -> bool {
    allows(signed.scope(), Action::DrawZones, Record { area, assigned: None })
}

/// A zone of the officer's territory. Those of others are not there.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Zone, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let zone = state.store.zone(id).await?;
    zone.filter(|zone| may_draw(signed, zone.area())).ok_or(Failure::NotFound)
}

/// The answer to a form about a zone that is not any more what the officer saw.
fn meanwhile(signed: &Signed, view: View, zone: &Zone) -> Response {
    let lang = view.lang;
    let to = routes::zone(zone.id);
    let body = html! {
        (alert(Tone::Caution, MEANWHILE.get(lang), html! { p { (MEANWHILE_WHY.get(lang)) } }))
        div.actions { (link_button(Weight::Primary, &to, SEE_ZONE.get(lang))) }
    };
    let (view, title) = (view.at(&to), zone::title(lang, zone));
    let mut answer =
        Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render();
    *answer.status_mut() = StatusCode::CONFLICT;
    answer
}
