//! A few people declare their health, so that the pages that stay up have something to show.

use anyhow::Context;
use bluezone_domain::citizen::Citizen;
use bluezone_domain::declaration::Channel;
use bluezone_domain::id::CitizenId;
use bluezone_pages::Lang;
use bluezone_server::AppState;
use bluezone_server::declaring::{Filled, Sending, Sheet, day_of, purposes, store};

/// Questions and answers.
type Answers = &'static [(&'static str, &'static str)];

/// Name, year of birth, gender, telephone, and how they are.
const PEOPLE: [(&str, &str, &str, &str, Answers); 5] = [
    ("Nguyễn Văn An", "1985", "male", "0900000001", WELL),
    ("Trần Thị Bình", "1958", "female", "0900000002", COUGH),
    ("Lê Văn Cường", "1992", "male", "0900000003", WELL),
    ("Phạm Thị Mẫu", "2001", "female", "0912000111", MET),
    ("Trần Thị Thử", "1979", "female", "0987000111", BREATH),
];
const WELL: Answers = &[("showSignal", "healthy"), ("hasPatient", "no"), ("hasSick", "no")];
const MET: Answers = &[("showSignal", "healthy"), ("hasPatient", "yes"), ("hasSick", "no")];
const COUGH: Answers =
    &[("showSignal", "cough"), ("showSignalNote", "Ho khan về đêm"), ("hasPatient", "no"), ("hasSick", "no")];
const BREATH: Answers = &[
    ("showSignal", "breath"),
    ("showSignalNote", "Khó thở khi nằm"),
    ("hasPatient", "no"),
    ("hasSick", "yes"),
];
/// What all of them say.
const ALL: Answers = &[
    ("nation", "VN"),
    ("provinceId", "19"),
    ("wardId", "05443"),
    ("address", "Tổ 5"),
    ("showCountryPassing", "no"),
    ("hasFromSickCountry", "no"),
    ("consent-declaration", "yes"),
    ("consent-call-back", "yes"),
];

/// They declare, now. Returns them.
pub async fn declare(state: &AppState) -> anyhow::Result<Vec<Citizen>> {
    let now = state.now();
    let sheet = Sheet::open(state, "toan-dan", day_of(now)).await?.context("the form is open")?;
    let mut people = Vec::new();
    for (name, year, gender, phone, health) in PEOPLE {
        let own = [("fullName", name), ("birthYear", year), ("gender", gender), ("phone", phone)];
        let mut fields: Vec<(String, String)> = [&own, ALL, health]
            .concat()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if health.iter().any(|(name, _)| *name == "showSignalNote") {
            fields.push(("signalSince".to_owned(), day_of(now - 86_400).to_string()));
        }
        let mut rng = state.rng();
        let id = CitizenId::generate(&mut *rng);
        let citizen = state.store.confirm_citizen(id, &phone.parse()?, now, &mut *rng).await?;
        let filled = Filled { sheet: &sheet, lang: Lang::Vi, fields: &fields, files: &[] };
        let checked = filled.checked(filled.read(), &purposes(&sheet, &[]));
        anyhow::ensure!(checked.is_right(), "the demo's people fill in the form rightly");
        let sending = Sending {
            citizen: citizen.id,
            about: None,
            key: "demo",
            authored_at: now,
            channel: Channel::Web,
            shown: false,
        };
        store(state, &filled, &checked, &sending).await?;
        people.push(citizen);
    }
    Ok(people)
}
