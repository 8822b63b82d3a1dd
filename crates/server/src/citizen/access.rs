//! Who may open which citizens' page. A page exists only through [`Pages`], as in the console: the gate in front of it finds
//! the session, refuses forged forms, and hands the page a [`Signed`] that nothing else can make. What a page shows of a citizen
//! is their own: it asks the store with [`Signed::citizen`], never with an identifier from the address alone.

use super::failure::Failure;
use super::{routes, session};
use crate::console::checked_form::{Longest, Refused, checked_form};
use crate::console::forgery;
use crate::console::shell::View;
use crate::state::AppState;
use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use bluezone_domain::id::CitizenId;

/// Longest forms that are read.
pub(super) const LONGEST: Longest = Longest { words: 128 * 1024, files: 32 << 20 };

/// Who may open a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Everybody, signed in or not.
    Anyone,
    /// Citizens who are signed in.
    Citizen,
}

/// One page or form, and who may open it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: Method,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
}

/// The citizens' pages: the only way to make one.
pub struct Pages {
    state: AppState,
    router: Router<AppState>,
    routes: Vec<Route>,
}

impl Pages {
    /// No pages yet.
    pub fn new(state: AppState) -> Self {
        Pages { state, router: Router::new(), routes: Vec::new() }
    }

    /// A page to look at.
    pub fn get<T: 'static>(
        mut self,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, AppState>,
    ) -> Self {
        let gate = from_fn_with_state((self.state.clone(), Door { who, longest: LONGEST }), gate);
        self.router = self.router.route(path, get(handler).route_layer(gate));
        self.routes.push(Route { method: Method::GET, path, who });
        self
    }

    /// A form. It must carry its session's token.
    pub fn post<T: 'static>(self, path: &'static str, who: Who, handler: impl Handler<T, AppState>) -> Self {
        self.form(path, who, LONGEST.without_files(), handler)
    }

    /// A form with files; its token stands before the files.
    pub fn post_files<T: 'static>(
        self,
        path: &'static str,
        who: Who,
        handler: impl Handler<T, AppState>,
    ) -> Self {
        self.form(path, who, LONGEST, handler)
    }

    fn form<T: 'static>(
        mut self,
        path: &'static str,
        who: Who,
        longest: Longest,
        handler: impl Handler<T, AppState>,
    ) -> Self {
        let gate = from_fn_with_state((self.state.clone(), Door { who, longest }), gate);
        self.router = self.router.route(path, post(handler).route_layer(gate));
        self.routes.push(Route { method: Method::POST, path, who });
        self
    }

    /// The router, and the list of what is in it.
    pub fn finish(self) -> (Router<AppState>, Vec<Route>) {
        (self.router, self.routes)
    }
}

/// A citizen who is signed in. Only the gate makes one.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The citizen.
    pub citizen: CitizenId,
    /// Token for the forms on the page.
    pub form_token: String,
    session_hash: [u8; 32],
}

impl Signed {
    /// Keyed hash of the session's token: names the session in the database.
    pub fn session_hash(&self) -> &[u8; 32] {
        &self.session_hash
    }
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Signed>().cloned().ok_or(Failure::SignInFirst)
    }
}

/// The citizen who is signed in, on a page that is for everybody.
#[derive(Clone, Debug)]
pub struct MaybeSigned(pub Option<Signed>);

impl<S: Sync> FromRequestParts<S> for MaybeSigned {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(MaybeSigned(parts.extensions.get::<Signed>().cloned()))
    }
}

#[derive(Clone, Copy)]
struct Door {
    who: Who,
    longest: Longest,
}

async fn gate(State((state, door)): State<(AppState, Door)>, request: Request, next: Next) -> Response {
    let view = View::of(request.uri(), request.headers());
    let signed = match session::current(&state, request.headers()).await {
        Ok(found) => found.map(|(citizen, session_hash)| {
            let form_token = forgery::token(&state.secrets, &session_hash);
            Signed { citizen, form_token, session_hash }
        }),
        Err(failure) => return failure.page(&view, None),
    };
    let answer = match admit(&state, door, signed.as_ref(), request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal,
    };
    Failure::drawn(answer, &view, signed.as_ref())
}

/// Lets the request through, with its citizen, or answers it.
async fn admit(
    state: &AppState,
    door: Door,
    signed: Option<&Signed>,
    mut request: Request,
) -> Result<Request, Response> {
    let posted = request.method() == Method::POST;
    if door.who == Who::Citizen && signed.is_none() {
        return Err(if posted { Failure::SignInFirst.into_response() } else { to_sign_in(&request) });
    }
    if posted {
        let holder = match signed {
            Some(signed) => Some(signed.session_hash),
            None => crate::console::session::visitor(state, request.headers()),
        };
        let checked = checked_form(state, holder, door.longest, request).await;
        request = checked.map_err(|refused| match refused {
            Refused::Forged => Failure::Forged.into_response(),
            Refused::Unreadable => Failure::Unreadable.into_response(),
        })?;
    }
    if let Some(signed) = signed {
        request.extensions_mut().insert(signed.clone());
    }
    Ok(request)
}

/// To the sign-in page, and from there back to where the citizen wanted to go.
fn to_sign_in(request: &Request) -> Response {
    let to = match routes::safe_next(request.uri().path()) {
        Some(wanted) => format!("{}?next={wanted}", routes::SIGN_IN),
        None => routes::SIGN_IN.to_owned(),
    };
    Redirect::to(&to).into_response()
}
