//! One-time codes: issued once, shown once, kept nowhere, and good for one phone.

use super::browser::{Browser, Seen};
use super::town::{OTHER_UNIT, Town, register};
use axum::http::{StatusCode, header};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{Code, CodeKind};
use bluezone_domain::id::{CaseId, TokenId};
use bluezone_domain::officer::Role;
use bluezone_server::Config;
use bluezone_server::secrets::Hashed;
use bluezone_store::{CodeState, GuessLimits, IssuedCode, Redeem, Redeemed};

/// Presses the button for a kind of code, and looks at the page that follows.
async fn issue(browser: &mut Browser, case: CaseId, kind: CodeKind) -> (Seen, String) {
    let page = browser.get(&format!("/console/cases/{case}")).await;
    let seen = send(browser, &page, case, kind).await;
    let to = seen.to().to_owned();
    (browser.get(&to).await, to)
}

async fn send(browser: &mut Browser, page: &Seen, case: CaseId, kind: CodeKind) -> Seen {
    let action = format!("/console/cases/{case}/codes");
    let form = form(page, case, kind).unwrap_or_else(|| panic!("no form for {kind:?} in {}", page.body));
    browser.submit_form(form, &action, &[]).await
}

fn form(page: &Seen, case: CaseId, kind: CodeKind) -> Option<Vec<(String, String)>> {
    let kind = ("kind".to_owned(), kind.as_str().to_owned());
    page.forms(&format!("/console/cases/{case}/codes")).into_iter().find(|form| form.contains(&kind))
}

/// The short code on a page.
fn digits(seen: &Seen) -> String {
    let block =
        seen.body.split("class=\"big-code\"").nth(1).unwrap_or_else(|| panic!("no code in {}", seen.body));
    block.split("</p>").next().unwrap().chars().filter(char::is_ascii_digit).collect()
}

async fn codes(town: &Town, case: CaseId) -> Vec<IssuedCode> {
    town.state.store.codes_of_case(case, town.state.now()).await.unwrap()
}

async fn redeem(town: &Town, typed: &str) -> Redeemed {
    let code = Code::parse(typed).unwrap();
    let redeem = Redeem {
        code_hash: town.state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
        kind: code.kind(),
        nonce_hash: None,
        accepted: CaseStatus::ALL.to_vec(),
        accepts_contact: false,
        token_id: TokenId::generate(&mut *town.state.rng()),
        token_sealed: vec![1],
        token_expires: town.state.now() + 60,
        limits: GuessLimits { budget_units: i64::MAX, source_hash: [0; 32], source_failures: 100 },
        now: town.state.now(),
    };
    town.state.store.redeem_code(&redeem).await.unwrap()
}

#[tokio::test]
async fn eight_digits_are_shown_once_and_work_once() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let (shown, path) = issue(&mut browser, case, CodeKind::Short).await;
    assert_eq!(shown.first("<h1"), "8 digits for case A-1");
    let code = digits(&shown);
    assert_eq!(code.len(), 8);
    assert!(shown.body.contains("Good until 10:15 on 23 Nov 2026, 15 min from now."));
    assert!(shown.body.contains("Type these 8 digits."));

    // A reload, the browser's "back", the language switch: none shows it again, none issues another.
    for lang in ["", "?lang=vi", "?lang=en"] {
        let again = browser.get(&format!("{path}{lang}")).await;
        assert_eq!(again.status, StatusCode::OK);
        assert!(!again.body.contains("big-code") && !again.body.contains(&code));
    }
    assert!(browser.get(&path).await.body.contains("A code is shown only once"));
    let issued = codes(&town, case).await;
    assert_eq!(issued.len(), 1);
    assert_eq!(issued[0].state, CodeState::Live);
    assert_eq!(issued[0].expires_at - issued[0].issued_at, 900);

    let page = browser.get(&format!("/console/cases/{case}")).await;
    assert!(page.body.contains("Waiting to be used") && !page.body.contains(&code));
    assert!(matches!(redeem(&town, &code).await, Redeemed::New { .. }));
    assert!(matches!(redeem(&town, &code).await, Redeemed::Refused));
    assert!(browser.get(&format!("/console/cases/{case}")).await.body.contains(">Used<"));
}

