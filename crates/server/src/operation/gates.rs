//! How many requests are worked on at once. When there are more, people's pages are refused first, published files next, and
//! what warns others - code, certificate, keys - last: one who cannot declare today can tomorrow; a warning that comes
//! a day late comes too late.

use crate::citizen;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// What is asked to come again in, in seconds.
pub(crate) const COME_AGAIN_S: u16 = 5;
/// The longest that a request may take until its answer begins; a form's files may come over a slow network.
const LONGEST: Duration = Duration::from_secs(120);

/// What a request is for, in the order in which it is refused when there is too much.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Citizens' pages and the console.
    People,
    /// What every phone fetches.
    Published,
    /// What a phone with a code, or its owner's consent, sends.
    Warning,
}

impl Class {
    /// The name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::People => "people",
            Class::Published => "published",
            Class::Warning => "warning",
        }
    }

    /// Of a route, as axum writes it; none for what is never refused: whether the process lives.
    fn of(route: &str) -> Option<Class> {
        match route {
            "/livez" | "/readyz" | "/readyz/node" | "/readyz/database" => None,
            "/api/verify" | "/api/certificate" | "/v1/publish" | "/v1/consent" | "/v1/consent/withdraw" => {
                Some(Class::Warning)
            }
            _ if route.starts_with("/exports/") || route.starts_with("/v1/") => Some(Class::Published),
            _ => Some(Class::People),
        }
    }
}

/// Places for requests. Each class may take what is left of all places, but people's pages only half of them and published
/// files three quarters.
pub struct Gates {
    all: Arc<Semaphore>,
    published: Arc<Semaphore>,
    people: Arc<Semaphore>,
    reading: Arc<Semaphore>,
    reading_long: Arc<Semaphore>,
}

/// A place, until it is dropped.
pub struct Place(#[expect(dead_code, reason = "held, not read")] [Option<OwnedSemaphorePermit>; 3]);

impl Gates {
    /// So many requests at once, at least 4.
    pub fn new(in_flight: u32) -> Self {
        let places = |share: u32| Arc::new(Semaphore::new(in_flight.max(4) as usize * share as usize / 4));
        let (reading, reading_long) = (places(8), places(4));
        Gates { all: places(4), published: places(3), people: places(2), reading, reading_long }
    }

    /// A place for a request that warns while it arrives, of twice as many as are worked on; none: too many send slowly.
    pub fn read(&self) -> Option<OwnedSemaphorePermit> {
        self.reading.clone().try_acquire_owned().ok()
    }

    /// The same for what people tell by consent, which is longer and may take longer to arrive: of places of its own, as many as are
    /// worked on, so that it keeps out nobody who warns.
    pub fn read_long(&self) -> Option<OwnedSemaphorePermit> {
        self.reading_long.clone().try_acquire_owned().ok()
    }

    /// A place for a request; none: there are too many.
    pub fn enter(&self, class: Class) -> Option<Place> {
        let take = |places: &Arc<Semaphore>| places.clone().try_acquire_owned().ok();
        // What warns passes one gate, published files two, pages three.
        let people = if class == Class::People { Some(take(&self.people)?) } else { None };
        let published = if class <= Class::Published { Some(take(&self.published)?) } else { None };
        Some(Place([people, published, Some(take(&self.all)?)]))
    }
}

/// Lets a request in, or says that there is too much to do. What takes too long is given up. The endpoints of
/// [`Class::Warning`] enter by themselves: all their answers have one length.
pub async fn gate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let class = match Class::of(route) {
        Some(class) if class < Class::Warning => class,
        _ => return next.run(request).await,
    };
    let reader = (class == Class::People)
        .then(|| View::of(request.uri(), request.headers()).at(citizen::routes::HOME));
    let Some(_place) = state.operation.gates.enter(class) else {
        state.operation.metrics.shed(class);
        return busy(reader.as_ref());
    };
    match timeout(LONGEST, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => {
            tracing::error!(class = class.as_str(), "a request took too long and was given up");
            busy(reader.as_ref())
        }
    }
}

/// 503. People read why; phones come again by themselves.
fn busy(reader: Option<&View>) -> Response {
    let mut answer = match reader {
        Some(view) => citizen::Failure::Busy.page(view, None),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN_S));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_refused_first_and_warnings_last() {
        let gates = Gates::new(8);
        let enter = |class| {
            let mut held = Vec::new();
            while let Some(place) = gates.enter(class) {
                held.push(place);
            }
            held
        };
        let people = enter(Class::People);
        assert_eq!(people.len(), 4);
        let published = enter(Class::Published);
        assert_eq!(published.len(), 2);
        let warnings = enter(Class::Warning);
        assert_eq!(warnings.len(), 2);
        drop(people);
        assert_eq!(enter(Class::People).len(), 4);
        drop((published, warnings));
        assert_eq!(enter(Class::Warning).len(), 8, "what is left over is for anybody's warning");
    }

    #[test]
    fn what_arrives_slowly_by_consent_keeps_no_warning_out() {
        let gates = Gates::new(8);
        let told: Vec<_> = std::iter::from_fn(|| gates.read_long()).collect();
        assert_eq!(told.len(), 8);
        let warnings: Vec<_> = std::iter::from_fn(|| gates.read()).collect();
        assert_eq!(warnings.len(), 16);
        drop(told);
        assert!(gates.read_long().is_some() && gates.read().is_none());
    }

    #[test]
    fn every_route_has_its_class() {
        for (route, class) in [
            ("/api/verify", Some(Class::Warning)),
            ("/v1/publish", Some(Class::Warning)),
            ("/exports/index.txt", Some(Class::Published)),
            ("/v1/log/checkpoint", Some(Class::Published)),
            ("/declare", Some(Class::People)),
            ("", Some(Class::People)),
            ("/livez", None),
        ] {
            assert_eq!(Class::of(route), class, "{route}");
        }
    }
}
