//! Places in a real browser: a citizen's camera scans a poster, a controller's camera scans a person, and a hundred scans wait
//! for a connection. The cameras see films that are made of pictures of the pages.

use crate::axe::for_everybody;
use crate::browser::{browse, keep_picture, small_targets};
use crate::scene::{Authority, HOUR_S};
use crate::webdriver::{Browser, Look};
use bluezone_domain::Timestamp;
use bluezone_domain::place::PlaceCode;
use bluezone_protocol::api::{decode_base64, encode_base64};
use bluezone_server::texting::InMemory;
use serde_json::json;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

const OWNER: &str = "0900000001";
const VISITOR: &str = "0900000002";
/// Scans that wait for a connection.
const WAITING: usize = 100;

pub fn sign_in(browser: &Browser, url: &str, texts: &InMemory, phone: &str) {
    browser.go(&format!("{url}/sign-in"));
    browser.write("#phone", phone);
    browser.press("form[action='/sign-in'] .button");
    browser.wait("#code");
    browser.write("#code", &texts.code(&phone.parse().unwrap()).unwrap());
    browser.press("form[action='/sign-in/code'] .button");
    browser.wait("nav.tabs");
}

/// The browser's time: its pages tell when they scanned.
pub fn its_time(browser: &Browser) -> Timestamp {
    Timestamp(browser.eval("return Math.floor(Date.now() / 1000)").as_i64().unwrap())
}

/// Registers a place by hand, and gives its code.
pub fn register(browser: &Browser, url: &str) -> String {
    browser.go(&format!("{url}/places/new"));
    browser.press("#province option[value='19']");
    browser.press("form.form .button");
    browser.press("#kind option[value='market']");
    browser.write("#name", "Chợ Thái");
    browser.press("#commune option[value='05443']");
    browser.write("#address", "Số 1, đường Đội Cấn");
    browser.write("#registrant", "Trần Thị Bình");
    browser.write("#capacity", "200");
    keep_picture(browser, "places-new");
    browser.press("form.form .button.primary");
    browser.wait(".place-code");
    browser.url().rsplit('/').next().unwrap().to_owned()
}

/// A film of the QR code that a page shows, as a camera before it would see it.
fn film(browser: &Browser, folder: &Path, name: &str) -> PathBuf {
    let place = "const box = document.querySelector('svg.qr').getBoundingClientRect(); \
                 return [box.x + scrollX - 8, box.y + scrollY - 8, box.width + 16].join(' ')";
    let place = browser.eval(place).as_str().unwrap().to_owned();
    film_of(browser, &browser.picture(), &place, folder, name)
}

/// A film of the middle of a printed page, as high as the page is wide.
fn film_of_paper(browser: &Browser, paper: &[u8], folder: &Path, name: &str) -> PathBuf {
    std::fs::write(folder.join("it.pdf"), paper).unwrap();
    let mut print = Command::new("pdftoppm");
    // A4 has 827 by 1169 points of a hundredth of an inch.
    print.args(["-png", "-r", "100", "-singlefile", "it.pdf", "it"]).current_dir(folder);
    assert!(print.status().expect("apt-get install poppler-utils").success());
    let picture = std::fs::read(folder.join("it.png")).unwrap();
    film_of(browser, &picture, "0 171 827", folder, name)
}

/// A film of a square of a picture: from the left, from above, its side.
fn film_of(browser: &Browser, picture: &[u8], square: &str, folder: &Path, name: &str) -> PathBuf {
    let (width, height) = (640_usize, 480_usize);
    let picture = encode_base64(picture);
    // The picture is cut and made grey by the browser itself, on a page that forbids nothing.
    browser.go("about:blank");
    let script = format!(
        "const [x, y, side] = '{square}'.split(' ').map(Number); \
         const image = new Image(); image.src = 'data:image/png;base64,{picture}'; \
         return image.decode().then(() => {{ \
           const canvas = new OffscreenCanvas({width}, {height}), pen = canvas.getContext('2d'); \
           pen.fillStyle = '#777'; pen.fillRect(0, 0, {width}, {height}); \
           pen.translate({width} / 2, {height} / 2); pen.rotate(0.1); \
           pen.drawImage(image, x, y, side, side, -170, -170, 340, 340); \
           const data = pen.getImageData(0, 0, {width}, {height}).data; \
           let grey = ''; \
           for (let i = 0; i < data.length; i += 4) grey += String.fromCharCode(data[i + 1]); \
           return btoa(grey); }})"
    );
    let grey = decode_base64(browser.eval(&script).as_str().unwrap()).unwrap();
    assert_eq!(grey.len(), width * height);
    let mut film = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420mpeg2\n").into_bytes();
    for _ in 0..5 {
        film.extend(b"FRAME\n");
        film.extend(&grey);
        film.resize(film.len() + width * height / 2, 128);
    }
    let path = folder.join(format!("{name}.y4m"));
    std::fs::write(&path, film).unwrap();
    path
}

