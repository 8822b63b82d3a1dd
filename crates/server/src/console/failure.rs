//! What a page answers when it cannot do what was asked: a page that says what happened and what to do.

use crate::admin::officer::OfficerError;
use crate::console::access::Signed;
use crate::console::routes;
use crate::console::shell::{Shell, View, home};
use crate::error::ServerError;
use crate::operation::gates::COME_AGAIN_S;
use crate::passkeys::PasskeyError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bluezone_pages::parts::{Weight, link_button};
use bluezone_pages::{Text, text};
use bluezone_store::StoreError;
use maud::html;

text! {
    NOT_FOUND, "Không tìm thấy trang", "Page not found";
    NOT_FOUND_WHY, "Địa chỉ này không dẫn tới đâu, hoặc hồ sơ thuộc đơn vị khác.",
        "This address leads nowhere, or the record belongs to another unit.";
    FORBIDDEN, "Tài khoản này không có quyền", "This account may not do that";
    FORBIDDEN_WHY, "Vai trò của bạn không cho phép mở trang này. Nếu cần, hãy hỏi người quản trị của đơn vị.",
        "Your role does not allow this page. If you need it, ask your unit's administrator.";
    ENDED, "Phiên làm việc đã kết thúc", "Your session has ended";
    ENDED_WHY, "Chưa có gì được lưu. Hãy đăng nhập lại rồi làm lại bước vừa rồi.",
        "Nothing was saved. Sign in again, then repeat your last step.";
    FORGED, "Biểu mẫu này đã cũ", "This form is out of date";
    FORGED_WHY, "Biểu mẫu không thuộc phiên làm việc hiện tại nên chưa có gì được lưu. Hãy mở lại trang rồi gửi lại.",
        "The form does not belong to your current session, so nothing was saved. Open the page again and send it from there.";
    UNREADABLE, "Không đọc được biểu mẫu", "The form could not be read";
    UNREADABLE_WHY, "Chưa có gì được lưu. Hãy quay lại, kiểm tra nội dung rồi gửi lại.",
        "Nothing was saved. Go back, check what you wrote and send it again.";
    BROKEN, "Máy chủ gặp lỗi", "The server has a problem";
    BROKEN_WHY, "Có thể thao tác vừa rồi chưa được lưu. Hãy thử lại sau một phút; nếu vẫn lỗi, hãy báo người quản trị.",
        "Your last step may not have been saved. Try again in a minute; if it happens again, tell your administrator.";
    BUSY, "Máy chủ chưa làm được", "The server cannot do it now";
    BUSY_WHY, "Cơ sở dữ liệu chưa trả lời; có thể thao tác vừa rồi chưa được lưu. Hãy mở lại hồ sơ để xem, rồi thử lại sau một phút.",
        "The database does not answer; your last step may not have been saved. Look at the record again, then try again in a minute.";
    GO_HOME, "Về trang đầu", "To the first page";
    GO_SIGN_IN, "Đăng nhập", "Sign in"
}

/// Why a page cannot be shown or a form not be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// No such page or record, or none that this officer may know of.
    NotFound,
    /// The officer's role does not allow it.
    Forbidden,
    /// A form without a session.
    SessionEnded,
    /// A form that does not come from a page of this session.
    Forged,
    /// A form that is too long or no form at all.
    Unreadable,
    /// The database is away for now.
    Busy,
    /// The database or a sealed value failed; the log says what.
    Broken,
}

impl Failure {
    fn status(self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::Forbidden | Failure::Forged => StatusCode::FORBIDDEN,
            Failure::SessionEnded => StatusCode::UNAUTHORIZED,
            Failure::Unreadable => StatusCode::BAD_REQUEST,
            Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(self) -> (Text, Text) {
        match self {
            Failure::NotFound => (NOT_FOUND, NOT_FOUND_WHY),
            Failure::Forbidden => (FORBIDDEN, FORBIDDEN_WHY),
            Failure::SessionEnded => (ENDED, ENDED_WHY),
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
        let (to, words) = match signed {
            Some(signed) => (home(signed.officer.role), GO_HOME),
            None => (routes::SIGN_IN, GO_SIGN_IN),
        };
        // The switch leads home: the address of a form is no page.
        let view = view.clone().at(to);
        let body = html! {
            div.actions { (link_button(Weight::Primary, to, words.get(lang))) }
        };
        let shell = Shell {
            view: &view,
            signed,
            title: title.get(lang),
            lead: Some(why.get(lang)),
            wide: false,
            body,
        };
        let mut answer = shell.render();
        *answer.status_mut() = self.status();
        if self == Failure::Busy {
            answer.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN_S.into());
        }
        answer
    }

    /// Draws the page of a failure that a handler answered with. Refusals of axum's own (a malformed form or path) have
    /// no page either and get one here.
    pub fn drawn(answer: Response, view: &View, signed: Option<&Signed>) -> Response {
        if let Some(failure) = answer.extensions().get::<Failure>() {
            return failure.page(view, signed);
        }
        let html = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/html"));
        match answer.status() {
            status if html || !(status.is_client_error() || status.is_server_error()) => answer,
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

impl From<OfficerError> for Failure {
    fn from(error: OfficerError) -> Self {
        tracing::error!(%error, "the console could not read an account");
        Failure::Broken
    }
}

impl From<PasskeyError> for Failure {
    fn from(error: PasskeyError) -> Self {
        tracing::error!(%error, "the console could not use a passkey");
        Failure::Broken
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        let ServerError::Store(error) = error else {
            tracing::error!(%error, "the console could not do what was asked");
            return Failure::Broken;
        };
        error.into()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        // Taken back or merged between the page and the form.
        if let StoreError::NotFound(_) = error {
            return Failure::NotFound;
        }
        tracing::error!(%error, "the console could not use the database");
        if error.is_unavailable() { Failure::Busy } else { Failure::Broken }
    }
}