#[tokio::test]
async fn a_link_holds_its_code_after_the_hash_sign_and_lasts_a_day() {
    let town =
        Town::with(Config { public_url: "https://bluezone.example".to_owned(), ..Config::default() }).await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "confirmed").await;
    let (shown, path) = issue(&mut browser, case, CodeKind::Link).await;
    let link = shown.body.split("https://bluezone.example/c#").nth(1).unwrap()[..32].to_owned();
    assert!(shown.body.contains("<svg class=\"qr\""));
    assert!(shown.body.contains("Good until 10:00 on 24 Nov 2026, 24 h 0 min from now."));
    assert!(!browser.get(&path).await.body.contains(&link));
    // The page it leads to is the same for everybody, and asks for nothing.
    let mut anybody = town.browser();
    let landing = anybody.get("/c").await;
    assert_eq!(landing.status, StatusCode::OK);
    assert!(landing.body.contains("Open Bluezone, choose “Enter code” and paste it there."));
    assert!(landing.headers.get(header::SET_COOKIE).is_none());
    // What the patient pastes is the whole link.
    town.wait(24 * 3600 - 1);
    assert!(matches!(
        redeem(&town, &format!("https://bluezone.example/c#{link}")).await,
        Redeemed::New { .. }
    ));
}

#[tokio::test]
async fn a_form_sent_twice_issues_one_code_and_shows_that_one() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    for kind in CodeKind::ALL {
        let page = browser.get(&format!("/console/cases/{case}")).await;
        let before = codes(&town, case).await.len();
        // A double press: the second answer is the one that the browser shows.
        let (mut first, mut second) = (browser.clone(), browser.clone());
        let (a, b) = tokio::join!(send(&mut first, &page, case, kind), send(&mut second, &page, case, kind));
        assert_eq!(a.to(), b.to());
        let shown = [first.get(a.to()).await, second.get(b.to()).await].map(|seen| {
            seen.body
                .split("class=\"card accent\"")
                .nth(1)
                .unwrap()
                .split("</section>")
                .next()
                .unwrap()
                .to_owned()
        });
        assert_eq!(shown[0], shown[1]);
        assert_eq!(codes(&town, case).await.len(), before + 1);
        // The same form from the history, much later: still that code, and it is not shown any more.
        town.wait(600);
        let late = send(&mut browser, &page, case, kind).await;
        assert_eq!(late.to(), a.to());
        assert!(browser.get(late.to()).await.body.contains("A code is shown only once"));
        assert_eq!(codes(&town, case).await.len(), before + 1);
    }
}

#[tokio::test]
async fn two_forms_issue_two_codes() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let (first, _) = issue(&mut browser, case, CodeKind::Short).await;
    let (second, _) = issue(&mut browser, case, CodeKind::Short).await;
    assert_ne!(digits(&first), digits(&second));
    assert_eq!(codes(&town, case).await.len(), 2);
}

#[tokio::test]
async fn a_code_on_its_way_opens_for_its_session_and_its_page_only() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let (_, mut colleague) = town.signed_in("binh.tran", Role::ProvincialCdc, super::town::UNIT).await;
    let (_, mut stranger) = town.signed_in("chi.le", Role::ProvincialCdc, OTHER_UNIT).await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let page = browser.get(&format!("/console/cases/{case}")).await;
    let to = send(&mut browser, &page, case, CodeKind::Short).await.to().to_owned();
    let on_its_way = browser.cookies["bz-once"].clone();
    colleague.cookies.insert("bz-once".to_owned(), on_its_way.clone());
    assert!(colleague.get(&to).await.body.contains("A code is shown only once"));
    stranger.cookies.insert("bz-once".to_owned(), on_its_way.clone());
    assert_eq!(stranger.get(&to).await.status, StatusCode::NOT_FOUND);
    // Another code's page.
    let page = browser.get(&format!("/console/cases/{case}")).await;
    let other = send(&mut browser, &page, case, CodeKind::Short).await.to().to_owned();
    browser.cookies.insert("bz-once".to_owned(), on_its_way.clone());
    assert!(browser.get(&other).await.body.contains("A code is shown only once"));
    // A changed or cut cookie.
    for odd in ["", "AAAA", "!", &on_its_way[1..]] {
        browser.cookies.insert("bz-once".to_owned(), odd.to_owned());
        assert!(browser.get(&to).await.body.contains("A code is shown only once"));
    }
    browser.cookies.insert("bz-once".to_owned(), on_its_way);
    assert_eq!(digits(&browser.get(&to).await).len(), 8);
}

