//! What is shared, over HTTP: the log read, the upload sent, the answer taken back; and what a server sees of a no.

use super::promise::{UNIT, opened, scope, upload};
use super::support::front::{Front, case, choice, share, trusting};
use super::support::server::{Asked, Server};
use super::support::{HOUR_S, MORNING};
use bluezone_app::client::Client;
use bluezone_app::consent_loop::step;
use bluezone_app::errand::Carried;
use bluezone_app::log_sync;
use bluezone_app::phone::{LogHealth, Phone};
use bluezone_device::{Deed, Purpose, SharingState};
use bluezone_protocol::api::WithdrawRequest;
use bluezone_protocol::api::from_json;

fn states(phone: &Phone) -> Vec<SharingState> {
    phone.with(|mind, _, _| mind.sharings().unwrap().into_iter().map(|sharing| sharing.state).collect())
}

#[tokio::test]
async fn history_goes_out_after_a_yes_and_is_deleted_when_taken_back() {
    let front = Front::new();
    let (phone, _) = case();
    assert_eq!(front.read(&phone).await.entries, 3);
    assert_eq!(phone.health().log, LogHealth::Read);
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::Nothing);
    let days = phone.with(|mind, now, _| mind.share_offer(now).unwrap().unwrap().days);
    share(&phone, &days, &[Purpose::ShareContacts]);
    front.carry(&phone).await;
    let [request] = &front.consents()[..] else { panic!("one upload") };
    assert_eq!(opened(&upload(request)).days.len(), days.len());
    assert_eq!(states(&phone), [SharingState::Sent { at: MORNING }]);

    let id = phone.with(|mind, _, _| mind.sharings().unwrap()[0].id.clone());
    phone.with(|mind, now, _| mind.withdraw(&id, now).unwrap());
    front.server.answers("/v1/consent/withdraw", 503, "");
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::Later(String::new()));
    front.server.answers("/v1/consent/withdraw", 200, "<html>a hotel asks for a room number</html>");
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::Later(String::new()));
    assert_eq!(states(&phone), [SharingState::Withdrawing]);
    front.server.answers("/v1/consent/withdraw", 200, "{}");
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::On);
    assert_eq!(states(&phone), [SharingState::Withdrawn { at: MORNING }]);
    let asked = front.server.asked();
    let withdrawals: Vec<_> = asked.iter().filter(|asked| asked.path.ends_with("withdraw")).collect();
    let secrets = withdrawals.iter().map(|asked| from_json::<WithdrawRequest>(&asked.body).unwrap().secret);
    let secrets: Vec<_> = secrets.collect();
    assert!(secrets.len() == 3 && secrets.iter().all(|secret| *secret == secrets[0]));
}

#[tokio::test]
async fn a_server_that_takes_nothing_is_asked_again_and_one_that_refuses_is_not() {
    let front = Front::new();
    let (phone, _) = case();
    front.read(&phone).await;
    share(&phone, &[], &[Purpose::BeAsked]);
    front.server.answers("/v1/consent", 503, r#"{"error":"x","errorCode":"consent_off"}"#);
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::Later("consent_off".to_owned()));
    let nobody = Client::new("http://127.0.0.1:1").unwrap();
    assert_eq!(step(&phone, &nobody).await.unwrap(), Carried::Later(String::new()));
    assert_eq!(states(&phone), [SharingState::Sending]);
    front.server.answers("/v1/consent", 400, r#"{"error":"x","errorCode":"token_expired"}"#);
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::On);
    assert_eq!(states(&phone), [SharingState::Failed { code: "token_expired".to_owned() }]);
    assert_eq!(step(&phone, &front.client).await.unwrap(), Carried::Nothing);
}

