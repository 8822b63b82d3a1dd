//! The pages of a report: what the owner is told, and what leaves the phone then.

use super::reader::{Reader, two_days};
use super::support::{HOUR_S, MORNING, config, phone, phone_with};
use axum::http::StatusCode;
use bluezone_app::phone::{Phone, Wait};
use bluezone_device::{DeviceConfig, MemoryStorage, ReportAnswer, ReportStep, Scheme};
use bluezone_protocol::api::{PublishResponse, TestType, VerifyResponse};
use bluezone_protocol::time::ManualClock;
use std::sync::Arc;

fn verified(phone: &Phone, test_type: TestType) {
    verified_on(phone, test_type, "2026-11-18");
}

fn verified_on(phone: &Phone, test_type: TestType, symptom_date: &str) {
    phone.with(|mind, now, _| {
        let response = VerifyResponse {
            test_type,
            symptom_date: symptom_date.to_owned(),
            test_date: String::new(),
            publish_from: String::new(),
            token: "tok".to_owned(),
            padding: String::new(),
        };
        mind.report_answer(ReportAnswer::Verify(response), now).unwrap();
    });
}

fn step(phone: &Phone) -> ReportStep {
    phone.with(|mind, now, rng| mind.report_next(now, rng).unwrap())
}

#[tokio::test]
async fn a_code_is_checked_before_it_is_sent() {
    let reader = Reader::new(phone().0).await;
    assert!(reader.page("/report").await.contains("Code from the health officer"));
    for code in ["", "1234", "12345678901", "%3Cscript%3E"] {
        let answer = reader.post("/report/code", &format!("code={code}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(answer.text.contains("aria-invalid=\"true\"") && !answer.text.contains("<script>"));
    }
    assert_eq!(step(&reader.phone), ReportStep::Idle);
    let answer = reader.post("/report/code", "code=1234+5678").await;
    assert_eq!((answer.status, answer.leads_to()), (StatusCode::SEE_OTHER, "/report"));
    assert!(matches!(step(&reader.phone), ReportStep::Verify(_)));

    let page = reader.page("/report").await;
    assert!(page.contains("Checking the code") && page.contains("http-equiv=\"refresh\""));
    assert!(!page.contains("12345678"), "a code is not shown again");
    let until = MORNING + 60;
    let code = "short_codes_paused".to_owned();
    reader.phone.health_mut(|health| health.report_wait = Some(Wait { until, code }));
    let fragment = reader.page("/report/progress").await;
    assert!(fragment.contains("8-digit codes are paused") && fragment.contains("10:01"));
    reader.post("/report/cancel", "").await;
    assert_eq!(step(&reader.phone), ReportStep::Idle);
    let link = "code=https%3A%2F%2Fbluezone.example%2Fc%23abcdefgh01234567abcdefgh01234567";
    assert_eq!(reader.post("/report/code", link).await.leads_to(), "/report");
    let ReportStep::Verify(request) = step(&reader.phone) else { panic!("the link's code is sent") };
    assert_eq!(request.code, "abcdefgh01234567abcdefgh01234567");
    reader.post("/report/cancel", "").await;
    assert_eq!(reader.get("/report/progress").await.headers["x-next"], "/report");
}

#[tokio::test]
async fn nothing_goes_out_without_seeing_and_agreeing() {
    let reader = Reader::new(phone().0).await;
    two_days(&reader.phone);
    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, TestType::Confirmed);
    let page = reader.page("/report").await;
    assert!(page.contains("confirmed COVID\u{2011}19") && page.contains("2 days, one random key a day"));
    assert!(page.contains("Friday, 20 Nov 2026") && page.contains("Thursday, 19 Nov 2026"));
    assert!(page.contains("Your contact diary") && page.contains("What others might learn"));
    assert!(page.contains("value=\"2026-11-18\""), "the officer's onset is filled in");
    let (today, before) = (MORNING.day_start().0, MORNING.day_start().0 - 86_400);

    let answer = reader.post("/report/consent", &format!("day={today}&day={before}&onset=")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("Tick the box to agree"));
    let answer = reader.post("/report/consent", "agree=yes").await;
    assert!(answer.text.contains("Choose at least one day."));
    for onset in ["2026-11-21", "2026-10-01", "18/11/2026"] {
        let form = format!("agree=yes&day={today}&onset={onset}");
        let answer = reader.post("/report/consent", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{onset}");
        assert!(answer.text.contains("in the last 28 days"));
    }
    assert!(matches!(step(&reader.phone), ReportStep::Confirm { .. }), "nothing is on its way");

    // A day that is left out stays out.
    let form = format!("agree=yes&day={before}&onset=2026-11-19");
    assert_eq!(reader.post("/report/consent", &form).await.leads_to(), "/report");
    assert!(matches!(step(&reader.phone), ReportStep::Certificate(_)));
    let page = reader.page("/report").await;
    assert!(page.contains("Sending…") && !page.contains("/report/cancel"), "too late to cancel");
    reader.post("/report/cancel", "").await;
    assert!(matches!(step(&reader.phone), ReportStep::Certificate(_)));
}

