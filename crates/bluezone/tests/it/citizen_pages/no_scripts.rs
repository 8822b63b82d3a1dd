//! Every form in a browser that runs no scripts: filled in, with the lists that depend on an answer by a button, and sent.

use super::{Door, citizen, sign_in};
use crate::browser::browse;
use crate::scene::Authority;
use crate::webdriver::{Browser, Look};
use bluezone_store::Within;
use serde_json::json;
use tokio::runtime::Handle;

type Answers<'a> = &'a [(&'a str, &'a str)];

const PERSON: Answers<'_> = &[
    ("fullName", "TRẦN THỊ THỬ"),
    ("passport", "019185001234"),
    ("birthYear", "1985"),
    ("gender", "female"),
    ("nation", "VN"),
];
const HOME: Answers<'_> =
    &[("provinceId", "19"), ("wardId", "05443"), ("address", "Tổ 5"), ("phone", super::PHONE)];
const WELL: Answers<'_> = &[
    ("showSignal", "healthy"),
    ("showCountryPassing", "no"),
    ("hasPatient", "no"),
    ("hasFromSickCountry", "no"),
    ("hasSick", "no"),
];
const AGREED: Answers<'_> = &[("consent-declaration", "yes")];
const JOURNEY: Answers<'_> = &[
    ("vehicle", "train"),
    ("vehicleCode", "QT 91301"),
    ("startProvinceId", "19"),
    ("endProvinceId", "01"),
    ("startTime", "2026-11-21"),
    ("startGateId", "Ga Thái Nguyên"),
    ("endGateId", "Ga Hà Nội"),
];
const ENTRY: Answers<'_> = &[
    ("object", "vietnamese"),
    ("passport", "C1234567"),
    ("gateId", "Nội Bài"),
    ("transport", "air"),
    ("vehicleCode", "VN 123"),
    ("seatAir", "12A"),
    ("departureDate", "2026-11-19"),
    ("entryDate", "2026-11-20"),
    ("fromCountry", "JP"),
    ("fromProvince", "Tokyo"),
    ("toCountry", "VN"),
    ("toProvince", "Thái Nguyên"),
    ("countriesPassed", "Nhật Bản"),
    ("stayProvinceId", "19"),
    ("stayWardId", "05443"),
    ("stayAddress", "Tổ 5"),
    ("contactProvinceId", "19"),
    ("contactWardId", "05443"),
    ("contactAddress", "Tổ 5"),
    ("phone", super::PHONE),
    ("sot", "no"),
    ("ho", "no"),
    ("kho-tho", "no"),
    ("dau-hong", "no"),
    ("non-buon-non", "no"),
    ("tieu-chay", "no"),
    ("xuat-huyet", "no"),
    ("noi-ban", "no"),
    ("hasAnimal", "no"),
    ("hasPatient", "no"),
    ("quarantineSite", "central"),
];
const DAILY: Answers<'_> =
    &[("date", "2026-11-20"), ("recorder", "self"), ("symptoms", "healthy"), ("temperature", "36,6")];
const ARTICLE_13: Answers<'_> =
    &[("standing", "none"), ("showSignal", "healthy"), ("showCountryPassing", "no"), ("hasPatient", "no")];
const SEEN: Answers<'_> = &[
    ("category", "crowd"),
    ("about", "place"),
    ("description", "Đông người không đeo khẩu trang"),
    ("seenOn", "2026-11-19"),
    ("provinceId", "19"),
    ("wardId", "05443"),
    ("anonymous", "yes"),
];

/// Every form of citizens, in an order in which each can be sent, and its answers.
const FORMS: [(&str, &[Answers<'_>]); 6] = [
    ("/declare/toan-dan", &[PERSON, HOME, WELL, AGREED]),
    ("/declare/khai-bao-lai", &[WELL]),
    ("/declare/hang-ngay", &[DAILY]),
    ("/declare/di-chuyen-noi-dia", &[JOURNEY, PERSON, HOME, WELL]),
    ("/declare/nhap-canh", &[PERSON, ENTRY]),
    ("/declare/dieu-13", &[PERSON, HOME, ARTICLE_13]),
];

/// Puts the answers into the fields that are there, and ticks and chooses what is there to choose.
fn fill(browser: &Browser, action: &str, parts: &[Answers<'_>]) {
    let script = "const answers = JSON.parse(arguments_); \
        const form = document.querySelector(`form[action=\"${action}\"]`); \
        for (const [name, value] of answers) for (const field of form.querySelectorAll(`[name=\"${name}\"]`)) { \
          if (field.type === 'radio' || field.type === 'checkbox') { if (field.value === value) field.checked = true; } \
          else if (field.tagName !== 'SELECT' || [...field.options].some((one) => one.value === value)) field.value = value; }";
    let answers = json!(parts.concat()).to_string();
    browser.eval(&format!("const arguments_ = {}, action = {}; {script}", json!(answers), json!(action)));
}

/// Opens a form, fills it in and sends it; the lists that depend on an answer come by their button.
fn send(browser: &Browser, url: &str, action: &str, parts: &[Answers<'_>]) {
    browser.go(&format!("{url}{action}"));
    fill(browser, action, parts);
    let depends =
        format!("return document.querySelector('form[action=\"{action}\"] button[name=step]') !== null");
    if browser.eval(&depends).as_bool() == Some(true) {
        browser.press(&format!("form[action='{action}'] button[name='step']"));
        browser.wait("#wardId option[value='05443'], #stayWardId option[value='05443']");
        fill(browser, action, parts);
    }
    browser.press(&format!("form[action='{action}'] button.primary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_sent_without_scripts() {
    let authority = Authority::open().await;
    let (id, _) = citizen(&authority).await;
    let (door, store) = (Door::of(&authority), authority.state.store.clone());
    browse(move || {
        let wait = Handle::current();
        let browser = Browser::open(Look { scripts: false, ..Look::SMALL_PHONE });
        sign_in(&browser, &door);
        for (sent, (action, parts)) in FORMS.into_iter().enumerate() {
            send(&browser, &door.url, action, parts);
            browser.wait(".pass svg.qr");
            assert_eq!(wait.block_on(store.declarations_of(id, 10)).unwrap().len(), sent + 1, "{action}");
        }
        send(&browser, &door.url, "/report", &[SEEN]);
        browser.wait("a[href^='/report/']");
        let all = wait.block_on(store.list_signals(&Within::everything(), None, None, 10)).unwrap();
        assert_eq!(all.len(), 1);
    })
    .await;
}
