//! *Phản ánh*, from the form to what the citizen sees of it.

use crate::console::browser::{Browser, Seen};
use crate::console::looks::check_page;
use crate::console::town::Town;
use axum::http::StatusCode;
use bluezone_domain::id::SignalId;
use bluezone_server::Config;
use bluezone_store::Within;
use bluezone_store::testing::{postgres, sqlite};

pub const REPORT: &str = "/report";
/// With EXIF, a position, XMP and a comment: see `tests/photos/make.py`.
pub const PHOTO: &[u8] = include_bytes!("../../photos/gps.jpg");

/// What somebody of Thái Nguyên reports without a name.
pub const ANONYMOUS: [(&str, &str); 7] = [
    ("category", "crowd"),
    ("about", "place"),
    ("description", "Đông người không đeo khẩu trang ở Hẻm Canary"),
    ("seenOn", "2026-11-22"),
    ("provinceId", "19"),
    ("wardId", "05443"),
    ("anonymous", "yes"),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = ANONYMOUS.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    kept.chain(more.iter().copied()).collect()
}

/// Sends a report and gives its tracking code.
pub async fn reported(browser: &mut Browser, more: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> String {
    let page = browser.get(REPORT).await;
    let seen = browser.submit_files(&page, REPORT, &with(more), files).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    code(&seen)
}

/// The code that a page shows.
fn code(seen: &Seen) -> String {
    let at = seen.body.find("/report/").expect("the page leads to the report") + "/report/".len();
    seen.body[at..at + 14].to_owned()
}

pub async fn the_only_signal(town: &Town) -> SignalId {
    let all = town.state.store.list_signals(&Within::everything(), None, None, 10).await.unwrap();
    assert_eq!(all.len(), 1);
    all[0].id
}

#[tokio::test]
async fn whoever_stays_anonymous_follows_their_report_by_its_code() {
    for database in [sqlite().await, postgres().await] {
        let town = Town::on(&database).await;
        let mut browser = town.browser();
        let code = reported(&mut browser, &[], &[]).await;
        bluezone_canary::mark(code.as_bytes());
        let signal = town.state.store.signal(the_only_signal(&town).await).await.unwrap().unwrap();
        assert_eq!((signal.citizen, signal.category.as_str()), (None, "crowd"));
        assert_eq!(signal.area.commune.unwrap().as_str(), "05443");
        let mut other = town.browser();
        let page = other.get(&format!("/report/{code}")).await;
        assert!(page.body.contains("There is no answer yet") && page.body.contains("A crowd at risk"));
        assert!(!page.body.contains("Hẻm Canary"), "a code shows how it stands, not what was written");
        // Typed as people do.
        let page = other.get(REPORT).await;
        let typed = code.to_lowercase().replace('-', " ");
        let seen = other.submit(&page, "/report/find", &[("code", &typed)]).await;
        assert_eq!(seen.to(), format!("/report/{code}"));
        for wrong in ["AAAA-AAAA-AAAA", "x", "' OR 1=1"] {
            let page = other.get(REPORT).await;
            let seen = other.submit(&page, "/report/find", &[("code", wrong)]).await;
            let seen = if seen.status.is_redirection() { other.get(seen.to()).await } else { seen };
            assert_eq!(seen.status, StatusCode::NOT_FOUND, "{wrong}");
            assert_eq!(seen.first("<h1"), "No such report", "{wrong}");
        }
    }
}

#[tokio::test]
async fn the_same_form_sent_again_is_the_same_report() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get(REPORT).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(code(&browser.submit_files(&page, REPORT, &ANONYMOUS, &[]).await));
    }
    codes.dedup();
    assert_eq!(codes.len(), 1, "{codes:?}");
    the_only_signal(&town).await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get(REPORT).await;
    type Fields<'a> = &'a [(&'a str, &'a str)];
    type Files<'a> = &'a [(&'a str, &'a str, &'a [u8])];
    let cases: [(Fields, Files, &str); 6] = [
        (&[("description", "ngắn")], &[], "description"),
        (&[("category", "")], &[], "category"),
        (&[("wardId", "00001")], &[], "wardId"),
        (&[("seenOn", "2026-12-24")], &[], "seenOn"),
        (&[("reporterName", "Trần Thị Bình")], &[], "reporterName"),
        (&[], &[("photos", "a.jpg", b"<script>alert(1)</script>")], "photos"),
    ];
    for (typed, files, field) in cases {
        let seen = browser.submit_files(&page, REPORT, &with(typed), files).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(seen.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", seen.body);
    }
    let four = [("photos", "a.jpg", PHOTO); 4];
    let seen = browser.submit_files(&page, REPORT, &ANONYMOUS, &four).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The list of communes follows the province, without a script.
    let redraw = [("provinceId", "01"), ("step", "redraw")];
    let seen = browser.submit_files(&page, REPORT, &with(&redraw), &[]).await;
    assert!(seen.status == StatusCode::OK && seen.body.contains("value=\"00004\""), "{}", seen.status);
    let all = town.state.store.list_signals(&Within::everything(), None, None, 10).await.unwrap();
    assert!(all.is_empty());
}

#[tokio::test]
async fn one_network_does_not_flood_the_station() {
    let town = Town::new().await;
    let mut browser = town.browser();
    for _ in 0..town.state.config.reports_an_hour {
        reported(&mut browser, &[], &[]).await;
    }
    let page = browser.get(REPORT).await;
    let seen = browser.submit_files(&page, REPORT, &ANONYMOUS, &[]).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(seen.body.contains("Hẻm Canary"), "what was written is still in the form");
    town.wait(2 * 3600);
    reported(&mut browser, &[], &[]).await;
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// In what is stored and in what is served.
#[tokio::test]
async fn photographs_say_nothing_of_where_they_were_taken() {
    let town = Town::in_files(Config::default()).await;
    let mut browser = town.browser();
    assert!(has(PHOTO, b"Exif") && has(PHOTO, b"XMPCANARY 21.5926"));
    reported(&mut browser, &[], &[("photos", "nhà tôi.jpg", PHOTO)]).await;
    let id = the_only_signal(&town).await;
    let stored = town.state.store.signal_photo(id, 1).await.unwrap().unwrap();
    let mut officer = town.health_officer().await;
    let page = officer.get(&format!("/console/signals/{id}")).await;
    assert!(page.body.contains(&format!("src=\"/console/signals/{id}/photos/1\"")));
    let (parts, served) = officer.file(&format!("/console/signals/{id}/photos/1")).await;
    assert_eq!(parts.headers["content-type"], "image/jpeg");
    assert_eq!(parts.headers["x-content-type-options"], "nosniff");
    assert_eq!(served, *stored);
    for trace in [&b"Exif"[..], b"GPS", b"XMP", b"CANARY", b"Canary", b"adobe"] {
        assert!(!has(&stored, trace), "{}", String::from_utf8_lossy(trace));
    }
    assert!(stored.starts_with(&[0xff, 0xd8]) && stored.ends_with(&[0xff, 0xd9]));
    // The bytes that came are in no file of the server.
    for entry in std::fs::read_dir(town.directory()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!has(&bytes, b"SERIALCANARY42") && !has(&bytes, &stored[..64]), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn the_pages_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut browser = town.browser();
    for lang in ["vi", "en"] {
        let page = browser.get(&format!("/report?lang={lang}")).await;
        check_page("/report", lang, &page);
        check_page("a report to mend", lang, &browser.submit_files(&page, REPORT, &[], &[]).await);
        let seen =
            browser.submit_files(&page, REPORT, &with(&[("category", "sick"), ("about", "me")]), &[]).await;
        check_page("a report that was sent", lang, &seen);
        let path = format!("/report/{}", code(&seen));
        check_page(&path, lang, &browser.get(&path).await);
        check_page("no report", lang, &browser.get("/report/x").await);
    }
}