#[tokio::test]
async fn neither_database_nor_files_hold_a_code() {
    let town = Town::in_files(Config::default()).await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let short = digits(&issue(&mut browser, case, CodeKind::Short).await.0);
    let link = issue(&mut browser, case, CodeKind::Link).await.0;
    let link = link.body.split("/c#").nth(1).unwrap()[..32].to_owned();
    town.state.store.close().await;
    let mut read = 0;
    for file in std::fs::read_dir(town.directory()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for code in [&short, &link] {
                assert!(!bytes.windows(code.len()).any(|part| part == code.as_bytes()), "{}", path.display());
            }
            read += bytes.len();
        }
    }
    assert!(read > 10_000, "the database was looked at");
}

#[tokio::test]
async fn when_short_codes_pause_links_are_still_issued() {
    // A budget too small for even one live code.
    let town = Town::with(Config { guess_budget: 1e-9, ..Config::default() }).await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let page = browser.get(&format!("/console/cases/{case}")).await;
    assert!(page.body.contains("8-digit codes are paused"));
    assert!(form(&page, case, CodeKind::Short).is_none());
    // A form that was opened before the pause.
    let mut old = form(&page, case, CodeKind::Link).unwrap();
    old.iter_mut().find(|(name, _)| name == "kind").unwrap().1 = "short".to_owned();
    let seen = browser.submit_form(old, &format!("/console/cases/{case}/codes"), &[]).await;
    assert_eq!(seen.to(), format!("/console/cases/{case}"));
    assert!(codes(&town, case).await.is_empty());
    issue(&mut browser, case, CodeKind::Link).await;
    assert_eq!(codes(&town, case).await.len(), 1);
}

#[tokio::test]
async fn a_case_that_was_ruled_out_gets_a_code_to_withdraw() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let action = format!("/console/cases/{case}/status");
    let ask = browser.get(&format!("{action}?to=negative")).await;
    browser.submit(&ask, &action, &[]).await;
    let (shown, _) = issue(&mut browser, case, CodeKind::Short).await;
    assert!(shown.body.contains("The phone will withdraw the warning"));
    assert!(!shown.body.contains("Sharing is the patient"));
}

/// The cookie's two minutes are not only the browser's promise.
#[tokio::test]
async fn a_code_is_on_its_way_for_two_minutes() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let page = browser.get(&format!("/console/cases/{case}")).await;
    let to = send(&mut browser, &page, case, CodeKind::Short).await.to().to_owned();
    let kept = browser.cookies["bz-once"].clone();
    town.wait(119);
    assert_eq!(digits(&browser.get(&to).await).len(), 8);
    town.wait(1);
    browser.cookies.insert("bz-once".to_owned(), kept);
    assert!(browser.get(&to).await.body.contains("A code is shown only once"));
}

#[tokio::test]
async fn three_codes_wait_at_most_and_a_wrong_one_is_cancelled() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let before = browser.get(&format!("/console/cases/{case}")).await;
    let first = digits(&issue(&mut browser, case, CodeKind::Short).await.0);
    for _ in 0..2 {
        town.wait(1);
        issue(&mut browser, case, CodeKind::Link).await;
    }
    let page = browser.get(&format!("/console/cases/{case}")).await;
    assert!(
        page.body.contains("Three codes wait to be used") && form(&page, case, CodeKind::Short).is_none()
    );
    let late = send(&mut browser, &before, case, CodeKind::Link).await;
    assert_eq!(late.to(), format!("/console/cases/{case}"), "a form that was opened before");
    let issued = codes(&town, case).await;
    assert_eq!(issued.len(), 3);

    let wrong = issued.iter().find(|code| code.kind == CodeKind::Short).unwrap();
    let action = format!("/console/cases/{case}/codes/{}/cancel", wrong.id);
    assert_eq!(
        browser.submit(&page, &action, &[]).await.to(),
        format!("/console/cases/{case}?done=cancelled")
    );
    assert!(matches!(redeem(&town, &first).await, Redeemed::Refused));
    assert_eq!(browser.submit(&page, &action, &[]).await.to(), format!("/console/cases/{case}"));
    let page = browser.get(&format!("/console/cases/{case}?done=cancelled")).await;
    assert!(page.body.contains("The code is cancelled") && form(&page, case, CodeKind::Short).is_some());
}