/// A citizen holds the camera before a poster, presses twice, and is in.
fn scan_poster(browser: &Browser, url: &str) {
    browser.go(&format!("{url}/scan"));
    browser.wait("[data-open]");
    assert!(
        browser.text(".scanner").contains("khung hình nhỏ"),
        "this browser has no reader: frames are sent, and the page says so"
    );
    keep_picture(browser, "places-scan");
    browser.press("[data-open]");
    browser.wait("form[action$='/in'] .button");
    assert!(browser.url().contains("/p/") && browser.url().contains("?k="), "{}", browser.url());
    keep_picture(browser, "places-check-in");
    browser.press("form[action$='/in'] .button");
    browser.wait(".status.good");
    assert!(browser.text(".status.good").contains("Đã vào lúc"));
    keep_picture(browser, "places-inside");
    browser.go(&format!("{url}/visits"));
    assert!(browser.text("main").contains("quét mã của nơi này"), "the poster proved itself");
    keep_picture(browser, "places-diary");
}

/// A controller's camera sees a person's code: what it shows, and after how many milliseconds.
fn scan_person(browser: &Browser, url: &str, code: &str) -> (String, f64) {
    browser.go(&format!("{url}/places/{code}/control"));
    browser.eval(
        "const video = document.querySelector('video'), box = document.getElementById('outcome'), t = document.body.dataset; \
         video.addEventListener('playing', () => { t.from ??= performance.now(); }); \
         new MutationObserver(() => { if (box.querySelector('.caution')) t.to ??= performance.now(); }) \
           .observe(box, { childList: true });",
    );
    browser.press("[data-open]");
    browser.wait("#outcome .alert.caution");
    keep_picture(browser, "places-control");
    let took = browser.eval("const t = document.body.dataset; return t.to - t.from").as_f64().unwrap();
    (browser.text("#outcome"), took)
}

