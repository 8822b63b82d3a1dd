//! The phone's own pages, on loopback, for its owner.

mod data;
mod frame;
mod guard;
mod home;
mod places;
mod report;
mod requests;
mod settings;
mod share;
pub mod views;

pub use guard::Guard;

use crate::phone::Phone;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use bluezone_device::DeviceError;
use bluezone_pages::Lang;
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, status};
use bluezone_pages::text;
use std::convert::Infallible;
use std::sync::Arc;
use views::{Frame, Tab};

text! {
    NO_PAGE, "Không có trang này", "There is no such page";
    BROKEN, "Nhật ký tiếp xúc không dùng được", "The contact log does not work";
    BROKEN_WHY,
        "Điện thoại không đọc hoặc ghi được dữ liệu của mình. Hãy kiểm tra ổ đĩa còn chỗ trống và thư mục dữ liệu. Chi tiết: {why}",
        "The phone cannot read or write its data. Check that the disk has room and that the data folder is there. Details: {why}"
}

/// What every handler needs.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    phone: Phone,
    guard: Arc<Guard>,
}

/// The pages of a phone; nothing answers without the guard's cookie.
pub fn router(phone: Phone, guard: Arc<Guard>) -> Router {
    let web = Web { phone, guard: Arc::clone(&guard) };
    Router::new()
        .route("/", get(home::home))
        .route("/radar", get(home::radar))
        .route("/days", get(home::days))
        .route("/warning", get(home::warning))
        .route("/guide", get(home::guide))
        .route("/status.json", get(home::status_json))
        .route("/report", get(report::page))
        .route("/report/progress", get(report::progress))
        .route("/report/code", post(report::code))
        .route("/report/consent", post(report::consent))
        .route("/report/retry", post(report::retry))
        .route("/report/cancel", post(report::cancel))
        .route("/share", get(share::share_page).post(share::share))
        .route("/tell", get(share::tell_page).post(share::tell))
        .route("/requests", get(requests::inbox))
        .route("/requests/{id}", get(requests::page))
        .route("/requests/{id}/yes", post(requests::yes))
        .route("/requests/{id}/no", post(requests::no))
        .route("/data", get(data::page))
        .route("/data/withdraw", post(data::withdraw))
        .route("/places", get(places::page))
        .route("/places/new", get(places::new_page))
        .route("/places/check-in", post(places::check_in))
        .route("/places/frame", post(frame::read))
        .route("/places/check-out", post(places::check_out))
        .route("/places/delete", post(places::delete))
        .route("/settings", get(settings::page))
        .route("/settings/radio", post(settings::radio))
        .route("/settings/delete", get(settings::ask_delete).post(settings::delete))
        .fallback(no_page)
        .with_state(web)
        .layer(middleware::from_fn_with_state(guard, guard::check))
}

/// The reader: language and address of the page asked for.
pub(crate) struct Reader {
    lang: Lang,
    here: String,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Reader, Infallible> {
        let here = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Reader { lang: guard::language(&parts.uri, &parts.headers), here })
    }
}

impl Reader {
    /// What pages have in common; `here` is where the language switch leads.
    fn frame<'a>(&'a self, web: &'a Web) -> Frame<'a> {
        Frame { lang: self.lang, here: &self.here, csrf: web.guard.csrf() }
    }

    /// As [`Reader::frame`], for the answer to a POST: its address cannot be opened, its form's can.
    fn frame_of<'a>(&'a self, web: &'a Web, here: &'a str) -> Frame<'a> {
        Frame { lang: self.lang, here, csrf: web.guard.csrf() }
    }
}

/// A page as an answer.
fn shown(page: Markup) -> Response {
    Html(page.into_string()).into_response()
}

/// A form with something to mend.
fn to_mend(page: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page.into_string())).into_response()
}

/// On to another page, which a reload does not send again.
fn onward(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

/// The page for a device that failed. The text of a device error names no keys and no people.
fn broken(frame: &Frame, error: &DeviceError) -> Response {
    let lang = frame.lang;
    let why = BROKEN_WHY.fill(lang, &[("why", &error.to_string())]);
    let body = status(Tone::Bad, Icon::Cross, BROKEN.get(lang), html! { p { (why) } });
    let page = layout(&Page { body, ..frame.page(Tab::Home, BROKEN.get(lang)) });
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page.into_string())).into_response()
}

async fn no_page(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame_of(&web, "/");
    let back = Some(("/", views::BACK_HOME.get(frame.lang)));
    let page = layout(&Page { back, ..frame.page(Tab::Home, NO_PAGE.get(frame.lang)) });
    (StatusCode::NOT_FOUND, Html(page.into_string())).into_response()
}