#[tokio::test]
async fn the_owner_sees_who_opened_it() {
    let mut front = Front::new();
    let (phone, clock) = case();
    front.read(&phone).await;
    let days = phone.with(|mind, now, _| mind.share_offer(now).unwrap().unwrap().days);
    share(&phone, &days, &[Purpose::ShareContacts]);
    front.carry(&phone).await;
    clock.advance(HOUR_S);
    front.promise.at(MORNING + HOUR_S);
    let sent = upload(&front.consents()[0]);
    front.promise.open(&sent);
    front.show(&[]);
    front.read(&phone).await;
    let mentions = phone.with(|mind, _, _| mind.mentions().unwrap());
    assert_eq!(
        mentions.iter().map(|m| (m.deed, m.unit.as_str())).collect::<Vec<_>>(),
        [(Deed::Opened, UNIT)]
    );
}

#[tokio::test]
async fn a_missing_log_is_waited_for_and_a_phone_without_pins_asks_for_none() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    let (phone, _) = trusting();
    assert!(log_sync::round(&phone, &client).await.is_err());
    assert!(matches!(phone.health().log, LogHealth::Later(_)));
    assert_eq!(server.paths(), ["/v1/requests"]);
    let (plain, _) = super::support::phone();
    assert_eq!(log_sync::round(&plain, &client).await.unwrap(), None);
    assert_eq!(server.paths().len(), 1);
}

/// A request as a server sees it: path, size, headers.
type Trace = (String, usize, Vec<(String, String)>);

/// What a server sees of one day of a phone.
fn trace(asked: &[Asked]) -> Vec<Trace> {
    let headers = |asked: &Asked| {
        let shown = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        asked.headers.iter().map(shown).filter(|(name, _)| name != "host").collect()
    };
    asked.iter().map(|asked| (asked.path.clone(), asked.body.len(), headers(asked))).collect()
}

#[tokio::test]
async fn a_no_silence_and_not_being_asked_are_alike() {
    // A phone that is off looks like any other that is: what it would have fetched carries no name, so nobody misses it.
    let mut traces = Vec::new();
    for wish in ["no", "silence", "not asked"] {
        let mut front = Front::new();
        let (phone, clock, mailbox) = front.asked_phone().await;
        let before = front.server.asked().len();
        let asked = front.promise.ask(&mailbox, scope(MORNING - 72 * HOUR_S, MORNING));
        match wish {
            "not asked" => front.show(&[]),
            _ => front.show(std::slice::from_ref(&asked)),
        }
        for hour in 1..=3 {
            front.read(&phone).await;
            let waiting = phone.with(|mind, now, _| mind.requests(now).unwrap());
            if let (Some(request), "no") = (waiting.first(), wish) {
                phone.with(|mind, now, _| mind.decline(&request.hash(), now).unwrap());
            }
            front.carry(&phone).await;
            clock.advance(HOUR_S);
            front.promise.at(MORNING + hour * HOUR_S);
            match wish {
                "not asked" => front.show(&[]),
                _ => front.show(std::slice::from_ref(&asked)),
            }
        }
        traces.push(trace(&front.server.asked()[before..]));
    }
    assert_eq!(traces[0], traces[1]);
    assert_eq!(traces[0], traces[2]);
    assert!(
        traces[0].len() >= 4
            && traces[0].iter().all(|(path, body, _)| *body == 0 && !path.contains("consent"))
    );
    // A yes can be seen, or this test could not fail.
    let mut front = Front::new();
    let (phone, _, mailbox) = front.asked_phone().await;
    let asked = front.promise.ask(&mailbox, scope(MORNING - 72 * HOUR_S, MORNING));
    front.show(&[asked]);
    front.read(&phone).await;
    phone.with(|mind, now, rng| {
        let request = mind.requests(now).unwrap().remove(0);
        let days = mind.answer_days(&request, now).unwrap();
        mind.answer(&request.hash(), &choice(&days, &[Purpose::AnswerRequest]), now, rng).unwrap();
    });
    front.carry(&phone).await;
    assert_eq!(front.consents().len(), 2);
}
