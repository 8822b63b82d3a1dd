//! People who do not exist, for a load test of an installation that serves nobody yet: citizens who are signed in, places, and a
//! case with codes. What is made here is indistinguishable from the real thing afterwards; so it is refused where anything real
//! may be.

use crate::citizen::session;
use crate::citizen::visit::{profiles, visit_of};
use crate::console::forgery;
use crate::error::ServerError;
use crate::secrets::Hashed;
use crate::state::AppState;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::{Case, CaseFacts, CaseStatus, no_place};
use bluezone_domain::code::{Code, CodeKind};
use bluezone_domain::id::{CaseId, CitizenId, CodeId, OfficerId, ProfileId, VisitId};
use bluezone_domain::officer::{Officer, Role};
use bluezone_domain::person::Phone;
use bluezone_domain::place::{Place, PlaceCode, PlaceDetails, PlaceKind};
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_store::{NewCode, StoreError};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rand::Rng;

/// The unit that says what an installation is for. Its name is the mark by which a second rehearsal knows the first.
const UNIT: &str = "load-test";
/// A commune of the province of Thái Nguyên.
const COMMUNE: &str = "05443";
const PROVINCE: &str = "19";
/// So many citizens at most: so many numbers begin with 0900.
pub const MOST_CITIZENS: usize = 1_000_000;
/// So many are made at the same time.
const AT_ONCE: usize = 12;

/// A citizen as their browser knows them. No `Debug`: the cookie opens their account.
pub struct Rehearsed {
    /// Their number.
    pub phone: String,
    /// The `Cookie` header.
    pub cookie: String,
    /// The token of their forms.
    pub form_token: String,
    /// They themself.
    pub profile: ProfileId,
}

/// Everybody and everything that takes part.
pub struct Cast {
    /// Who declares and checks in.
    pub citizens: Vec<Rehearsed>,
    /// Where they check in.
    pub places: Vec<PlaceCode>,
    /// One-time codes for reports, each for one phone. They are links' codes, which no budget of guesses touches.
    pub codes: Vec<String>,
}

/// Whether an installation is empty, or was only ever rehearsed in.
pub async fn is_free(state: &AppState) -> Result<bool, ServerError> {
    let rehearsed = state.store.unit(UNIT).await?.is_some();
    let officers = state.store.list_officers().await?;
    let real = officers.iter().filter(|officer| officer.unit != UNIT).count();
    Ok(real == 0 && (rehearsed || state.store.totals().await?.citizens == 0))
}

/// Makes so many citizens (at most [`MOST_CITIZENS`]), places and codes.
///
/// # Errors
/// The database's. Whether [`is_free`] is the caller's to ask.
pub async fn prepare(
    state: &AppState,
    citizens: usize,
    places: usize,
    codes: usize,
) -> Result<Cast, ServerError> {
    let officer = match state.store.officer_by_username(UNIT).await? {
        Some(officer) => officer.id,
        None => officer(state).await?,
    };
    let mut cast = Cast { citizens: Vec::new(), places: Vec::new(), codes: Vec::new() };
    // As the job does: before there is a day, visits lie in none.
    state.store.make_days(state.now()).await?;
    let phones = phones(citizens, &mut *state.rng());
    cast.citizens =
        stream::iter(phones).map(|phone| citizen(state, phone)).buffered(AT_ONCE).try_collect().await?;
    for _ in 0..places {
        cast.places.push(place(state).await?);
    }
    let codes = stream::iter(0..codes).map(|_| code(state, officer)).buffered(AT_ONCE);
    cast.codes = codes.try_collect().await?;
    Ok(cast)
}

/// The visit that a form of a page names so, once it was sent for this citizen.
pub fn visit(state: &AppState, form: VisitId, profile: ProfileId) -> VisitId {
    visit_of(state, form, profile)
}

/// Numbers that nobody has, each once: 0900 is not given out. Whoever stood there twice would be one citizen at two places at once, and
/// told in where they are already their check-in would leave no visit of its own.
fn phones(count: usize, rng: &mut (impl Rng + ?Sized)) -> Vec<Phone> {
    let numbers = rand::seq::index::sample(rng, MOST_CITIZENS, count.min(MOST_CITIZENS));
    numbers.into_iter().filter_map(|number| format!("0900{number:06}").parse().ok()).collect()
}

