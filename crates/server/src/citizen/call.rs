//! The health station's telephone as a button to press.

use bluezone_pages::icon::Icon;
use bluezone_pages::parts::Weight;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    CALL, "Gọi {phone}", "Call {phone}"
}

/// The button. A number is written for people, with spaces; what is dialled has none.
pub fn call(lang: Lang, weight: Weight, phone: &str) -> Markup {
    let dial: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! { a class=(weight.class()) href={ "tel:" (dial) } { (Icon::Phone.svg()) (CALL.fill(lang, &[("phone", phone)])) } }
}
