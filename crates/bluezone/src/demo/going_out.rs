//! A market and a bus, registered by one of the demo's people, and who was there today.

use anyhow::Context;
use bluezone_domain::area::Area;
use bluezone_domain::citizen::Citizen;
use bluezone_domain::id::VisitId;
use bluezone_domain::place::{Place, PlaceCode, PlaceDetails, PlaceKind};
use bluezone_domain::visit::{Entry, Glimpse, Stay, Suspicions, Visit, VisitDetails, Visitor};
use bluezone_server::AppState;

/// What they are: kind, name, address, plate.
const MARKET: (PlaceKind, &str, &str, &str) = (PlaceKind::Market, "Chợ Mẫu", "Đường Bến Tượng", "");
const BUS: (PlaceKind, &str, &str, &str) = (PlaceKind::Bus, "Thái Nguyên – Hà Nội", "", "20B-000.01");
/// The bus leaves so long before now, and people came to the market so long before.
const BUS_AGO_S: i64 = 3 * 3600;
const MARKET_AGO_S: i64 = 40 * 60;

/// The first registers both; everybody was at the market, every other on the bus before. Returns the places' codes.
pub async fn go_out(state: &AppState, people: &[Citizen]) -> anyhow::Result<[PlaceCode; 2]> {
    let owner = people.first().context("the demo has people")?;
    let market = register(state, owner, MARKET).await?;
    let bus = register(state, owner, BUS).await?;
    for (number, citizen) in (1_i64..).zip(people) {
        if number % 2 == 0 {
            let trip = ("07:30", format!("{number:02}"));
            come(state, &bus, citizen, state.now() - BUS_AGO_S + number, Some(trip)).await?;
        }
        come(state, &market, citizen, state.now() - MARKET_AGO_S + 60 * number, None).await?;
    }
    Ok([market.code, bus.code])
}

async fn register(
    state: &AppState,
    owner: &Citizen,
    (kind, name, address, plate): (PlaceKind, &str, &str, &str),
) -> anyhow::Result<Place> {
    let place = Place {
        code: PlaceCode::generate(&mut *state.rng()),
        owner: Some(owner.id),
        kind,
        details: PlaceDetails {
            name: name.to_owned(),
            address: address.to_owned(),
            plate: plate.to_owned(),
            registrant: "Nguyễn Văn An".to_owned(),
        },
        area: Area { province: "19".parse()?, commune: Some("05443".parse()?) },
        capacity: None,
        dwell_minutes: kind.usual_minutes(),
        edition: 1,
        created_at: state.now(),
        closed_at: None,
    };
    state.store.create_place(&place, &mut *state.rng()).await?;
    Ok(place)
}

async fn come(
    state: &AppState,
    place: &Place,
    citizen: &Citizen,
    at: bluezone_domain::Timestamp,
    seat: Option<(&str, String)>,
) -> anyhow::Result<()> {
    let profiles = state.store.profiles_of(citizen.id).await?;
    let profile = profiles.first().context("who declared has a profile")?;
    let (trip, seat) = seat.map(|(trip, seat)| (trip.to_owned(), seat)).unwrap_or_default();
    let visit = Visit {
        id: VisitId::generate(&mut *state.rng()),
        place: place.code,
        stay: Stay::begin(at, place.dwell_s()),
        entry: Entry::Poster,
        suspicions: Suspicions::NONE,
        details: VisitDetails {
            visitor: Visitor::Profile(profile.id),
            glimpse: Glimpse::of(&profile.person.identity),
            trip,
            seat,
            controller: None,
        },
        recorded_at: state.now(),
    };
    state.store.check_in(&visit, place, &mut *state.rng()).await?;
    Ok(())
}
