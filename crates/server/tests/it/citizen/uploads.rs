//! Whoever floods the forms that take files: what is nobody's is not read, what is too much is not decoded, and whoever wrote
//! something in earnest loses none of it.

use super::declare::FIRST;
use super::report::{ANONYMOUS, PHOTO, REPORT, reported};
use crate::console::browser::{Browser, Seen};
use crate::console::town::Town;
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use bluezone_server::photo::Darkroom;
use futures_util::stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Larger than a form of words, smaller than one with files.
const CHUNK: usize = 256 << 10;

/// Sends a form with a file that never seems to end; returns how much of it the server read, in bytes.
async fn endless(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> (Seen, usize) {
    let mut head = String::new();
    for (name, value) in fields {
        head += &format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    head += "--X\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a\"\r\n\r\n";
    let read = Arc::new(AtomicUsize::new(0));
    let counted = read.clone();
    let file = stream::unfold(Some(head.into_bytes()), move |first| {
        let counted = counted.clone();
        async move {
            // As a network does: a reader that takes all there is would take all of it otherwise.
            tokio::task::yield_now().await;
            let chunk = first.unwrap_or_else(|| vec![b'x'; CHUNK]);
            let sent = counted.fetch_add(chunk.len(), Ordering::Relaxed);
            (sent < 64 << 20).then(|| (Ok::<_, std::io::Error>(Bytes::from(chunk)), None))
        }
    });
    let body = Body::from_stream(file);
    let seen = browser.send_as("multipart/form-data; boundary=X", Method::POST, path, body).await;
    (seen, read.load(Ordering::Relaxed))
}

fn token(page: &Seen, action: &str) -> String {
    page.form(action).into_iter().find(|(name, _)| name == "csrf").unwrap().1
}

#[tokio::test]
async fn files_of_nobody_are_not_read() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get(REPORT).await;
    let (seen, read) = endless(&mut browser, REPORT, &[("csrf", "forged")]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(read <= 2 * CHUNK, "{read}");
    // With a token: a form that asks for no files, and one that asks for them, from somebody who is not signed in.
    let csrf = token(&page, REPORT);
    for (path, status) in
        [("/declare/toan-dan", StatusCode::BAD_REQUEST), ("/declare/nhap-canh", StatusCode::UNAUTHORIZED)]
    {
        let (seen, read) = endless(&mut browser, path, &[("csrf", &csrf)]).await;
        assert_eq!(seen.status, status, "{path}");
        assert!(read <= 6 * CHUNK, "{path}: {read}");
    }
    // A form of words is short, also where files are taken, and however it is encoded.
    let long = "x".repeat(1 << 20);
    let seen = browser.post(REPORT, &[("csrf", &csrf), ("description", &long)]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    let seen = browser.submit_files(&page, REPORT, &[("description", &long)], &[]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn when_too_many_send_pictures_nothing_that_was_written_is_lost() {
    for (trays, open) in [(0, 1), (1, 0)] {
        let mut town = Town::new().await;
        town.state.photos = Arc::new(Darkroom::new(trays, open, Duration::from_millis(10)));
        let mut browser = town.browser();
        let page = browser.get(REPORT).await;
        let seen = browser.submit_files(&page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", PHOTO)]).await;
        assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(seen.headers["retry-after"], "60");
        assert!(seen.body.contains("The server is busy with pictures") && seen.body.contains("Hẻm Canary"));
        let seen = browser.submit_files(&seen, REPORT, &ANONYMOUS, &[]).await;
        assert_eq!(seen.status, StatusCode::OK, "without a picture");
    }
}

#[tokio::test]
async fn one_network_has_so_many_pictures_an_hour_and_who_sent_enough_none() {
    let mut town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get(REPORT).await;
    let send = async |browser: &mut Browser, page: &Seen| {
        browser.submit_files(page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", b"no picture")]).await.status
    };
    for _ in 0..20 {
        assert_eq!(send(&mut browser, &page).await, StatusCode::UNPROCESSABLE_ENTITY, "looked at");
    }
    let seen = browser.submit_files(&page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", b"no picture")]).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(seen.body.contains("Too many files were sent from here") && seen.body.contains("Hẻm Canary"));
    // Who sent as many reports as one may gets no picture looked at, and still sees the code of what was sent.
    town.wait(2 * 3600);
    let page = browser.get(REPORT).await;
    let first = browser.submit_files(&page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", PHOTO)]).await;
    for _ in 1..town.state.config.reports_an_hour {
        reported(&mut browser, &[], &[]).await;
    }
    town.state.photos = Arc::new(Darkroom::new(0, 0, Duration::ZERO));
    let cookies = std::mem::take(&mut browser.cookies);
    let mut browser = town.browser();
    browser.cookies = cookies;
    let again = browser.submit_files(&page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", PHOTO)]).await;
    assert_eq!((again.status, again.first("<h1")), (StatusCode::OK, first.first("<h1")));
    let page = browser.get(REPORT).await;
    assert_eq!(send(&mut browser, &page).await, StatusCode::TOO_MANY_REQUESTS);
}

/// What waits for a code is the form's own, whatever else was sent with it.
#[tokio::test]
async fn what_is_kept_of_an_unconfirmed_declaration_is_the_forms_own() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/declare/toan-dan").await;
    let stuffing = "s".repeat(40 << 10);
    let typed = [FIRST.concat(), vec![("stuffing", stuffing.as_str())]].concat();
    let seen = browser.submit(&page, "/declare/toan-dan", &typed).await;
    assert_eq!(seen.to(), "/sign-in/code");
    let longest = "SELECT CAST(MAX(LENGTH(content)) AS BIGINT) FROM waiting_declarations";
    let kept = town.database.number(longest).await;
    assert!((100..4096).contains(&kept), "{kept}");
    // Nor is it more of the form's own than its questions ask for.
    let typed = [FIRST.concat(), vec![("showSignal", "fever"); 3000]].concat();
    let seen = browser.submit(&page, "/declare/toan-dan", &typed).await;
    assert!(seen.status.is_client_error(), "{}", seen.status);
}