#[tokio::test]
async fn the_end_of_a_report_is_clear_either_way() {
    let reader = Reader::new(phone().0).await;
    two_days(&reader.phone);
    reader.post("/report/code", "code=12345678").await;
    let refuse = |code: &str| {
        let answer = ReportAnswer::Error { code: code.to_owned(), status: 400 };
        reader.phone.with(|mind, now, _| mind.report_answer(answer, now).unwrap());
    };
    refuse("code_invalid");
    let page = reader.page("/report").await;
    assert!(page.contains("The code does not work") && page.contains("None of your keys was published."));
    reader.post("/report/cancel", "").await;

    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, TestType::Negative);
    assert!(reader.page("/report").await.contains("There is nothing to withdraw"));
    reader.post("/report/cancel", "").await;

    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, TestType::Likely);
    let form = format!("agree=yes&day={}", MORNING.day_start().0);
    reader.post("/report/consent", &form).await;
    reader.phone.with(|mind, now, _| {
        mind.report_answer(ReportAnswer::Certificate(Default::default()), now).unwrap();
        mind.report_answer(ReportAnswer::Publish(Default::default()), now).unwrap();
    });
    let page = reader.page("/report").await;
    assert!(
        page.contains("Sent. Thank you.")
            && page.contains("10:00, 20 Nov 2026")
            && page.contains("Friday, 20 Nov 2026")
    );
}

#[tokio::test]
async fn the_original_scheme_cannot_report_and_says_so() {
    let settings = DeviceConfig { scheme: Scheme::Bluezone2020, ..config() };
    let phone = phone_with(settings, MemoryStorage::new(), Arc::new(ManualClock::new(MORNING)));
    let reader = Reader::new(phone).await;
    let answer = reader.post("/report/code", "code=12345678").await;
    assert!(answer.text.contains("Bluezone 2020 kind"));
}

/// A report of the two days, through to its end.
async fn published(reader: &Reader, test_type: TestType) {
    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, test_type);
    let day = MORNING.day_start().0;
    reader.post("/report/consent", &format!("agree=yes&day={day}&day={}", day - 86_400)).await;
    reader.phone.with(|mind, now, _| {
        mind.report_answer(ReportAnswer::Certificate(Default::default()), now).unwrap();
        let revision_token = "revision".to_owned();
        let answer = PublishResponse { revision_token, ..PublishResponse::default() };
        mind.report_answer(ReportAnswer::Publish(answer), now).unwrap();
    });
    reader.post("/report/cancel", "").await;
}

/// The keys that a phone is about to bind and send, by their first interval.
fn sent(phone: &Phone) -> Vec<u32> {
    phone.with(|mind, now, rng| {
        mind.report_answer(ReportAnswer::Certificate(Default::default()), now).unwrap();
        let ReportStep::Publish(request) = mind.report_next(now, rng).unwrap() else { panic!("it is sent") };
        request.keys.iter().map(|key| key.rolling_start.0).collect()
    })
}

