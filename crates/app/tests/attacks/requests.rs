//! Requests that nobody may be shown: an old one again, one that was widened after it was signed, one that is another's.

use crate::promise::{Promise, scope, signed, site};
use crate::support::front::{Front, choice};
use crate::support::{HOUR_S, MORNING};
use bluezone_app::phone::Phone;
use bluezone_device::Purpose;
use bluezone_protocol::api::Mailbox;
use bluezone_transparency::entry::{Entry, Event};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::monitor::Monitor;
use bluezone_transparency::release::{OutgoingRequest, RequestError, Statement};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::tiles::Tiles;

fn shown(phone: &Phone) -> Vec<Hash> {
    phone.with(|mind, now, _| mind.requests(now).unwrap().iter().map(|request| request.hash()).collect())
}

/// The officers' keys as the log tells them.
fn monitor(promise: &Promise) -> Monitor {
    let size = promise.log.head().size;
    let entries = Tiles::new(promise.log.files(), size).entries(0..size).unwrap();
    let mut monitor = Monitor::default();
    monitor.read(&promise.checkpoint, entries.iter().map(Vec::as_slice), &site()).unwrap();
    monitor
}

/// Logged, sealed to a phone, shown to everybody.
fn send(front: &mut Front, to: &Mailbox, entry: Entry) -> OutgoingRequest {
    let index = front.promise.append(std::slice::from_ref(&entry));
    let outgoing = front.promise.outgoing(to, entry, index);
    front.show(std::slice::from_ref(&outgoing));
    outgoing
}

#[tokio::test]
async fn an_answered_request_does_not_come_again() {
    for yes in [true, false] {
        let mut front = Front::new();
        let (phone, _, mailbox) = front.asked_phone().await;
        let statement = front.promise.statement(&mailbox, scope(MORNING - 48 * HOUR_S, MORNING));
        let hash = statement.hash();
        let entry = signed(statement, MORNING, &[1, 2]);
        send(&mut front, &mailbox, entry.clone());
        front.read(&phone).await;
        assert_eq!(shown(&phone), [hash]);
        phone.with(|mind, now, rng| match yes {
            true => {
                let days = mind.answer_days(&mind.requests(now).unwrap()[0], now).unwrap();
                mind.answer(&hash, &choice(&days, &[Purpose::AnswerRequest]), now, rng).unwrap();
            }
            false => mind.decline(&hash, now).unwrap(),
        });
        front.carry(&phone).await;
        let sent = front.consents().len();
        // Logged and cosigned once more: a tired owner is not asked twice.
        send(&mut front, &mailbox, entry.clone());
        front.read(&phone).await;
        assert_eq!(shown(&phone), []);
        let again = phone
            .with(|mind, now, rng| mind.answer(&hash, &choice(&[], &[Purpose::AnswerRequest]), now, rng));
        assert!(again.is_err());
        front.carry(&phone).await;
        assert_eq!(front.consents().len(), sent);
    }
    // Without its memory of answers the phone shows it: that of a phone whose owner has not answered.
    let mut front = Front::new();
    let (phone, _, mailbox) = front.asked_phone().await;
    let statement = front.promise.statement(&mailbox, scope(MORNING - 48 * HOUR_S, MORNING));
    let entry = signed(statement, MORNING, &[1, 2]);
    for _ in 0..2 {
        send(&mut front, &mailbox, entry.clone());
        front.read(&phone).await;
        assert_eq!(shown(&phone).len(), 1);
    }
}

#[tokio::test]
async fn an_expired_request_is_not_shown() {
    let mut front = Front::new();
    let (phone, clock, mailbox) = front.asked_phone().await;
    let statement = front.promise.statement(&mailbox, scope(MORNING - 48 * HOUR_S, MORNING));
    let entry = signed(statement, MORNING, &[1, 2]);
    for (later, shows) in [(71 * HOUR_S, 1), (HOUR_S, 0)] {
        clock.advance(later);
        let now = phone.now();
        front.promise.at(now);
        send(&mut front, &mailbox, entry.clone());
        front.read(&phone).await;
        assert_eq!(shown(&phone).len(), shows, "up to its very end, and not after");
    }
}

#[tokio::test]
async fn what_was_widened_after_it_was_signed_is_not_shown() {
    let mut front = Front::new();
    let (phone, _, mailbox) = front.asked_phone().await;
    let narrow = front.promise.statement(&mailbox, scope(MORNING - 24 * HOUR_S, MORNING));
    let Event::Request(mut request) = signed(narrow.clone(), MORNING, &[1, 2]).event else { panic!() };
    request.statement.terms.scope.from = MORNING - 20 * 24 * HOUR_S;
    let wide: Statement = request.statement.clone();
    let signatures = request.signatures.clone();
    send(&mut front, &mailbox, Entry { time: MORNING, event: Event::Request(request) });
    let refused = front.read(&phone).await.refused;
    assert!(matches!(refused[..], [RequestError::Officers(_)]), "{refused:?}");
    assert_eq!(shown(&phone), []);
    assert!(phone.health().refused_request.is_some(), "its owner is told that somebody tried");

    // Without the look whether this is what was signed, both signatures are good: they are, of the narrow one.
    let monitor = monitor(&front.promise);
    let unit = Some(&wide.terms.unit);
    let check = |hash| monitor.officers().check_two(&signatures, &hash, unit, MORNING, &site());
    assert!(check(narrow.hash()).is_ok() && check(wide.hash()).is_err());
    // And signed by the two it is shown: it is the signature that was missing.
    send(&mut front, &mailbox, signed(wide.clone(), MORNING, &[1, 2]));
    front.read(&phone).await;
    assert_eq!(shown(&phone), [wide.hash()]);
}

#[tokio::test]
async fn a_request_for_somebody_else_is_not_shown() {
    let mut front = Front::new();
    let (phone, _, mailbox) = front.asked_phone().await;
    let (_, _, others) = front.asked_phone().await;
    assert!(mailbox != others);
    // Signed about the other, and sealed to this phone: its owner would answer in the other's name.
    let statement = front.promise.statement(&others, scope(MORNING - 48 * HOUR_S, MORNING));
    let entry = signed(statement.clone(), MORNING, &[1, 2]);
    send(&mut front, &mailbox, entry.clone());
    assert_eq!(front.read(&phone).await.refused, [RequestError::NotForThisPhone]);
    assert_eq!(shown(&phone), []);
    // Without the look at the handle nothing else is wrong with it: to the other it is shown.
    let (_, handle) = others.decode().unwrap();
    assert!(SubjectHandle::from_bytes(handle).recognises(&statement.subject));
    let (_, own) = mailbox.decode().unwrap();
    assert!(!SubjectHandle::from_bytes(own).recognises(&statement.subject));
}
