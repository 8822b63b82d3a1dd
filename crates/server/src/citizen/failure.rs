//! What a citizens' page answers when it cannot do what was asked: a page that says what happened and what to do.

use super::access::Signed;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use crate::error::ServerError;
use crate::operation::gates::COME_AGAIN_S;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bluezone_pages::parts::{Weight, link_button};
use bluezone_pages::{Text, text};
use bluezone_store::StoreError;
use maud::html;

text! {
    NOT_FOUND, "Không tìm thấy trang", "Page not found";
    NOT_FOUND_WHY, "Địa chỉ này không dẫn tới đâu. Có thể nội dung đã hết hạn lưu và được xóa.",
        "This address leads nowhere. What stood here may have been deleted when its time was over.";
    SIGN_IN_FIRST, "Hãy đăng nhập", "Please sign in";
    SIGN_IN_FIRST_WHY, "Chưa có gì được lưu. Hãy xác nhận số điện thoại rồi làm lại bước vừa rồi.",
        "Nothing was saved. Confirm your telephone number, then repeat your last step.";
    FORGED, "Biểu mẫu này đã cũ", "This form is out of date";
    FORGED_WHY, "Chưa có gì được lưu. Hãy mở lại trang rồi gửi lại.", "Nothing was saved. Open the page again and send it from there.";
    UNREADABLE, "Không đọc được nội dung gửi", "What was sent could not be read";
    UNREADABLE_WHY, "Chưa có gì được lưu. Hãy quay lại, kiểm tra nội dung rồi gửi lại; tệp gửi kèm có thể quá lớn.",
        "Nothing was saved. Go back, check what you wrote and send it again; a file may be too large.";
    BROKEN, "Máy chủ gặp lỗi", "The server has a problem";
    BROKEN_WHY, "Lỗi ở máy chủ, không phải ở bạn. Có thể thao tác vừa rồi chưa được lưu: hãy thử lại sau một phút.",
        "This is our fault, not yours. Your last step may not have been saved: try again in a minute.";
    BUSY, "Máy chủ đang quá tải", "The server is too busy";
    BUSY_WHY, "Thao tác vừa rồi chưa được lưu. Hãy quay lại và gửi lại sau một phút; những gì bạn đã điền vẫn còn trong trang.",
        "Your last step was not saved. Go back and send it again in a minute; what you filled in still stands on the page.";
    GO_HOME, "Về trang chủ", "To the home page";
    GO_SIGN_IN, "Đăng nhập", "Sign in"
}

/// Why a page cannot be shown or a form not be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// No such page or record, or none of this citizen.
    NotFound,
    /// A form of somebody who is not signed in (any more).
    SignInFirst,
    /// A form that does not come from a page of this session.
    Forged,
    /// A form that is too long or no form at all.
    Unreadable,
    /// There is more to do than can be done, or the database is away for now.
    Busy,
    /// The database or a sealed value failed; the log says what.
    Broken,
}

impl Failure {
    fn status(self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::SignInFirst => StatusCode::UNAUTHORIZED,
            Failure::Forged => StatusCode::FORBIDDEN,
            Failure::Unreadable => StatusCode::BAD_REQUEST,
            Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(self) -> (Text, Text) {
        match self {
            Failure::NotFound => (NOT_FOUND, NOT_FOUND_WHY),
            Failure::SignInFirst => (SIGN_IN_FIRST, SIGN_IN_FIRST_WHY),
            Failure::Forged => (FORGED, FORGED_WHY),
            Failure::Unreadable => (UNREADABLE, UNREADABLE_WHY),
            Failure::Busy => (BUSY, BUSY_WHY),
            Failure::Broken => (BROKEN, BROKEN_WHY),
        }
    }

    /// The page that says so.
    pub fn page(self, view: &View, signed: Option<&Signed>) -> Response {
        let (title, why) = self.words();
        let lang = view.lang;
        let (to, words) = match self {
            Failure::SignInFirst => (routes::SIGN_IN, GO_SIGN_IN),
            _ => (routes::HOME, GO_HOME),
        };
        // The language switch leads home: the address of a form is no page.
        let view = view.clone().at(to);
        let body = html! { div.actions { (link_button(Weight::Primary, to, words.get(lang))) } };
        let lead = Some(why.get(lang));
        let mut answer = Shell { lead, body, ..Shell::new(&view, signed, title.get(lang)) }.render();
        *answer.status_mut() = self.status();
        if self == Failure::Busy {
            answer.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN_S.into());
        }
        answer
    }

    /// Draws the page of a failure that a handler answered with, and of axum's own refusals.
    pub fn drawn(answer: Response, view: &View, signed: Option<&Signed>) -> Response {
        if let Some(failure) = answer.extensions().get::<Failure>() {
            return failure.page(view, signed);
        }
        // What has a body of its own says itself what is wrong: a page, or JSON for a script.
        let said = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let said =
            said.is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/json"));
        match answer.status() {
            status if said || !(status.is_client_error() || status.is_server_error()) => answer,
            StatusCode::NOT_FOUND => Failure::NotFound.page(view, signed),
            status if status.is_server_error() => Failure::Broken.page(view, signed),
            _ => Failure::Unreadable.page(view, signed),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        let ServerError::Store(error) = error else {
            tracing::error!(%error, "a citizens' page could not do what was asked");
            return Failure::Broken;
        };
        error.into()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        // Deleted between the page and the form.
        if let StoreError::NotFound(_) = error {
            return Failure::NotFound;
        }
        tracing::error!(%error, "a citizens' page could not use the database");
        if error.is_unavailable() { Failure::Busy } else { Failure::Broken }
    }
}
