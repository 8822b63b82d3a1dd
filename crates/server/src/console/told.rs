//! Who reaches what people sent to a unit, and what the unit asks of them: the unit, and those whose territory holds its own.
//!
//! To see that it exists and where it stands is one thing. To open it, to read it and to ask on is the unit's alone: its key is
//! the one that it is sealed to, and its name the one that the public log holds.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::case::no_place;
use bluezone_domain::policy::{Action, Record, allows};
use bluezone_pages::parts::{Tone, alert};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    ANOTHERS, "Của đơn vị {unit}", "It is unit {unit}'s";
    ANOTHERS_WHY, "Địa bàn của đơn vị bạn bao gồm đơn vị này, nên bạn thấy nó và biết nó đến đâu. Chỉ {unit} mở, đọc, ký được: dữ liệu được niêm phong cho khóa của đơn vị đó.",
        "Your unit's territory holds that unit's, so you see that it is there and where it stands. Only {unit} can open, read or sign: it is sealed to that unit's key."
}

/// How near an officer is to the unit that something was sent to or that asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// It is the officer's own unit.
    Own,
    /// A unit within the officer's territory.
    Above,
}

/// How the officer who is signed in reaches what is this unit's; not found where they do not, whether it exists or not.
pub async fn reach(state: &AppState, signed: &Signed, action: Action, unit: &str) -> Result<Reach, Failure> {
    let whose = state.store.unit(unit).await?.ok_or(Failure::NotFound)?;
    // A unit of no province's is the whole nation's.
    let area = whose.territory.area().unwrap_or_else(no_place);
    match allows(signed.scope(), action, Record { area, assigned: Some(unit) }) {
        false => Err(Failure::NotFound),
        true if signed.officer.unit == unit => Ok(Reach::Own),
        true => Ok(Reach::Above),
    }
}

/// What is done with the unit's key or in its name.
pub fn own(reach: Reach) -> Result<(), Failure> {
    match reach {
        Reach::Own => Ok(()),
        Reach::Above => Err(Failure::Forbidden),
    }
}

/// Says on the page of something of another unit what can be done here and what cannot.
pub fn notice(lang: Lang, reach: Reach, unit: &str) -> Markup {
    html! {
        @if reach == Reach::Above {
            (alert(Tone::Info, &ANOTHERS.fill(lang, &[("unit", unit)]), html! {
                p { (ANOTHERS_WHY.fill(lang, &[("unit", unit)])) }
            }))
        }
    }
}
