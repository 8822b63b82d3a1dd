//! The server shows one phone a log of its own, with a request in it that the public never sees; two witnesses collude.

use crate::promise::{Passkey, Promise, pinned, scope};
use crate::support::front::Front;
use crate::support::{HOUR_S, MORNING};
use bluezone_app::log_sync;
use bluezone_app::phone::LogHealth;
use bluezone_transparency::monitor::Monitor;
use bluezone_transparency::release::RequestsFile;
use bluezone_transparency::tiles::Tiles;

#[tokio::test]
async fn a_phone_that_knows_the_log_believes_no_other() {
    let mut front = Front::new();
    front.promise.append(&[Passkey::new(1).entry(MORNING)]);
    front.show(&[]);
    let (phone, _, mailbox) = front.asked_phone().await;

    // As long as the public one and longer, with the same keys, cosigned by the same witnesses without their memory.
    let mut fork = Promise::new(MORNING);
    let asked = fork.ask(&mailbox, scope(MORNING - 48 * HOUR_S, MORNING));
    let index = asked.index;
    for _ in 0..2 {
        let asked = fork.outgoing(&mailbox, asked.entry.clone(), index);
        front.promise = std::mem::replace(&mut fork, Promise::new(MORNING));
        front.show(&[asked]);
        assert!(log_sync::round(&phone, &front.client).await.is_err());
        assert!(matches!(phone.health().log, LogHealth::Deceit(_)));
        assert_eq!(phone.with(|mind, now, _| mind.requests(now).unwrap()), []);
        fork = std::mem::replace(&mut front.promise, Promise::new(MORNING));
        fork.append(&[Passkey::new(2).entry(MORNING)]);
    }

    // Without its memory of the public log it would: the residual of a phone that has seen nothing yet.
    let asked = fork.outgoing(&mailbox, asked.entry.clone(), index);
    let file = RequestsFile::read(&fork.requests(&[asked]), &pinned().log, MORNING).unwrap();
    let size = file.checkpoint().head().size;
    let entries = Tiles::new(fork.log.files(), size).entries(0..size).unwrap();
    let mut fresh = Monitor::default();
    assert!(fresh.read(file.checkpoint(), entries.iter().map(Vec::as_slice), &pinned().site).is_ok());
}
