//! The phone and the real server together, and `bluezone app` as a program.

use crate::program::{Program, bluezone};
use crate::scene::{Authority, HOUR_S, MORNING, Person};
use bluezone_device::{ReportFailure, ReportStep};
use bluezone_domain::code::CodeKind;
use bluezone_proximity::RiskLevel;

fn level(person: &Person) -> RiskLevel {
    person.phone.with(|mind, now, _| mind.exposure(now).unwrap().assessment.level)
}

fn agree(person: &Person) {
    person.phone.with(|mind, now, rng| {
        let days: Vec<_> = mind.report_preview(None, now).unwrap().iter().map(|day| day.day).collect();
        mind.report_consent(&days, None, now, rng).unwrap();
    });
}

async fn enter(person: &Person, code: &str) -> ReportStep {
    person.phone.with(|mind, now, rng| mind.report_start(code, rng, now).unwrap());
    person.carry().await
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_code_to_a_warning_on_the_right_phone() {
    let authority = Authority::open().await;
    let case = Person::new(&authority, 1).await;
    let mut near = Person::new(&authority, 2).await;
    let mut far = Person::new(&authority, 3).await;
    case.meets(&near, MORNING - 3 * HOUR_S, 30, -60);
    case.meets(&far, MORNING - 2 * HOUR_S, 30, -95);

    let code = authority.code(CodeKind::Short).await;
    assert!(matches!(enter(&case, code.as_str()).await, ReportStep::Confirm { .. }));
    agree(&case);
    assert!(matches!(case.carry().await, ReportStep::Done { .. }));

    // Today's key is held back until nobody can replay it any more.
    near.looks().await;
    assert_eq!(level(&near), RiskLevel::None);
    authority.pass(6).await;
    let round = near.looks().await;
    assert_eq!((round.matches, round.refused.len()), (1, 0), "{round:?}");
    assert!(round.keys >= 100, "one key among many: {round:?}");
    far.looks().await;
    assert_eq!((level(&near), level(&far)), (RiskLevel::High, RiskLevel::None));
    assert_eq!(near.looks().await.files, 0, "nothing is fetched twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_on_one_phone_only_and_a_link_too() {
    let authority = Authority::open().await;
    let (one, two) = (Person::new(&authority, 1).await, Person::new(&authority, 2).await);
    let code = authority.code(CodeKind::Short).await;
    assert!(matches!(enter(&one, code.as_str()).await, ReportStep::Confirm { .. }));
    let refused = ReportStep::Failed { failure: ReportFailure::CodeRefused, maybe_published: false };
    assert_eq!(enter(&two, code.as_str()).await, refused);
    assert_eq!(enter(&two, "00000000").await, refused, "used and unknown look alike");
    let link = authority.code(CodeKind::Link).await;
    assert!(matches!(enter(&two, link.as_str()).await, ReportStep::Confirm { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_got_lost_is_asked_for_again_and_counts_once() {
    let authority = Authority::open().await;
    let case = Person::new(&authority, 1).await;
    case.sends(MORNING);
    let code = authority.code(CodeKind::Short).await;
    case.phone.with(|mind, now, rng| mind.report_start(code.as_str(), rng, now).unwrap());
    // The server answered, the phone never heard: the same request again gets the same token.
    let ReportStep::Verify(request) = case.phone.with(|mind, now, rng| mind.report_next(now, rng).unwrap())
    else {
        panic!("the code is sent first")
    };
    let client = case.client.clone();
    case.phone.blocking(move || client.verify(&request, bluezone_app::client::Kind::Real)).await.unwrap();
    assert!(matches!(case.carry().await, ReportStep::Confirm { .. }));
    agree(&case);
    assert!(matches!(case.carry().await, ReportStep::Done { .. }));
}

#[test]
fn help_shows_an_example_and_mistakes_say_what_to_do() {
    let help = bluezone(&["app", "--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--radio hci:linux:0"));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let with = |extra: &[&str]| {
        let server = ["app", "--server", "http://127.0.0.1:1", "--data", data.to_str().unwrap()];
        let output = bluezone(&[&server[..], extra].concat());
        assert!(!output.status.success(), "{extra:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(with(&["--radio", "usb:1"]).contains("hci:tcp:HOST:PORT"));
    assert!(with(&["--radio", "hci:tcp:"]).contains("tcp:HOST:PORT"));
    assert!(with(&["--radio", "air", "--listen", "0.0.0.0:0"]).contains("127.0.0.1 only"));
    assert!(with(&["--radio", "air", "--duty", "always"]).contains("bluezone-background"));
    assert!(with(&["--radio", "air", "--scheme", "rot13"]).contains("bluezone-2020"));
    let pins = folder.path().join("pins");
    std::fs::write(&pins, "not a key").unwrap();
    assert!(with(&["--radio", "air", "--pins", pins.to_str().unwrap()]).contains("bluezone admin keys list"));
    let output = bluezone(&[
        "app",
        "--server",
        "http://bluezone.vn",
        "--radio",
        "air",
        "--data",
        data.to_str().unwrap(),
    ]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("https://HOST"));
}

#[test]
fn on_the_simulated_street_it_hears_its_neighbour_and_keeps_that_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let street = ["--server", "http://127.0.0.1:1", "--radio", "air", "--walkers", "1"];
    let app = Program::app(&data, &street);
    assert_eq!(app.ready["trusted_keys"], 0);
    app.until("a call to the server failed", |status| status["server_reached"] == false);
    // A scan of four seconds may miss all that is sent; the next comes after five minutes at most.
    app.until_within(6, "the neighbour was recorded", |status| status["contact_days"][0]["identifiers"] == 1);
    assert_eq!(app.status()["bluetooth"], "on");
    assert!(app.stop().success());
    let again = Program::app(&data, &street);
    assert!(again.status()["contact_days"][0]["identifiers"].as_u64() >= Some(1));
    assert!(again.stop().success());
}
