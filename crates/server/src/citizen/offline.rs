//! Installing the pages on a phone and opening them without a network: manifest, service worker, the page that says so.

use super::access::Signed;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, link_button, status};
use bluezone_pages::{Lang, icon_path, large_icon_path, small_icon_path, text, worker_script};
use maud::html;
use serde_json::json;

text! {
    TITLE, "Không có mạng", "No network";
    STILL, "Vẫn dùng được", "What still works";
    STILL_WHY, "Mã của tôi, nhật ký, tờ khai và những trang bạn đã mở trước đó. Tờ khai gửi lúc này được giữ trong máy và tự gửi khi có mạng.",
        "My code, the diary, forms and pages that you opened before. A form that you send now is kept on this device and goes out by itself when there is a network.";
    WAITING, "{n} mục đang chờ gửi. Máy tự gửi khi có mạng.", "{n} waiting to be sent. They go out by themselves when there is a network.";
    MY_CODE, "Mã của tôi", "My code";
    HOME, "Trang chủ", "Home";
    SHORT, "Bluezone", "Bluezone";
    NAME, "Bluezone – Khai báo y tế", "Bluezone – Health declaration";
    ABOUT, "Khai báo y tế, mã QR cá nhân, nhật ký nơi đến.", "Health declaration, personal QR code, diary of places."
}

/// `GET /offline`: holds nothing personal, so that the worker may keep it before anybody signs in.
pub async fn page(view: View) -> Response {
    let lang = view.lang;
    let body = html! {
        p.alert.caution data-waiting=(WAITING.get(lang)) hidden role="status" {}
        (status(Tone::Info, Icon::Offline, STILL.get(lang), html! {
            p { (STILL_WHY.get(lang)) }
            div.actions {
                (link_button(Weight::Primary, routes::PASS, MY_CODE.get(lang)))
                (link_button(Weight::Secondary, routes::HOME, HOME.get(lang)))
            }
        }))
    };
    Shell { body, ..Shell::new(&view, None, TITLE.get(lang)) }.render()
}

/// `GET /offline/token`: the token that a form kept by the worker needs when it is sent at last.
pub async fn token(signed: Signed) -> Response {
    Json(json!({ "token": signed.form_token })).into_response()
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
