//! Declaring: every form in both languages, first and later times, for others.

use crate::console::browser::{Browser, Seen};
use crate::console::town::{NOW, STATION, Town};
use axum::http::StatusCode;
use bluezone_domain::declaration::{SentBy, Urgency};
use bluezone_protocol::time::DAY_S;

pub(super) const PHONE: &str = "0900000001";

pub(super) const PERSON: &[(&str, &str)] = &[
    ("fullName", "TRẦN THỊ THỬ"),
    ("passport", "019185001234"),
    ("birthYear", "1985"),
    ("gender", "female"),
    ("nation", "VN"),
];
pub(super) const CHILD: &[(&str, &str)] = &[
    ("otherUser", "yes"),
    ("proxyName", "TRẦN THỊ THỬ"),
    ("proxyRelation", "mother"),
    ("proxyPhone", PHONE),
    ("fullName", "LÊ VĂN MẪU"),
    ("birthYear", "2016"),
    ("gender", "male"),
    ("nation", "VN"),
    ("guardianName", "TRẦN THỊ THỬ"),
    ("guardianRelation", "mother"),
    ("guardianPhone", PHONE),
    ("guardianConsent", "yes"),
    ("childAssent", "yes"),
];
pub(super) const HOME: &[(&str, &str)] =
    &[("provinceId", "19"), ("wardId", "05443"), ("address", "Tổ 5"), ("phone", PHONE)];
pub(super) const WELL: &[(&str, &str)] = &[
    ("showSignal", "healthy"),
    ("showCountryPassing", "no"),
    ("hasPatient", "no"),
    ("hasFromSickCountry", "no"),
    ("hasSick", "no"),
];
const ILL: &[(&str, &str)] = &[
    ("showSignal", "breath"),
    ("signalSince", "2026-11-20"),
    ("showSignalNote", "Khó thở khi nằm"),
    ("showCountryPassing", "no"),
    ("hasPatient", "yes"),
    ("hasFromSickCountry", "no"),
    ("hasSick", "no"),
];
pub(super) const AGREED: &[(&str, &str)] = &[("consent-declaration", "yes")];
/// What somebody types who declares for another and does not say so.
pub(super) fn another() -> Vec<(&'static str, &'static str)> {
    let typed = PERSON.iter().map(|(name, value)| match *name {
        "fullName" => (*name, "LÊ VĂN MẪU"),
        "birthYear" => (*name, "2001"),
        "passport" => (*name, ""),
        _ => (*name, *value),
    });
    typed.collect()
}

/// What is typed into a first declaration.
pub const FIRST: [&[(&str, &str)]; 4] = [PERSON, HOME, WELL, AGREED];

/// The first full declaration of a citizen who is signed in; answers the page that advises.
pub async fn declare_first(browser: &mut Browser) -> Seen {
    let seen = fill(browser, "/declare/toan-dan", &FIRST).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
    browser.open(seen.to()).await
}

