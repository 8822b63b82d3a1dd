//! What a controller's page tells: somebody came, or went. The same whether it comes from a form, at once, or in a batch, hours
//! later.

use crate::citizen::failure::Failure;
use crate::citizen::visit::{Coming, check_in};
use crate::state::AppState;
use bluezone_codes::identity_card::IdentityCard;
use bluezone_codes::insurance_card::InsuranceCard;
use bluezone_codes::national::National;
use bluezone_codes::pass::{self, Refused};
use bluezone_codes::{Scanned, scan};
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::Profile;
use bluezone_domain::id::{CitizenId, ProfileId, VisitId};
use bluezone_domain::person::{Birth, Gender, Identity, tidy};
use bluezone_domain::place::Place;
use bluezone_domain::visit::{BadTime, Ending, Entry, Glimpse, Guest, Suspicions, Visitor, check_time};
use bluezone_store::{CheckedIn, StoreError};
use serde::Deserialize;
use std::fmt;

/// Longest name or address that a controller writes down, in characters.
const LONGEST: usize = 200;

/// In or out.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// They came.
    #[default]
    In,
    /// They went.
    Out,
}

/// Who was let in or out. `Debug` hides it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// What their code says.
    Code(String),
    /// What the controller wrote down.
    Guest(Written),
}

/// What a controller wrote down, as it was typed. `Debug` hides it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Written {
    /// Name.
    pub name: String,
    /// Day or year of birth.
    pub birth: String,
    /// Gender.
    pub gender: String,
    /// Telephone.
    pub phone: String,
    /// Where they live, for who has no telephone.
    pub address: String,
}

/// Somebody came or went.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Names the visit, made by the controller's page.
    pub id: VisitId,
    /// When, by the controller's clock.
    pub at: Timestamp,
    /// Which way.
    pub way: Way,
    /// Who.
    pub who: Who,
    /// Of a vehicle.
    #[serde(default)]
    pub trip: String,
    /// Of a vehicle.
    #[serde(default)]
    pub seat: String,
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Who(..)")
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written(..)")
    }
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// They are in.
    In(Face),
    /// They were in already.
    Already(Face),
    /// They are in, by the telephone that they confirmed: nothing else is told of them, not even that they were in already.
    ByPhone(Glimpse),
    /// They are out.
    Out(Face),
    /// They were not in.
    NotInside(Face),
    /// Nothing was kept.
    Refused(Why),
}

/// What the controller sees of somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Face {
    /// Name, gender, birth.
    pub glimpse: Glimpse,
    /// Of whom declarations are known, if they have an account.
    pub profile: Option<ProfileId>,
    /// Whether something speaks against the visit.
    pub suspicious: bool,
}

/// Why nothing was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// No code of a person.
    NotAPerson,
    /// A code of a place: to be scanned by people, not by the place.
    APlace,
    /// The code is over.
    Over,
    /// The code is not valid yet: a clock is wrong.
    Early,
    /// The card was replaced.
    Replaced,
    /// A name and a telephone or an address are missing.
    Incomplete,
    /// The time has not come.
    Future,
    /// The time is longer ago than visits are kept.
    TooOld,
    /// The place is closed.
    Closed,
    /// The identifier is another visit's.
    Conflict,
}

/// Somebody, known or not.
struct Person {
    visitor: Visitor,
    glimpse: Glimpse,
    entry: Entry,
}

/// Lets somebody in or out.
pub async fn handle(
    state: &AppState,
    place: &Place,
    controller: CitizenId,
    event: Event,
) -> Result<Outcome, Failure> {
    if let Some(why) = untimely(state, place, event.at) {
        return Ok(Outcome::Refused(why));
    }
    let person = match &event.who {
        Who::Code(code) => scanned(state, code, event.at).await?,
        Who::Guest(written) => written.read().ok_or(Why::Incomplete),
    };
    match person {
        Ok(person) => let_through(state, place, controller, event, person).await,
        Err(why) => Ok(Outcome::Refused(why)),
    }
}

/// Lets in whoever confirmed a telephone number, by the name that was written down. The visit is their account's if they have
/// one, and the answer is the same if they have not: whether they have is theirs to tell.
pub async fn by_phone(
    state: &AppState,
    place: &Place,
    controller: CitizenId,
    event: Event,
    own: Option<&Profile>,
) -> Result<Outcome, Failure> {
    if let Some(why) = untimely(state, place, event.at) {
        return Ok(Outcome::Refused(why));
    }
    let written = match &event.who {
        Who::Guest(written) => written.read(),
        Who::Code(_) => None,
    };
    let Some(Person { visitor, glimpse, .. }) = written else {
        return Ok(Outcome::Refused(Why::Incomplete));
    };
    let visitor = own.map_or(visitor, |own| Visitor::Profile(own.id));
    let person = Person { visitor, glimpse, entry: Entry::Phone };
    Ok(match let_through(state, place, controller, event, person).await? {
        Outcome::In(face) | Outcome::Already(face) => Outcome::ByPhone(face.glimpse),
        other => other,
    })
}

/// Why nobody comes or goes at that time.
fn untimely(state: &AppState, place: &Place, at: Timestamp) -> Option<Why> {
    match check_time(at, state.now(), state.config.visit_retention_days) {
        Err(BadTime::Future) => Some(Why::Future),
        Err(BadTime::TooOld) => Some(Why::TooOld),
        Ok(()) => place.closed_at.is_some_and(|closed| closed <= at).then_some(Why::Closed),
    }
}

