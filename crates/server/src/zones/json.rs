//! `/zones.json`: the same for programs.

use super::frame::When;
use super::{in_force, places};
use crate::published::{matches, respond};
use crate::state::AppState;
use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::area::{ProvinceCode, Territory};
use bluezone_domain::map::Position;
use bluezone_domain::zone::{Change, Extent, Level, Step, Zone, levels};
use bluezone_pages::Lang;
use bluezone_pages::time::rfc3339;
use schema::{Area, Body as ZonesBody, LevelOf, Name, Refusal, ZoneOf};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The body as documented; what is written here is what is sent.
pub mod schema {
    use serde::Serialize;
    use utoipa::ToSchema;

    /// Zones, and the levels that they name.
    #[derive(ToSchema, Serialize)]
    #[schema(as = Zones)]
    pub struct Body {
        /// The day asked for; null: as it is now.
        #[schema(example = "2026-11-23")]
        pub as_of: Option<String>,
        /// The decision that made the levels.
        pub levels_source: String,
        /// The levels, from the mildest to the gravest.
        pub levels: Vec<LevelOf>,
        /// Zones in force; on a day, those in force at some time of it. Where several cover a place the highest level
        /// counts.
        pub zones: Vec<ZoneOf>,
    }

    /// A level.
    #[derive(ToSchema, Serialize)]
    #[schema(as = ZoneLevel)]
    pub struct LevelOf {
        /// Its number; higher is graver.
        #[schema(example = 3)]
        pub number: u8,
        /// What it is called.
        pub name: Name,
        /// What it means.
        pub risk: Name,
    }

    /// Words in both languages.
    #[derive(ToSchema, Serialize)]
    pub struct Name {
        /// Vietnamese.
        pub vi: String,
        /// English.
        pub en: String,
    }

    /// A unit.
    #[derive(ToSchema, Serialize)]
    #[schema(as = ZoneArea)]
    pub struct Area {
        /// Official code since 1 July 2025: two digits for a province, five for a commune.
        #[schema(example = "05443")]
        pub code: String,
        /// Its full name.
        pub name: Name,
    }

    /// A zone.
    #[derive(ToSchema, Serialize)]
    #[schema(as = Zone)]
    pub struct ZoneOf {
        /// Names the zone; the same from its first decision to its last.
        pub id: String,
        /// The province.
        pub province: Area,
        /// The commune.
        pub commune: Area,
        /// Which part of the commune, in words; null: all of it.
        pub part: Option<String>,
        /// Corners of the part as [longitude, latitude] in degrees (WGS 84), the first repeated at the end, as in a GeoJSON
        /// ring; null: not drawn.
        pub outline: Option<Vec<[f64; 2]>>,
        /// Number of its level; on a day, the highest of that day.
        #[schema(example = 3)]
        pub level: u8,
        /// When the decision takes effect (RFC 3339).
        #[schema(example = "2026-11-20T00:00:00+07:00")]
        pub from: String,
        /// When it ends, unless something else is decided before.
        #[schema(example = "2026-12-04T00:00:00+07:00")]
        pub until: String,
        /// Number of the decision.
        pub decision: String,
        /// Why.
        pub reason: String,
    }

    /// A question that cannot be answered.
    #[derive(ToSchema, Serialize)]
    #[schema(as = ZonesRefusal)]
    pub struct Refusal {
        /// For a person, in English.
        pub error: &'static str,
    }
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    as_of: String,
    province: String,
}

/// Zones in force, now or on a day. No sign-in; nothing about any person.
///
/// Ask again with `If-None-Match`; an answer may be kept for a minute.
#[utoipa::path(
    get, path = "/zones.json", tag = "published",
    params(
        ("as_of" = Option<String>, Query, description = "a day in Vietnam, `YYYY-MM-DD`; without it, now"),
        ("province" = Option<String>, Query, description = "code of a province: only its zones"),
    ),
    responses(
        (status = 200, body = ZonesBody),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 400, body = Refusal, description = "the day or the province cannot be read"),
        (status = 500, description = "the database does not answer: ask again later"),
    )
)]
pub async fn zones(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let when = When::asked(&asked.as_of, state.now());
    if when.unreadable {
        return refused("as_of is not a day: write it as 2026-11-23");
    }
    let territory = match asked.province.as_str() {
        "" => Territory::Nation,
        code => match code.parse::<ProvinceCode>() {
            Ok(province) => Territory::Province(province),
            Err(_) => return refused("province is not a code of two digits"),
        },
    };
    let body = in_force(&state, territory, &when).await.map(|zones| body(&zones, &when));
    match body.map(|body| serde_json::to_vec(&body)) {
        Ok(Ok(body)) => {
            let etag = format!("\"{}\"", hex::encode(&Sha256::digest(&body)[..16]));
            let body = (!matches(&headers, &etag)).then(|| Body::from(body));
            respond(body, &etag, "public, max-age=60", "application/json")
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "zones cannot be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "zones cannot be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refused(error: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, Json(Refusal { error })).into_response()
}

fn body(zones: &[Zone], when: &When) -> ZonesBody {
    let known = levels();
    let words = |words: &bluezone_domain::zone::Words| Name { vi: words.vi.clone(), en: words.en.clone() };
    ZonesBody {
        as_of: when.date(),
        levels_source: known.source.clone(),
        levels: known
            .levels
            .iter()
            .map(|of| LevelOf { number: of.level().number(), name: words(&of.name), risk: words(&of.risk) })
            .collect(),
        zones: zones
            .iter()
            .filter_map(|zone| zone.during(&when.span).and_then(|(level, change)| shown(zone, level, change)))
            .collect(),
    }
}

fn shown(zone: &Zone, level: Level, change: &Change) -> Option<ZoneOf> {
    let Step::InForce { from, until, .. } = change.step else { return None };
    let area = |code: &str| Area {
        code: code.to_owned(),
        name: Name { vi: places::name_of(Lang::Vi, code), en: places::name_of(Lang::En, code) },
    };
    let (part, outline) = match &zone.extent {
        Extent::Whole => (None, None),
        Extent::Part { places, outline } => (Some(places.clone()), outline.as_ref()),
    };
    let corner = |at: &Position| {
        let (lat, lon) = at.degrees();
        [lon, lat]
    };
    let instant = |at: Timestamp| rfc3339(at.0);
    Some(ZoneOf {
        id: zone.id.to_string(),
        province: area(zone.province.as_str()),
        commune: area(zone.commune.as_str()),
        part,
        outline: outline.map(|outline| {
            let corners = outline.corners();
            corners.iter().chain(corners.first()).map(corner).collect()
        }),
        level: level.number(),
        from: instant(from),
        until: instant(until),
        decision: change.decision.clone(),
        reason: change.reason.clone(),
    })
}
