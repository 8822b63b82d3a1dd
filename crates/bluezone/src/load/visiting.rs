//! A citizen who checks in.

use super::cast::Cast;
use super::client::Client;
use super::declaring::{pick, send_form};
use super::{Entry, Kind, Outcome};
use bluezone_domain::id::VisitId;
use rand::rngs::StdRng;

/// Checks in once. Sent again it is the same: the form names the visit. Each citizen goes from place to place.
pub async fn check_in(client: &mut Client, cast: &Cast, number: u64, mut rng: StdRng) -> Option<Outcome> {
    let citizen = pick(&cast.citizens, number)?;
    let round = number / u64::try_from(cast.citizens.len()).unwrap_or(1).max(1);
    let place = pick(&cast.places, number.wrapping_add(round))?;
    let form = VisitId::generate(&mut rng).to_string();
    let with = format!("with-{}", citizen.profile);
    let fields = [
        ("csrf", citizen.form_token.as_str()),
        ("visit", &form),
        ("poster", ""),
        ("trip", ""),
        ("seat", ""),
        (&with, "yes"),
    ];
    let path = format!("/p/{place}/in");
    Some(match send_form(client, &path, &citizen.cookie, fields.into_iter()).await {
        Ok(_) => {
            let entry = Entry::acked(Kind::CheckIn, vec![form], citizen.profile.clone());
            Outcome::Acked(Entry { at: place.clone(), ..entry })
        }
        Err(outcome) => outcome,
    })
}