#[tokio::test]
async fn a_later_report_says_what_is_sent_again_and_asks_about_the_new_days() {
    let (phone, clock) = phone();
    let reader = Reader::new(phone).await;
    two_days(&reader.phone);
    published(&reader, TestType::Likely).await;
    clock.advance(24 * HOUR_S);
    reader.phone.with(|mind, now, rng| {
        mind.rotation(now - 20 * HOUR_S, rng).unwrap();
        mind.rotation(now, rng).unwrap();
    });
    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, TestType::Confirmed);
    let page = reader.page("/report").await;
    for words in
        ["a new result on COVID", "Published before, and sent again:", "2 days, one random key a day"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("nothing more is published") && !page.contains("type=\"hidden\" name=\"day\""));
    let boxes: Vec<_> = page.split("type=\"checkbox\" name=\"day\" value=\"").skip(1).collect();
    let (today, tomorrow) = (MORNING.day_start().0, MORNING.day_start().0 + 86_400);
    assert!(boxes.len() == 2 && boxes[0].starts_with(&tomorrow.to_string()), "{}", boxes.len());

    // The rest of the first day is left out: the key published before goes, the new one of that day does not.
    let form = format!("agree=yes&day={tomorrow}");
    assert_eq!(reader.post("/report/consent", &form).await.leads_to(), "/report");
    let interval = |day: i64| (day / 600) as u32;
    assert_eq!(sent(&reader.phone), [interval(today - 86_400), interval(today), interval(tomorrow)]);
}

#[tokio::test]
async fn a_later_report_needs_a_new_day_only_if_the_finding_is_the_same() {
    for (then, accepted) in [(TestType::Confirmed, false), (TestType::Negative, true)] {
        let reader = Reader::new(phone().0).await;
        two_days(&reader.phone);
        published(&reader, TestType::Confirmed).await;
        reader.post("/report/code", "code=12345678").await;
        verified(&reader.phone, then);
        let page = reader.page("/report").await;
        assert_eq!(page.contains("There is no new day to publish."), !accepted);
        let answer = reader.post("/report/consent", "agree=yes").await;
        assert_eq!(answer.leads_to() == "/report", accepted, "{then:?}");
        assert_eq!(answer.text.contains("Choose at least one day."), !accepted);
    }
}

#[tokio::test]
async fn days_too_far_from_the_onset_are_named_before_anything_is_sent() {
    let reader = Reader::new(phone().0).await;
    two_days(&reader.phone);
    reader.post("/report/code", "code=12345678").await;
    verified_on(&reader.phone, TestType::Confirmed, "");
    let day = MORNING.day_start().0;
    let form = format!("agree=yes&day={day}&day={}&onset=2026-11-05", day - 86_400);
    let answer = reader.post("/report/consent", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("days on which you could not yet or no longer infect others"));
    assert!(
        answer.text.contains("1 day, one random key") && !answer.text.contains(&format!("value=\"{day}\""))
    );
    let form = format!("agree=yes&day={}&onset=2026-11-05", day - 86_400);
    assert_eq!(reader.post("/report/consent", &form).await.leads_to(), "/report");
    assert_eq!(sent(&reader.phone).len(), 1);
}

#[tokio::test]
async fn what_may_have_arrived_is_not_called_unpublished() {
    let reader = Reader::new(phone().0).await;
    two_days(&reader.phone);
    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, TestType::Likely);
    reader.post("/report/consent", &format!("agree=yes&day={}", MORNING.day_start().0)).await;
    assert_eq!(sent(&reader.phone).len(), 1);
    let expired = ReportAnswer::Error { code: "token_expired".to_owned(), status: 400 };
    reader.phone.with(|mind, now, _| mind.report_answer(expired, now).unwrap());
    let page = reader.page("/report").await;
    assert!(page.contains("they may have been published") && !page.contains("None of your keys"), "{page}");
}

#[tokio::test]
async fn what_the_server_left_out_is_told() {
    let reader = Reader::new(phone().0).await;
    two_days(&reader.phone);
    reader.post("/report/code", "code=12345678").await;
    verified(&reader.phone, TestType::Likely);
    reader.post("/report/consent", &format!("agree=yes&day={}", MORNING.day_start().0 - 86_400)).await;
    sent(&reader.phone);
    let partial = PublishResponse {
        code: "partial_failure".to_owned(),
        warnings: vec!["1 keys were left out".to_owned()],
        ..PublishResponse::default()
    };
    reader.phone.with(|mind, now, _| mind.report_answer(ReportAnswer::Publish(partial), now).unwrap());
    let page = reader.page("/report").await;
    assert!(page.contains("Sent. Thank you.") && page.contains("did not take some of the days"));
}

#[test]
fn a_page_does_not_print_what_was_entered() {
    use bluezone_app::web::views::report::ReportPage;
    let page = ReportPage::Enter { code: "12345678".to_owned(), error: None };
    assert!(!format!("{page:?}").contains("1234"));
}
