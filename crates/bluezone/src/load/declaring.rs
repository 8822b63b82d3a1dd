//! A citizen who declares.

use super::cast::Cast;
use super::client::Client;
use super::{Entry, Kind, Outcome};
use rand::RngExt as _;
use rand::rngs::StdRng;

const FORM: &str = "/declare/toan-dan";
/// What everybody declares.
const FIELDS: [(&str, &str); 14] = [
    ("fullName", "NGƯỜI THỬ TẢI"),
    ("birthYear", "1985"),
    ("gender", "female"),
    ("nation", "VN"),
    ("provinceId", "19"),
    ("wardId", "05443"),
    ("address", "Tổ 5"),
    ("showCountryPassing", "no"),
    ("showSignal", "healthy"),
    ("hasPatient", "no"),
    ("hasFromSickCountry", "no"),
    ("hasSick", "no"),
    ("consent-declaration", "yes"),
    ("consent-call-back", "yes"),
];

/// Sends one. Sent again it is the same: the ticket names it.
pub async fn declare(client: &mut Client, cast: &Cast, number: u64, mut rng: StdRng) -> Option<Outcome> {
    let citizen = pick(&cast.citizens, number)?;
    let ticket = format!("load-{:016x}", rng.random::<u64>());
    let own = [("phone", citizen.phone.as_str()), ("csrf", &citizen.form_token), ("ticket", &ticket)];
    let answer = send_form(client, FORM, &citizen.cookie, FIELDS.iter().copied().chain(own)).await;
    Some(match answer {
        Ok(to) => match to.strip_prefix("/declared/") {
            Some(id) => {
                Outcome::Acked(Entry::acked(Kind::Declare, vec![id.to_owned()], citizen.profile.clone()))
            }
            None => Outcome::Unknown,
        },
        Err(outcome) => outcome,
    })
}

/// In turn.
pub fn pick<T>(all: &[T], number: u64) -> Option<&T> {
    let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
    all.get(usize::try_from(number % count).ok()?)
}

/// Sends a form; where it leads to.
pub async fn send_form<'a>(
    client: &mut Client,
    path: &str,
    cookie: &str,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<String, Outcome> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [("cookie", cookie), ("content-type", "application/x-www-form-urlencoded")];
    match client.send("POST", path, &headers, body.into_bytes()).await {
        Some(answer) if answer.status == 303 => Ok(answer.header("location").to_owned()),
        Some(answer) => Err(Outcome::Refused(answer.status.as_u16())),
        None => Err(Outcome::Unknown),
    }
}