async fn let_through(
    state: &AppState,
    place: &Place,
    controller: CitizenId,
    event: Event,
    person: Person,
) -> Result<Outcome, Failure> {
    let profile = match &person.visitor {
        Visitor::Profile(profile) => Some(*profile),
        Visitor::Guest(_) => None,
    };
    let face = |suspicions: Suspicions| Face {
        glimpse: person.glimpse.clone(),
        profile,
        suspicious: suspicions != Suspicions::NONE,
    };
    if event.way == Way::Out {
        let left = state.store.check_out(&person.visitor, place.code, event.at, Ending::Scan).await?;
        let face = face(Suspicions::NONE);
        return Ok(if left.is_some() { Outcome::Out(face) } else { Outcome::NotInside(face) });
    }
    let coming = Coming {
        id: event.id,
        at: event.at,
        entry: person.entry,
        visitor: person.visitor.clone(),
        glimpse: person.glimpse.clone(),
        suspicions: Suspicions::NONE,
        trip: event.trip,
        seat: event.seat,
        controller: Some(controller),
    };
    match check_in(state, place, coming).await {
        Ok(CheckedIn::New(visit)) => Ok(Outcome::In(face(visit.suspicions))),
        // Told twice is no other outcome than told once.
        Ok(CheckedIn::Already(visit)) if visit.id == event.id => Ok(Outcome::In(face(visit.suspicions))),
        Ok(CheckedIn::Already(visit)) => Ok(Outcome::Already(face(visit.suspicions))),
        Err(StoreError::Conflict(_)) => Ok(Outcome::Refused(Why::Conflict)),
        Err(error) => Err(error.into()),
    }
}

/// Whose code it is.
async fn scanned(state: &AppState, code: &str, at: Timestamp) -> Result<Result<Person, Why>, Failure> {
    Ok(match scan(code, &state.config.public_url) {
        None => Err(Why::NotAPerson),
        Some(Scanned::Place(_)) => Err(Why::APlace),
        Some(Scanned::Pass) => match pass::open(&state.secrets.code_keys(), code, at) {
            Err(Refused::NotOurs) => Err(Why::NotAPerson),
            Err(Refused::Early) => Err(Why::Early),
            Err(Refused::Over) => Err(Why::Over),
            Ok(pass) => {
                let profile = state.store.profile_by_card(pass.card).await?;
                profile.map(|profile| known(&profile)).ok_or(Why::Replaced)
            }
        },
        Some(Scanned::National(code)) => Ok(national(&code)),
        Some(Scanned::IdentityCard(card)) => Ok(identity_card(card)),
        Some(Scanned::InsuranceCard(card)) => Ok(insurance_card(card)),
    })
}

fn known(profile: &Profile) -> Person {
    Person {
        visitor: Visitor::Profile(profile.id),
        glimpse: Glimpse::of(&profile.person.identity),
        entry: Entry::Pass,
    }
}

fn guest(entry: Entry, identity: Identity, number: String) -> Person {
    let glimpse = Glimpse::of(&identity);
    Person { visitor: Visitor::Guest(Guest { identity, number }), glimpse, entry }
}

fn national(code: &National) -> Person {
    let identity = Identity {
        name: code.name().to_owned(),
        birth: birth(code.birth()),
        gender: code.gender().map(gender),
        // Masked numbers are none.
        national_id: code.paper().parse().ok(),
        passport: code.paper().parse().ok().filter(|_| !code.paper().bytes().all(|b| b.is_ascii_digit())),
        phone: code.phone().and_then(|phone| phone.parse().ok()),
        ..Identity::default()
    };
    guest(Entry::National, identity, format!("qid {}", code.qid()))
}

fn identity_card(card: IdentityCard) -> Person {
    let identity = Identity {
        name: card.name,
        birth: birth(card.birth),
        gender: card.gender.map(gender),
        national_id: card.number.parse().ok(),
        address: card.address.unwrap_or_default(),
        ..Identity::default()
    };
    guest(Entry::IdentityCard, identity, String::new())
}

fn insurance_card(card: InsuranceCard) -> Person {
    let identity = Identity {
        name: card.name,
        birth: birth(card.birth),
        gender: card.gender.map(gender),
        address: card.address.unwrap_or_default(),
        ..Identity::default()
    };
    guest(Entry::InsuranceCard, identity, format!("insurance {}", card.number))
}

fn birth(birth: bluezone_codes::Birth) -> Option<Birth> {
    match birth {
        bluezone_codes::Birth::Day(day) => Some(Birth::Day(day)),
        bluezone_codes::Birth::Year(year) => u16::try_from(year).ok().map(Birth::Year),
    }
}

fn gender(gender: bluezone_codes::Gender) -> Gender {
    match gender {
        bluezone_codes::Gender::Male => Gender::Male,
        bluezone_codes::Gender::Female => Gender::Female,
    }
}

impl Written {
    /// Who it is; none without a name, or without a way to reach them.
    fn read(&self) -> Option<Person> {
        let text = |typed: &str| {
            let text = tidy(typed);
            (text.chars().count() <= LONGEST && !text.chars().any(char::is_control)).then_some(text)
        };
        let identity = Identity {
            name: text(&self.name).filter(|name| !name.is_empty())?,
            birth: self.birth.parse().ok(),
            gender: Gender::ALL.into_iter().find(|gender| gender.as_str() == self.gender),
            phone: self.phone.parse().ok(),
            address: text(&self.address)?,
            ..Identity::default()
        };
        let reachable =
            identity.phone.is_some() || (self.phone.trim().is_empty() && !identity.address.is_empty());
        reachable.then(|| guest(Entry::Manual, identity, String::new()))
    }
}
