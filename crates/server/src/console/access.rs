//! Who may open which page. A page of the console exists only through [`Pages`], which asks for the answer first:
//! nobody can add one and forget.
//!
//! The gate in front of each page finds the session, asks `domain::policy::may`, refuses forged forms, and hands the
//! page a [`Signed`] that nothing else can make. Before the page is drawn, who opens it stands in the audit: no page can be
//! looked at unseen. Its refusals are pages too, and those of officers stand in the audit as well.

use crate::console::checked_form::{Longest, checked_form};
use crate::console::cookie::Cookie;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::console::{forgery, routes, session};
use crate::state::AppState;
use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use bluezone_domain::audit::Look;
use bluezone_domain::officer::Officer;
use bluezone_domain::policy::{Action, Scope, may};

/// The console's longest form of words has a few hundred bytes, its longest file is a line list of 100,000 rows.
const LONGEST: Longest = Longest { words: 64 * 1024, files: 48 << 20 };

/// Who may open a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Everybody, signed in or not.
    Anyone,
    /// Every officer who is signed in.
    Officer,
    /// Officers whose role allows this.
    May(Action),
}

/// One page or form of the console, and who may open it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: Method,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
}

/// The pages of the console: the only way to make one.
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
        let gate = from_fn_with_state((self.state.clone(), Door { who, path, longest: LONGEST }), gate);
        self.router = self.router.route(path, get(handler).route_layer(gate));
        self.routes.push(Route { method: Method::GET, path, who });
        self
    }

    /// A form. It must carry its session's token (see [`forgery`]).
    pub fn post<T: 'static>(self, path: &'static str, who: Who, handler: impl Handler<T, AppState>) -> Self {
        self.form(path, who, LONGEST.without_files(), handler)
    }

    /// A form with a file; its token stands before the file.
    pub fn post_file<T: 'static>(
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
        let gate = from_fn_with_state((self.state.clone(), Door { who, path, longest }), gate);
        self.router = self.router.route(path, post(handler).route_layer(gate));
        self.routes.push(Route { method: Method::POST, path, who });
        self
    }

    /// The router, and the list of what is in it.
    pub fn finish(self) -> (Router<AppState>, Vec<Route>) {
        (self.router, self.routes)
    }
}

/// An officer who is signed in and may do what the page is for. Only the gate makes one.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The officer.
    pub officer: Officer,
    /// Token for the forms on the page.
    pub form_token: String,
    /// Names the session in the database.
    session_hash: [u8; 32],
}

impl Signed {
    /// Whether the officer may do this: which buttons a page shows.
    pub fn may(&self, action: Action) -> bool {
        may(self.officer.role, action)
    }

    /// What decides about records: role, unit and territory, for [`bluezone_domain::policy::allows`].
    pub fn scope(&self) -> Scope<'_> {
        self.officer.scope()
    }

    /// Keyed hash of the session's token: names the session in the database, binds what belongs to it alone.
    pub fn session_hash(&self) -> &[u8; 32] {
        &self.session_hash
    }
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        // Missing only where a page for everybody asks for an officer: refuse, as if nobody were signed in.
        parts.extensions.get::<Signed>().cloned().ok_or(Failure::SessionEnded)
    }
}

/// The officer who is signed in, on a page that is for everybody.
#[derive(Clone, Debug)]
pub struct MaybeSigned(pub Option<Signed>);

impl<S: Sync> FromRequestParts<S> for MaybeSigned {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(MaybeSigned(parts.extensions.get::<Signed>().cloned()))
    }
}

/// A page or form as its gate knows it.
#[derive(Clone, Copy)]
struct Door {
    who: Who,
    path: &'static str,
    longest: Longest,
}

async fn gate(
    State((state, Door { who, path, longest })): State<(AppState, Door)>,
    request: Request,
    next: Next,
) -> Response {
    let view = View::of(request.uri(), request.headers());
    let signed = match signed(&state, request.headers()).await {
        Ok(signed) => signed,
        Err(failure) => return failure.page(&view, None),
    };
    let (method, address) = (request.method().clone(), request.uri().clone());
    let admitted = admit(&state, who, longest, signed.as_ref(), request).await;
    if let (Some(signed), Who::Officer | Who::May(_)) = (&signed, who) {
        let what = Asked { method, path, address, who, refused: admitted.is_err() };
        if let Err(failure) = record(&state, signed, what).await {
            return failure.page(&view, Some(signed));
        }
    }
    let answer = match admitted {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal,
    };
    Failure::drawn(answer, &view, signed.as_ref())
}

/// What an officer asked for, as the audit has it.
struct Asked {
    method: Method,
    path: &'static str,
    address: Uri,
    who: Who,
    refused: bool,
}