/// The short form, on a later day.
pub async fn declare_again(browser: &mut Browser) {
    let seen = fill(browser, "/declare/khai-bao-lai", &[WELL]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
}

/// The first declaration for somebody who is not known yet.
pub async fn declare_for_child(browser: &mut Browser) {
    let seen = fill(browser, "/declare/toan-dan?for=new", &[CHILD, HOME, WELL, AGREED]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
}

pub(super) async fn fill(browser: &mut Browser, path: &str, parts: &[&[(&str, &str)]]) -> Seen {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    let action = path.split('?').next().unwrap();
    browser.submit(&page, action, &parts.concat()).await
}

/// What there is of a citizen.
pub(super) async fn declared(town: &Town, phone: &str) -> Vec<bluezone_domain::declaration::Declaration> {
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&phone.parse().unwrap()).await.unwrap().unwrap();
    store.declarations_of(citizen.id, 100).await.unwrap()
}

#[tokio::test]
async fn somebody_new_declares_and_has_their_code_without_signing_in_first() {
    let town = Town::new().await;
    town.state.store.set_unit_phone(STATION, "0208 3999 111").await.unwrap();
    let mut browser = town.browser();
    let home = browser.get("/").await;
    assert!(home.body.contains("href=\"/declare/toan-dan\""));
    // Nothing is ticked, and without the box nothing is sent.
    let page = browser.get("/declare/toan-dan").await;
    assert!(!page.body.contains(" checked"));
    let seen = browser.submit(&page, "/declare/toan-dan", &[PERSON, HOME, ILL].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("This box must be ticked to send") && seen.body.contains("TRẦN THỊ THỬ"));
    assert!(town.texts.last(&PHONE.parse().unwrap()).is_none(), "no message for what is not right");
    let seen = browser.submit(&seen, "/declare/toan-dan", &[PERSON, HOME, ILL, AGREED].concat()).await;
    assert_eq!(seen.to(), "/sign-in/code");
    let page = browser.open(seen.to()).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    let advice = browser.open(seen.to()).await;
    assert_eq!(advice.first("<h1"), "Call the health station now");
    assert!(advice.body.contains("href=\"tel:02083999111\"") && advice.body.contains("Đơn vị TN-TYT"));
    assert!(advice.body.contains("data-pass=\"/pass/codes?for="), "the code is there at once");
    assert!(advice.body.contains("Khó thở khi nằm"), "and what was declared");
    let all = declared(&town, PHONE).await;
    assert_eq!((all.len(), all[0].urgency, all[0].late), (1, Urgency::Call, false));
    assert_eq!(all[0].area.unwrap().commune.unwrap().as_str(), "05443");
    assert!(all[0].content.response.contains("\"resourceType\":\"QuestionnaireResponse\""));
    // Evidence of what was agreed to.
    let consents = town.state.store.consents_of_declaration(all[0].id).await.unwrap();
    let consent = &consents[0];
    assert_eq!((consents.len(), consent.purpose.as_str(), consent.lang.as_str()), (1, "declaration", "en"));
    let wording = bluezone_forms::consent::current("declaration").unwrap();
    assert_eq!(consent.sha256, wording.sha256(bluezone_pages::Lang::En));
}

#[tokio::test]
async fn the_second_time_asks_five_questions_on_the_first_page() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let advice = declare_first(&mut browser).await;
    assert_eq!(advice.first("<h1"), "You are well");
    assert!(browser.get("/").await.body.contains("You have declared today"));
    town.wait(DAY_S);
    let home = browser.get("/").await;
    assert!(home.body.contains("How are you today?") && !home.body.contains("consent-declaration"));
    let asked: Vec<_> = ["showSignal", "showCountryPassing", "hasPatient", "hasFromSickCountry", "hasSick"]
        .into_iter()
        .filter(|name| home.body.contains(&format!("name=\"{name}\"")))
        .collect();
    assert_eq!(asked.len(), 5);
    let seen = browser.submit(&home, "/declare/khai-bao-lai", WELL).await;
    assert_eq!(browser.open(seen.to()).await.first("<h1"), "You are well");
    let all = declared(&town, PHONE).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].content.person, all[1].content.person, "who it is about is known from the first time");
}

#[tokio::test]
async fn a_consent_that_was_taken_back_is_asked_for_again() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let given = store.consents_of(citizen.id).await.unwrap();
    store.withdraw_consent(citizen.id, &given[0].id, NOW + 1).await.unwrap();
    let seen = fill(&mut browser, "/declare/khai-bao-lai", &[WELL]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("consent-declaration"));
    let seen = browser.submit(&seen, "/declare/khai-bao-lai", &[WELL, AGREED].concat()).await;
    assert!(seen.to().starts_with("/declared/"));
}

#[tokio::test]
async fn the_same_form_sent_five_times_is_stored_once() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let page = browser.get("/declare/toan-dan").await;
    let typed = [PERSON, HOME, WELL, AGREED].concat();
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(browser.submit(&page, "/declare/toan-dan", &typed).await.to().to_owned());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "each time the same answer");
    assert_eq!(declared(&town, PHONE).await.len(), 1);
}