async fn citizen(state: &AppState, phone: Phone) -> Result<Rehearsed, ServerError> {
    let (mut rng, now) = (state.rng(), state.now());
    let citizen =
        state.store.confirm_citizen(CitizenId::generate(&mut *rng), &phone, now, &mut *state.rng()).await?;
    let own = profiles(state, citizen.id).await?.first().map(|profile| profile.id);
    let profile = own.ok_or(StoreError::NotFound("the citizen's own profile"))?;
    let (cookie, session) = session::open(state, String::new(), citizen.id).await?;
    let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    Ok(Rehearsed {
        phone: phone.as_str().to_owned(),
        cookie: pair.to_owned(),
        form_token: forgery::token(&state.secrets, &session),
        profile,
    })
}

async fn place(state: &AppState) -> Result<PlaceCode, ServerError> {
    let place = Place {
        code: PlaceCode::generate(&mut *state.rng()),
        owner: None,
        kind: PlaceKind::Market,
        details: PlaceDetails { name: "Nơi thử tải".to_owned(), ..PlaceDetails::default() },
        area: Area { province: PROVINCE.parse().expect("two digits"), commune: COMMUNE.parse().ok() },
        capacity: None,
        dwell_minutes: 60,
        edition: 1,
        created_at: state.now(),
        closed_at: None,
    };
    state.store.create_place(&place, &mut *state.rng()).await?;
    Ok(place.code)
}

/// A case that had its first symptoms a fortnight ago: all its keys count.
async fn case(state: &AppState, officer: OfficerId) -> Result<CaseId, ServerError> {
    let now = state.now();
    let at = |days: i64| Some(Timestamp(now.day_start().0 - days * DAY_S));
    let case = Case {
        id: CaseId::generate(&mut *state.rng()),
        reference: UNIT.to_owned(),
        disease: "covid-19".to_owned(),
        facts: CaseFacts { status: CaseStatus::Confirmed, symptom_onset: at(14), test_date: at(1) },
        result_date: None,
        reported_at: None,
        person: None,
        area: no_place(),
        assigned: Some(UNIT.to_owned()),
        unit: UNIT.to_owned(),
        version: 1,
        created_by: officer,
        created_at: now,
        updated_at: now,
    };
    state.store.create_case(&case).await?;
    Ok(case.id)
}

async fn officer(state: &AppState) -> Result<OfficerId, ServerError> {
    let now = state.now();
    let unit = Unit {
        code: UNIT.to_owned(),
        name: "Thử tải".to_owned(),
        kind: UnitKind::ProvincialCdc,
        territory: Territory::Province(PROVINCE.parse().expect("two digits")),
        valid_from: Timestamp(0),
        valid_until: None,
    };
    state.store.create_unit(&unit).await?;
    let officer = Officer {
        id: OfficerId::generate(&mut *state.rng()),
        username: UNIT.to_owned(),
        role: Role::ProvincialCdc,
        unit: unit.code,
        territory: unit.territory,
        // No password has this hash, and the account is closed.
        password_hash: String::new(),
        totp_secret_sealed: Vec::new(),
        created_at: now,
        disabled_at: Some(now),
        locked_until: None,
    };
    state.store.create_officer(&officer).await?;
    Ok(officer.id)
}

/// A code of a case of its own: few may wait for one case.
async fn code(state: &AppState, officer: OfficerId) -> Result<String, ServerError> {
    let case = case(state, officer).await?;
    let (mut rng, now) = (state.rng(), state.now());
    let code = Code::generate(CodeKind::Link, &mut rng);
    let new = NewCode {
        id: CodeId::generate(&mut *rng),
        case,
        contact: None,
        kind: CodeKind::Link,
        code_hash: state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
        issued_by: officer,
        issued_at: now,
        expires_at: now + CodeKind::Link.lifetime_s(),
    };
    state.store.issue_code(&new).await?;
    Ok(code.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::collections::HashSet;

    #[test]
    fn nobody_is_made_up_twice() {
        let phones = phones(5_000, &mut StdRng::seed_from_u64(1));
        let different: HashSet<&str> = phones.iter().map(Phone::as_str).collect();
        assert_eq!((phones.len(), different.len()), (5_000, 5_000));
    }
}
