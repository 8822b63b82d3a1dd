//! The pages through their router: who gets in, what they show, what their forms do.

use super::reader::{Reader, two_days};
use super::support::{HOUR_S, MORNING, Neighbour, config, export, phone, phone_with, signing_key};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bluezone_app::phone::{Phone, RadioHealth};
use bluezone_device::{DeviceConfig, MemoryStorage};
use bluezone_protocol::time::ManualClock;
use std::io::Cursor;
use std::sync::Arc;

const PAGES: [&str; 14] = [
    "/",
    "/radar",
    "/days",
    "/warning",
    "/report",
    "/share",
    "/tell",
    "/requests",
    "/data",
    "/guide",
    "/places",
    "/places/new",
    "/settings",
    "/settings/delete",
];

#[tokio::test]
async fn nothing_answers_without_the_cookie_of_the_link() {
    let mut reader = Reader::new(phone().0).await;
    let good = std::mem::take(&mut reader.cookie);
    for cookie in
        ["", "bluezone-4711=", "bluezone-4711=00", &good[..good.len() - 1], &good.replace('=', "=0")]
    {
        reader.cookie = cookie.to_owned();
        for path in PAGES.iter().chain(&["/status.json", "/nowhere"]) {
            let answer = reader.get(path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {cookie}");
            assert!(answer.text.contains("This page is locked"));
        }
        assert_eq!(reader.post("/settings/radio", "radio=off").await.status, StatusCode::FORBIDDEN);
    }
    assert!(reader.phone.choices().radio);
    reader.cookie = good;
    for path in PAGES {
        reader.page(path).await;
    }
}

#[tokio::test]
async fn another_sites_name_for_this_machine_gets_nothing() {
    let reader = Reader::new(phone().0).await;
    for host in ["evil.example:4711", "127.0.0.1:4712", "127.0.0.1", "localhost", ""] {
        let request = Request::get("/").header(header::HOST, host).header(header::COOKIE, &reader.cookie);
        let answer = reader.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let request =
        Request::get("/").header(header::HOST, "localhost:4711").header(header::COOKIE, &reader.cookie);
    assert_eq!(reader.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let reader = Reader::new(phone().0).await;
    for form in ["radio=off", "csrf=&radio=off", "csrf=00&radio=off", "radio=off&xcsrf=1"] {
        let answer = reader.post_raw("/settings/radio", form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert!(reader.phone.choices().radio);
    let long = format!("csrf={}&x={}", reader.guard.csrf(), "y".repeat(20_000));
    assert_eq!(reader.post_raw("/settings/radio", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_page_carries_the_headers_and_nothing_inline() {
    let reader = Reader::new(phone().0).await;
    for path in PAGES {
        let answer = reader.get(path).await;
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert!(header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(header("cache-control"), "no-store");
        assert!(!answer.text.contains(" style=\"") && !answer.text.contains("<style"), "{path}");
        assert!(!answer.text.contains("<script>"), "{path}");
    }
    let page = reader.page("/").await;
    let style = page.split("href=\"").find(|rest| rest.starts_with("/assets/style-")).unwrap();
    let answer = reader.get(style.split('"').next().unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
}

#[tokio::test]
async fn the_language_is_asked_for_once_and_kept() {
    let mut reader = Reader::new(phone().0).await;
    reader.lang = "vi";
    assert!(reader.page("/").await.contains("Bluezone của bạn"));
    let answer = reader.get("/?lang=en").await;
    assert!(answer.text.contains("Your Bluezone"));
    assert!(answer.headers[header::SET_COOKIE].to_str().unwrap().starts_with("lang=en"));
    for path in PAGES {
        let (vi, en) = (reader.page(path).await, reader.page(&format!("{path}?lang=en")).await);
        assert_ne!(vi, en, "{path} has both languages");
    }
}

#[tokio::test]
async fn home_says_how_things_stand() {
    let reader = Reader::new(phone().0).await;
    reader.phone.health_mut(|health| health.radio = RadioHealth::On);
    let page = reader.page("/").await;
    assert!(page.contains("Recording close contacts") && page.contains("There is no warning for you."));
    assert!(page.contains("Not checked yet") && page.contains("Not tried yet"));
    Neighbour::new(2).beside(&reader.phone, MORNING - 300, 5, -60);
    two_days(&reader.phone);
    let page = reader.page("/").await;
    assert!(page.contains("1 phone with Bluezone around here") && page.contains("2 of the last 14 days"));

    reader.phone.health_mut(|health| {
        health.radio = RadioHealth::Off("controller unplugged".to_owned());
        health.server_reached = Some(false);
        health.storage = Some("no space left".to_owned());
        health.refused_file = Some("export file x.zip: bad".to_owned());
        health.missing_file = Some("y.zip: gone".to_owned());
    });
    let page = reader.page("/").await;
    for words in [
        "Nothing is being recorded",
        "controller unplugged",
        "The server cannot be reached",
        "no space left",
        "export file x.zip: bad",
        "y.zip: gone",
        "Bluetooth is off, so nothing is heard.",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_takes_the_green_shield_away() {
    let (phone, clock) = phone();
    let reader = Reader::new(phone).await;
    reader.phone.health_mut(|health| health.radio = RadioHealth::On);
    for minutes in [5, 30] {
        warn(&reader.phone, minutes, -60); // each a signed file, which proves the time
        assert!(!reader.page("/").await.contains("Nothing is being recorded"));
        clock.advance(-3 * HOUR_S);
        let page = reader.page("/").await;
        assert!(page.contains("Nothing is being recorded") && page.contains("clock is behind"), "{minutes}");
        assert!(!page.contains("Recording close contacts"));
        assert!(reader.page("/status.json").await.contains("\"clock_behind\":true"));
        clock.advance(3 * HOUR_S);
        assert!(reader.page("/status.json").await.contains("\"clock_behind\":false"));
    }
}

#[tokio::test]
async fn without_pinned_keys_home_says_so() {
    let settings = DeviceConfig { trusted_export_keys: Vec::new(), ..config() };
    let phone = phone_with(settings, MemoryStorage::new(), Arc::new(ManualClock::new(MORNING)));
    let reader = Reader::new(phone).await;
    assert!(reader.page("/").await.contains("Warnings cannot be checked yet"));
    assert!(reader.page("/settings").await.contains("none"));
}

#[tokio::test]
async fn the_diary_counts_days_in_vietnam() {
    let reader = Reader::new(phone().0).await;
    assert!(reader.page("/days").await.contains("Nothing in the diary yet"));
    let mut neighbour = Neighbour::new(2);
    // Half past ten in the evening of 18 November in Vietnam, and half past one the next morning.
    neighbour.beside(&reader.phone, MORNING - 35 * HOUR_S - 1800, 20, -60);
    neighbour.beside(&reader.phone, MORNING - 32 * HOUR_S - 1800, 10, -90);
    let page = reader.page("/days").await;
    assert!(page.contains("Wednesday, 18 Nov 2026") && page.contains("Thursday, 19 Nov 2026"), "{page}");
    assert!(page.contains("20 min") && page.contains("0 min"));
}

fn warn(phone: &Phone, minutes: i64, rssi_dbm: i8) {
    let mut near = Neighbour::new(2);
    near.beside(phone, MORNING - 26 * HOUR_S, minutes, rssi_dbm);
    let file = export(&near.diagnosed(), &signing_key("v1"));
    let name = format!("{minutes}.zip");
    phone.with(|mind, now, _| {
        mind.check_export(&name, Cursor::new(file), now).unwrap();
        mind.check_done(now).unwrap();
    });
}

#[tokio::test]
async fn a_close_contact_is_told_with_what_to_do_and_what_is_not_known() {
    let mut reader = Reader::new(phone().0).await;
    reader.phone.health_mut(|health| health.radio = RadioHealth::On);
    assert!(reader.page("/warning").await.contains("This phone has not checked yet"));
    warn(&reader.phone, 30, -60);
    let home = reader.page("/").await;
    assert!(home.contains("You may have been close to someone with COVID\u{2011}19"));
    assert!(!home.contains("There is no warning"));
    let page = reader.page("/warning").await;
    for words in [
        "Stay at home",
        "Call 115",
        "tel:02438253535",
        "024 3825 3535",
        "Thursday, 19 Nov 2026",
        "about 30 min",
        "This does not mean that you are infected.",
        "Only you.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    reader.lang = "vi";
    let page = reader.page("/warning").await;
    for words in ["Ở nhà", "Gọi 115", "Thứ năm, 19/11/2026", "Điều này không có nghĩa là bạn đã nhiễm bệnh."]
    {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_lesser_contact_is_told_in_lesser_words() {
    let reader = Reader::new(phone().0).await;
    warn(&reader.phone, 15, -73);
    let page = reader.page("/warning").await;
    assert!(page.contains("Low risk: one contact with someone with COVID\u{2011}19"));
    assert!(page.contains("Wear a mask") && !page.contains("Stay at home</strong>"));
    assert!(!page.contains("When you call, say"));
}

#[tokio::test]
async fn no_warning_is_not_called_safe() {
    let reader = Reader::new(phone().0).await;
    reader.phone.with(|mind, now, _| mind.check_done(now).unwrap());
    let page = reader.page("/warning").await;
    assert!(page.contains("recorded no close contact") && page.contains("does not mean"));
}

#[tokio::test]
async fn the_owner_pauses_the_radio_and_deletes_everything() {
    let reader = Reader::new(phone().0).await;
    assert_eq!(reader.post("/settings/radio", "radio=off").await.leads_to(), "/settings");
    assert!(!reader.phone.choices().radio);
    assert!(reader.page("/settings").await.contains("Paused: this phone neither sends nor listens."));
    reader.post("/settings/radio", "radio=on").await;
    assert!(reader.phone.choices().radio);

    warn(&reader.phone, 30, -60);
    let answer = reader.post("/settings/delete", "").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reader.page("/").await.contains("You may have been close"));
    let answer = reader.post("/settings/delete", "sure=yes").await;
    assert_eq!(answer.leads_to(), "/settings?deleted=yes");
    assert!(reader.page("/settings?deleted=yes").await.contains("Everything is deleted"));
    assert!(!reader.page("/").await.contains("You may have been close"));
    assert!(reader.page("/days").await.contains("Nothing in the diary yet"));
}

#[tokio::test]
async fn programs_may_read_the_status_and_learn_no_identifier() {
    let reader = Reader::new(phone().0).await;
    warn(&reader.phone, 30, -60);
    let text = reader.page("/status.json").await;
    let status: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status["level"], "high");
    assert_eq!(status["trusted_keys"], 1);
    assert_eq!(status["contact_days"][0]["identifiers"], 3);
    assert_eq!(status["last_check"], MORNING.0);
}
