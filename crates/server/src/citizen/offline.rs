//! Installing the pages on a phone and opening them without a network: manifest, service worker, the page that says so.

use super::access::Signed;
use super::failure::Failure;
use super::outbox::outbox;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bluezone_domain::id::CitizenId;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, link_button, status};
use bluezone_pages::{Lang, Text, icon_path, large_icon_path, small_icon_path, text, worker_script};
use maud::html;
use serde_json::json;

text! {
    TITLE, "Không có mạng", "No network";
    STILL, "Vẫn dùng được", "What still works";
    STILL_WHY, "Mã của tôi, nhật ký, tờ khai và những trang bạn đã mở trước đó. Nếu bạn đã đăng nhập, tờ khai gửi lúc này được giữ trong máy và tự gửi khi có mạng. Lượt vào, ra một nơi thì không được giữ.",
        "My code, the diary, forms and pages that you opened before. If you are signed in, a form that you send now is kept on this device and goes out by itself when there is a network. Coming to a place and leaving it is not kept.";
    NO_VISIT, "Chưa ghi lượt vào hay ra", "Your check-in or check-out was not saved";
    NO_VISIT_WHY, "Không có mạng nên nơi này chưa biết bạn đến hay đi. Hãy quét lại khi có mạng, hoặc đưa mã của bạn cho người ở cửa quét.",
        "There is no network, so nothing was written down. Scan again when there is one, or show your code to whoever stands at the door.";
    NO_FORM, "Tờ khai chưa được gửi và không được giữ để gửi sau", "Your declaration was not sent, and will not be sent later";
    NO_FORM_WHY, "Bạn chưa đăng nhập, hoặc có tệp đính kèm. Nội dung đã gõ còn ở tờ khai trên máy này: khi có mạng, hãy mở lại, kiểm tra rồi gửi.",
        "You are not signed in, or there is a file with it. What you typed is still in the form on this device: open it again when there is a network, check it and send it.";
    LEFT, "Đã xóa dữ liệu của bạn khỏi máy này; máy chủ chưa biết bạn đăng xuất", "Your data is off this device; the server does not know yet that you signed out";
    LEFT_WHY, "Các trang, mã, bản nháp và tờ khai chưa gửi của bạn trên máy này đã xóa. Phiên đăng nhập thì chỉ máy chủ mới kết thúc được: khi có mạng, máy này báo đăng xuất trước mọi việc khác. Nếu máy không phải của bạn, hãy đợi đến lúc có mạng, hoặc xóa dữ liệu của trang này trong trình duyệt.",
        "Your pages, codes, drafts and unsent declarations on this device are deleted. The session itself only the server can end: when there is a network, this device signs you out before it does anything else. If the device is not yours, wait until there is a network, or clear this site's data in the browser.";
    NOTHING, "Việc vừa làm chưa được lưu", "What you just did was not saved";
    NOTHING_WHY, "Hãy làm lại khi có mạng.", "Please do it again when there is a network.";
    MY_CODE, "Mã của tôi", "My code";
    HOME, "Trang chủ", "Home";
    SHORT, "Bluezone", "Bluezone";
    NAME, "Bluezone – Khai báo y tế", "Bluezone – Health declaration";
    ABOUT, "Khai báo y tế, mã QR cá nhân, nhật ký nơi đến.", "Health declaration, personal QR code, diary of places."
}

/// What could not be done without a network, by the names that the worker and the pages' script use.
const UNSAVED: [(&str, Text, Text); 4] = [
    ("visit", NO_VISIT, NO_VISIT_WHY),
    ("form", NO_FORM, NO_FORM_WHY),
    ("left", LEFT, LEFT_WHY),
    ("other", NOTHING, NOTHING_WHY),
];

/// Name of the field that says whose page it is: what the worker keeps of it is sent for that account only.
pub const ACCOUNT: &str = "account";

/// A citizen's account as their browser knows it: it tells accounts apart, and nothing else.
pub fn account(state: &AppState, citizen: CitizenId) -> String {
    hex::encode(&state.secrets.hash(Hashed::BrowserAccount, citizen.as_bytes())[..16])
}

/// `GET /offline`: holds nothing personal, so that the worker may keep it before anybody signs in.
pub async fn page(State(state): State<AppState>, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let body = html! {
        @for (what, title, why) in UNSAVED {
            div data-unsaved=(what) hidden { (alert(Tone::Caution, title.get(lang), html! { p { (why.get(lang)) } })) }
        }
        (outbox(&state, lang).await?)
        (status(Tone::Info, Icon::Offline, STILL.get(lang), html! {
            p { (STILL_WHY.get(lang)) }
            div.actions {
                (link_button(Weight::Primary, routes::PASS, MY_CODE.get(lang)))
                (link_button(Weight::Secondary, routes::HOME, HOME.get(lang)))
            }
        }))
    };
    Ok(Shell { body, ..Shell::new(&view, None, TITLE.get(lang)) }.render())
}

/// `GET /offline/token`: who is here, and the token that what the worker kept for them needs when it is sent at last.
pub async fn token(State(state): State<AppState>, signed: Signed) -> Response {
    Json(json!({ "token": signed.form_token, ACCOUNT: account(&state, signed.citizen) })).into_response()
}

/// `GET /sw.js`
pub async fn worker() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], worker_script()).into_response()
}

/// `GET /manifest.webmanifest`
pub async fn manifest(view: View) -> Response {
    let lang: Lang = view.lang;
    let icon = |src: &str, sizes: &str, kind: &str, purpose: &str| json!({ "src": src, "sizes": sizes, "type": kind, "purpose": purpose });
    let manifest = json!({
        "id": "/",
        "name": NAME.get(lang),
        "short_name": SHORT.get(lang),
        "description": ABOUT.get(lang),
        "lang": lang.code(),
        "start_url": routes::HOME,
        "scope": "/",
        "display": "standalone",
        "background_color": "#eff4f8",
        "theme_color": "#0b5a9d",
        "icons": [
            icon(icon_path(), "any", "image/svg+xml", "any"),
            icon(small_icon_path(), "192x192", "image/png", "any"),
            icon(large_icon_path(), "512x512", "image/png", "maskable"),
        ],
        "shortcuts": [{ "name": MY_CODE.get(lang), "url": routes::PASS }],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], manifest.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use bluezone_pages::{asset, offline_files, worker_script};

    #[test]
    fn the_worker_names_files_that_there_are() {
        let script = worker_script();
        for file in offline_files() {
            assert!(script.contains(file) && asset(file).is_some(), "{file}");
        }
    }
}