/// Writes it into the audit. Nothing is shown or changed that is not written there first.
async fn record(state: &AppState, signed: &Signed, asked: Asked) -> Result<(), Failure> {
    let right = match asked.who {
        Who::May(action) => format!("{action:?}"),
        Who::Officer | Who::Anyone => "own".to_owned(),
    };
    let refused = if asked.refused { " refused" } else { "" };
    let look = Look {
        at: state.now(),
        officer: signed.officer.id,
        unit: signed.officer.unit.clone(),
        action: format!("{} {right}{refused}", asked.method),
        what: what(asked.path, &asked.address),
    };
    Ok(state.store.append_audit(&look).await?)
}

/// The address, with the identifiers of records in it and nothing else that may have been typed.
fn what(path: &str, address: &Uri) -> String {
    // Identifiers and hashes are hexadecimal, codes of places have up to six digits; telephone and identity numbers are neither.
    let is_id = |part: &str| match part.len() {
        32 | 64 => part.bytes().all(|b| b.is_ascii_hexdigit()),
        length => (1..=6).contains(&length) && part.bytes().all(|b| b.is_ascii_digit()),
    };
    let parts = path.split('/').zip(address.path().split('/'));
    let shown = |(named, part)| if str::starts_with(named, '{') && !is_id(part) { named } else { part };
    let mut what = parts.map(shown).collect::<Vec<_>>().join("/");
    for (name, value) in
        address.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='))
    {
        if matches!(name, "upload" | "case") && is_id(value) {
            what = format!("{what}?{name}={value}");
        }
    }
    what
}

async fn signed(state: &AppState, headers: &HeaderMap) -> Result<Option<Signed>, Failure> {
    let Some((officer, session_hash)) = session::current(state, headers).await? else {
        return Ok(None);
    };
    let form_token = forgery::token(&state.secrets, &session_hash);
    Ok(Some(Signed { officer, form_token, session_hash }))
}

/// Lets the request through, with its officer, or answers it.
async fn admit(
    state: &AppState,
    who: Who,
    longest: Longest,
    signed: Option<&Signed>,
    mut request: Request,
) -> Result<Request, Response> {
    let posted = request.method() == Method::POST;
    let allowed = match (who, signed) {
        (Who::Anyone, _) | (Who::Officer, Some(_)) => true,
        (Who::Officer | Who::May(_), None) if posted => return Err(Failure::SessionEnded.into_response()),
        (Who::Officer | Who::May(_), None) => return Err(to_sign_in(&request)),
        (Who::May(action), Some(signed)) => signed.may(action),
    };
    if !allowed {
        return Err(Failure::Forbidden.into_response());
    }
    if posted {
        let holder = match signed {
            Some(signed) => Some(signed.session_hash),
            None => session::visitor(state, request.headers()),
        };
        let checked = checked_form(state, holder, longest, request).await;
        request = checked.map_err(|refused| Failure::from(refused).into_response())?;
    }
    if let Some(signed) = signed {
        request.extensions_mut().insert(signed.clone());
    }
    Ok(request)
}

/// To the sign-in page, and from there back to where the officer wanted to go.
fn to_sign_in(request: &Request) -> Response {
    let wanted = request.uri().path();
    let known = ![routes::CASES, routes::WORKLIST].contains(&wanted) && session::safe_next(wanted).is_some();
    let to = if known { format!("{}?next={wanted}", routes::SIGN_IN) } else { routes::SIGN_IN.to_owned() };
    Redirect::to(&to).into_response()
}

/// Whether cookies are for https only: when the address that the server is known by is.
pub fn secure(state: &AppState) -> bool {
    state.config.public_url.starts_with("https://")
}

/// An answer that also sets a cookie.
pub fn with_cookie(mut answer: Response, cookie: HeaderValue) -> Response {
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    answer
}

/// An answer that removes a cookie.
pub fn without(answer: Response, cookie: Cookie, state: &AppState) -> Response {
    with_cookie(answer, cookie.clear(secure(state)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_names_records_and_nothing_that_was_typed() {
        let id = "00112233445566778899aabbccddeeff";
        let named = |path, address: &str| what(path, &address.parse().unwrap());
        assert_eq!(named(routes::CASE, &format!("/console/cases/{id}")), format!("/console/cases/{id}"));
        assert_eq!(named(routes::CASE, "/console/cases/Nguyen-Van-A"), routes::CASE);
        assert_eq!(named(routes::CASE, "/console/cases/0912345678"), routes::CASE);
        assert_eq!(named(routes::ELSEWHERE, "/console/Nguyen/Van/A"), "/console/{*rest}");
        let asked = format!("{}?lang=vi&case={id}&q=0912345678", routes::NEW_RELEASE);
        assert_eq!(named(routes::NEW_RELEASE, &asked), format!("{}?case={id}", routes::NEW_RELEASE));
    }
}
