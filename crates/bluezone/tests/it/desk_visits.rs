//! Where the desk's case checked in: at a market by an old poster, and on a bus, whose controller wrote down the telephone.

use crate::scene::{Authority, HOUR_S, MORNING};
use bluezone_domain::area::Area;
use bluezone_domain::id::VisitId;
use bluezone_domain::person::{Birth, Identity};
use bluezone_domain::place::{Place, PlaceCode, PlaceDetails, PlaceKind};
use bluezone_domain::visit::{
    Ending, Entry, Glimpse, Guest, Stay, Suspicion, Suspicions, Visit, VisitDetails, Visitor,
};

/// Registers a place that nobody has.
async fn place(authority: &Authority, area: Area, kind: PlaceKind, details: PlaceDetails) -> Place {
    let mut rng = authority.state.rng();
    let place = Place {
        code: PlaceCode::generate(&mut *rng),
        owner: None,
        kind,
        details,
        area,
        capacity: None,
        dwell_minutes: 120,
        edition: 1,
        created_at: MORNING,
        closed_at: None,
    };
    authority.state.store.create_place(&place, &mut *rng).await.unwrap();
    place
}

/// The case was there.
async fn came(authority: &Authority, place: &Place, stay: Stay, entry: Entry, suspicions: Suspicions) {
    let identity = Identity {
        name: "Nguyễn Văn An".to_owned(),
        birth: Some(Birth::Year(1985)),
        phone: "0912345678".parse().ok(),
        ..Identity::default()
    };
    let mut rng = authority.state.rng();
    let visit = Visit {
        id: VisitId::generate(&mut *rng),
        place: place.code,
        stay,
        entry,
        suspicions,
        details: VisitDetails {
            visitor: Visitor::Guest(Guest { identity, number: String::new() }),
            glimpse: Glimpse::default(),
            trip: String::new(),
            seat: String::new(),
            controller: None,
        },
        recorded_at: stay.from,
    };
    authority.state.store.check_in(&visit, place, &mut *rng).await.unwrap();
}

/// Writes the visits down; the market's code.
pub async fn visits(authority: &Authority, area: Area) -> PlaceCode {
    let details = PlaceDetails { name: "Chợ Đồng Xuân".to_owned(), ..PlaceDetails::default() };
    let market = place(authority, area, PlaceKind::Market, details).await;
    let (name, plate) = ("Xe 01 Bến xe Gia Lâm – Yên Nghĩa".to_owned(), "29B-123.45".to_owned());
    let details = PlaceDetails { name, plate, ..PlaceDetails::default() };
    let bus = place(authority, area, PlaceKind::Bus, details).await;
    let from = MORNING - 50 * HOUR_S;
    let told = Stay { from, to: from + HOUR_S, ending: Ending::Button };
    let doubt = Suspicions::NONE.with(Suspicion::OldPoster);
    came(authority, &market, told, Entry::Poster, doubt).await;
    let doubt = Suspicions::NONE.with(Suspicion::TwoPlaces);
    came(authority, &bus, Stay::begin(from + 2 * HOUR_S, HOUR_S), Entry::Manual, doubt).await;
    market.code
}