/// Takes a page's connection away, or gives it back.
pub fn network(browser: &Browser, there: bool) {
    browser.devtools("Network.enable", &json!({}));
    let how = json!({ "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.emulateNetworkConditions", &how);
}

/// Holds identity cards before the camera of a controller's page.
pub fn scan_cards(browser: &Browser, numbers: Range<usize>) {
    let Range { start, end } = numbers;
    browser.eval(&format!(
        "for (let i = {start}; i < {end}; i++) {{ \
           const detail = `0191850${{String(i).padStart(5, '0')}}||Lê Văn Mẫu|23111985|Nam|Hẻm Canary|15042021`; \
           document.dispatchEvent(new CustomEvent('scanned', {{ detail, cancelable: true }})); }}"
    ));
}

/// A hundred identity cards without a connection, then with one.
fn scan_offline(browser: &Browser) {
    browser.press("[data-close]");
    network(browser, false);
    scan_cards(browser, 0..WAITING);
    browser.wait("#outcome .alert.neutral");
    let waiting = "return JSON.parse(Object.entries(localStorage).find(([k]) => k.startsWith('control'))?.[1] ?? '[]').length";
    assert_eq!(browser.eval(waiting).as_u64(), Some(WAITING as u64));
    assert!(browser.text("#queue").contains(&format!("{WAITING} lượt chờ gửi")));
    for_everybody(browser);
    keep_picture(browser, "places-control-offline");
    network(browser, true);
    browser.wait("#outcome .face");
    let left = "return new Promise((done) => { const look = () => localStorage.length ? setTimeout(look, 100) : done(0); look(); })";
    assert_eq!(browser.eval(left).as_u64(), Some(0), "what was sent is forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_a_person_and_a_hundred_scans_without_a_connection() {
    let authority = Authority::open().await;
    let (url, texts, clock) = (authority.url.clone(), authority.texts.clone(), authority.clock.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let code = browse(move || {
        let owner = Browser::open(Look::PHONE);
        clock.set(its_time(&owner));
        sign_in(&owner, &url, &texts, OWNER);
        let code = register(&owner, &url);
        keep_picture(&owner, "places-one");
        let poster = film(&owner, &path, "poster");

        let visitor = Browser::with_camera(Look::PHONE, &poster);
        sign_in(&visitor, &url, &texts, VISITOR);
        scan_poster(&visitor, &url);
        clock.set(its_time(&owner));
        visitor.go(&format!("{url}/pass"));
        visitor.wait("svg.qr");
        let pass = film(&visitor, &path, "pass");

        let guard = Browser::with_camera(Look::PHONE, &pass);
        sign_in(&guard, &url, &texts, OWNER);
        let (seen, took) = scan_person(&guard, &url, &code);
        assert!(seen.contains("Đang ở trong rồi") && seen.contains("Chưa khai báo y tế"), "{seen}");
        assert!(took < 3000.0, "{took} ms");
        scan_offline(&guard);
        clock.set(its_time(&owner));
        guard.go(&format!("{url}/places/{code}/log"));
        keep_picture(&guard, "places-log");
        code
    })
    .await;
    let code: PlaceCode = code.parse().unwrap();
    let now = authority.state.now();
    let visits = authority.state.store.visits_overlapping(code, now - HOUR_S, now + HOUR_S, 0).await.unwrap();
    assert_eq!(visits.len(), WAITING + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_poster_lets_who_scans_it_in() {
    let authority = Authority::open().await;
    let (url, texts, clock) = (authority.url.clone(), authority.texts.clone(), authority.clock.clone());
    let folder = tempfile::tempdir().unwrap();
    browse(move || {
        let owner = Browser::open(Look::PHONE);
        clock.set(its_time(&owner));
        sign_in(&owner, &url, &texts, OWNER);
        let code = register(&owner, &url);
        let fetch = format!(
            "return fetch('/places/{code}/poster').then(answer => answer.arrayBuffer()).then(bytes => \
             btoa(Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join('')))"
        );
        let paper = decode_base64(owner.eval(&fetch).as_str().unwrap()).unwrap();
        let film = film_of_paper(&owner, &paper, folder.path(), "poster");
        let visitor = Browser::with_camera(Look::PHONE, &film);
        sign_in(&visitor, &url, &texts, VISITOR);
        scan_poster(&visitor, &url);
        assert!(visitor.text("main").contains("Chợ Thái"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_entered_and_left_without_scripts_and_every_page_fits() {
    let authority = Authority::open().await;
    let (url, texts) = (authority.url.clone(), authority.texts.clone());
    browse(move || {
        let browser = Browser::open(Look { scripts: false, ..Look::SMALL_PHONE });
        sign_in(&browser, &url, &texts, OWNER);
        let code = register(&browser, &url);
        browser.go(&format!("{url}/scan"));
        assert_eq!(
            browser.eval("return document.querySelector('.scanner').checkVisibility()").as_bool(),
            Some(false)
        );
        browser.write("#code", &code);
        browser.press("form[action='/scan'] .button");
        browser.press("form[action$='/in'] .button");
        browser.wait(".status.good");
        for page in ["", "/new?province=19", "/*", "/*/edit", "/*/delegates", "/*/log", "/*/control"] {
            fits(&browser, &format!("{url}/places{}", page.replace('*', &code)));
        }
        for page in ["scan", "visits", &format!("p/{code}")] {
            fits(&browser, &format!("{url}/{page}"));
        }
        browser.press("form[action$='/out'] .button");
        browser.wait("a[href='/visits'][aria-current='page']");
        assert!(browser.text("main").contains("tự bấm ra"));
    })
    .await;
}

fn fits(browser: &Browser, url: &str) {
    let with = if url.contains('?') { '&' } else { '?' };
    for lang in ["en", "vi"] {
        browser.go(&format!("{url}{with}lang={lang}"));
        assert_eq!(browser.overhang(), 0, "{url} scrolls sideways");
        assert_eq!(small_targets(browser), "", "{url}");
    }
}