#[tokio::test]
async fn a_mother_declares_for_her_child() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let page = browser.get("/declare/toan-dan?for=new").await;
    assert!(page.body.contains("value=\"TRẦN THỊ THỬ\""), "who declares is known");
    let without: Vec<_> = CHILD.iter().filter(|(name, _)| *name != "guardianConsent").copied().collect();
    let seen = browser.submit(&page, "/declare/toan-dan", &[&without, HOME, WELL, AGREED].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "a child needs its guardian's yes");
    let seen = browser.submit(&page, "/declare/toan-dan", &[CHILD, HOME, WELL, AGREED].concat()).await;
    let advice = browser.open(seen.to()).await;
    assert!(advice.body.contains("LÊ VĂN MẪU"));
    // Both came at the same instant, in whatever order.
    let mut all = declared(&town, PHONE).await;
    assert_eq!(all.len(), 2);
    all.sort_by_key(|declaration| declaration.content.relation.is_none());
    assert_eq!(all[0].content.relation.as_deref(), Some("mother"));
    assert_eq!(all[1].content.relation, None);
    let SentBy::Citizen { profile: child, .. } = all[0].by else { panic!("by a citizen") };
    let SentBy::Citizen { profile: own, .. } = all[1].by else { panic!("by a citizen") };
    assert_ne!(child, own);
    // The short form for the child, and the own one is untouched.
    let path = format!("/declare/khai-bao-lai?for={child}");
    let seen = fill(&mut browser, &path, &[WELL]).await;
    assert!(seen.to().starts_with("/declared/"));
    let all = declared(&town, PHONE).await;
    let of_child = all.iter().filter(|declaration| declaration.content.person.name == "LÊ VĂN MẪU");
    assert_eq!((all.len(), of_child.count()), (3, 2));
    let list = browser.get("/declare").await;
    assert!(list.body.contains("Declare again for LÊ VĂN MẪU"));
    // Another citizen has nothing to do with them.
    let mut other = town.citizen("0900000002").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let seen = other.get(&format!("/declared/{}", all[0].id)).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_opened_for_oneself_and_filled_in_for_another_asks_their_consent() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let page = browser.get("/declare/toan-dan").await;
    assert!(!page.body.contains("consent-declaration"), "it holds");
    let seen = browser.submit(&page, "/declare/toan-dan", &[CHILD, HOME, WELL].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = browser.submit(&seen, "/declare/toan-dan", &[CHILD, HOME, WELL, AGREED].concat()).await;
    assert!(seen.to().starts_with("/declared/"));
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let names: Vec<_> = store.profiles_of(citizen.id).await.unwrap();
    let names: Vec<_> = names.iter().map(|profile| profile.person.identity.name.as_str()).collect();
    assert_eq!(names, ["TRẦN THỊ THỬ", "LÊ VĂN MẪU"]);
}

#[tokio::test]
async fn how_one_is_today_is_said_once_a_day_and_yesterday_at_most() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    assert_eq!(browser.get("/declare/hang-ngay").await.to(), "/declare/toan-dan", "who they are comes first");
    declare_first(&mut browser).await;
    let day =
        |date| vec![("date", date), ("recorder", "self"), ("symptoms", "fever"), ("temperature", "38,5")];
    let today = day("2026-11-23");
    let seen = fill(&mut browser, "/declare/hang-ngay", &[&today]).await;
    assert_eq!(browser.open(seen.to()).await.first("<h1"), "Call the health station now");
    let seen = fill(&mut browser, "/declare/hang-ngay", &[&today]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.body.contains("You have declared for this day already"));
    let seen = fill(&mut browser, "/declare/hang-ngay", &[&day("2026-11-22")]).await;
    assert!(seen.to().starts_with("/declared/"), "yesterday, for who forgot");
    for date in ["2026-11-21", "2026-11-24"] {
        let seen = fill(&mut browser, "/declare/hang-ngay", &[&day(date)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{date}");
    }
}

/// Each form, with what makes it right and what makes it wrong.
pub(super) type Answer = (&'static str, &'static str);

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
