//! Every form in both languages: what it takes, what it says is wrong, and the files that come with one.

use super::declare::{HOME, PERSON, PHONE, WELL, declare_first, declared};
use crate::console::browser::Browser;
use crate::console::town::Town;
use axum::http::StatusCode;

/// Each form, with what makes it right and what makes it wrong.
type Answer = (&'static str, &'static str);

pub(super) fn forms() -> Vec<(&'static str, Vec<Answer>, Answer)> {
    let journey = &[
        ("vehicle", "train"),
        ("vehicleCode", "QT 91301"),
        ("startProvinceId", "19"),
        ("endProvinceId", "01"),
        ("startTime", "2026-11-24"),
        ("startGateId", "Ga Thái Nguyên"),
        ("endGateId", "Ga Hà Nội"),
    ];
    let entry = &[
        ("object", "vietnamese"),
        ("passport", "C1234567"),
        ("gateId", "Nội Bài"),
        ("transport", "air"),
        ("vehicleCode", "VN 123"),
        ("seatAir", "12A"),
        ("departureDate", "2026-11-22"),
        ("entryDate", "2026-11-23"),
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
        ("phone", PHONE),
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
    let person: Vec<_> = PERSON.iter().filter(|(name, _)| *name != "passport").copied().collect();
    let article_13 = &[
        ("standing", "none"),
        ("showSignal", "healthy"),
        ("showCountryPassing", "no"),
        ("hasPatient", "no"),
    ];
    let both = &[("consent-declaration", "yes"), ("consent-call-back", "yes")];
    vec![
        ("toan-dan", [PERSON, HOME, WELL, both].concat(), ("birthYear", "2999")),
        ("khai-bao-lai", WELL.to_vec(), ("showSignal", "none-of-these")),
        ("di-chuyen-noi-dia", [journey, PERSON, HOME, WELL, both].concat(), ("vehicle", "")),
        ("nhap-canh", [&person, &entry[..], both].concat(), ("entryDate", "2026-12-24")),
        (
            "hang-ngay",
            vec![
                ("date", "2026-11-23"),
                ("recorder", "self"),
                ("symptoms", "healthy"),
                ("temperature", "36,6"),
            ],
            ("temperature", "48"),
        ),
        ("dieu-13", [PERSON, HOME, article_13, both].concat(), ("standing", "")),
    ]
}

#[tokio::test]
async fn every_form_takes_what_is_right_and_says_what_is_wrong_in_both_languages() {
    let town = Town::new().await;
    for (lang, mend, phone) in
        [("vi", "Cần sửa trước khi gửi", PHONE), ("en", "Please mend this first", "0900000002")]
    {
        let mut browser = town.citizen(phone).await;
        browser.get(&format!("/?lang={lang}")).await;
        declare_first(&mut browser).await;
        for (form, right, (field, wrong)) in forms() {
            let path = format!("/declare/{form}");
            let page = browser.get(&path).await;
            assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{path}");
            let kept = right.iter().filter(|(name, _)| *name != field);
            let bad: Vec<_> = kept.copied().chain([(field, wrong)]).collect();
            let seen = browser.submit(&page, &path, &bad).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: {field}={wrong}");
            assert!(seen.body.contains(mend) && seen.body.contains(&format!("href=\"#{field}\"")), "{form}");
            let seen = browser.submit(&seen, &path, &right).await;
            assert!(seen.status.is_redirection(), "{form}: {}", seen.body);
            let advice = browser.open(seen.to()).await;
            assert_eq!(advice.status, StatusCode::OK, "{form}");
        }
    }
}

#[tokio::test]
async fn without_a_script_the_communes_come_by_a_button() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/declare/toan-dan").await;
    let typed = [("fullName", "TRẦN THỊ THỬ"), ("provinceId", "19"), ("step", "redraw")];
    let seen = browser.submit(&page, "/declare/toan-dan", &typed).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.contains("value=\"05443\"") && seen.body.contains("TRẦN THỊ THỬ"));
    assert!(!seen.body.contains("class=\"alert bad\""), "nothing is checked yet");
    let part = browser.get("/declare/communes/19/en").await;
    assert!(part.body.starts_with("<option value=") && part.body.contains("05443"));
    for wrong in ["/declare/communes/99/en", "/declare/communes/19/fr"] {
        assert_eq!(browser.get(wrong).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_file_is_kept_and_what_is_none_is_refused() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let page = browser.get("/declare/nhap-canh").await;
    let (_, right, _) = forms().into_iter().find(|(name, ..)| *name == "nhap-canh").unwrap();
    let hidden = page.form("/declare/nhap-canh");
    let send = async |browser: &mut Browser, bytes: &[u8], unasked: Option<&[u8]>| {
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let hidden = hidden.filter(|(name, _)| right.iter().all(|(other, _)| name != other));
        let fields: Vec<_> = hidden.chain(right.iter().copied()).collect();
        let files = [("testProof", bytes)].into_iter().chain(unasked.map(|bytes| ("fullName", bytes)));
        let body = multipart(&fields, files);
        let kind = "multipart/form-data; boundary=X-X-X";
        browser.send_as(kind, axum::http::Method::POST, "/declare/nhap-canh", body.into()).await
    };
    let seen = send(&mut browser, b"MZ no picture", None).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("A file could not be taken"));
    let pdf = b"%PDF-1.4 test report";
    // Beside it one that no question asks for: nothing was checked of it, and it is not kept.
    let seen = send(&mut browser, pdf, Some(b"%PDF-1.4 of nobody")).await;
    assert!(seen.to().starts_with("/declared/"));
    let id = declared(&town, PHONE).await[0].id;
    let files = town.state.store.declaration_files(id).await.unwrap();
    let kept: Vec<_> = files.iter().map(|file| (file.content_type.as_str(), file.bytes.as_slice())).collect();
    assert_eq!(kept, [("application/pdf", &pdf[..])]);
    // Nobody's files are kept before their number is confirmed.
    let mut nobody = town.browser();
    assert_eq!(nobody.get("/declare/nhap-canh").await.to(), "/sign-in?next=/declare/nhap-canh");
}

fn multipart<'a>(fields: &[(&str, &str)], files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--X-X-X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, bytes) in files {
        let head =
            format!("--X-X-X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--X-X-X--\r\n");
    body
}
