//! The server logs an opening properly and keeps the phone at a checkpoint before it.

use crate::promise::{policy, upload};
use crate::support::front::{Front, case, share};
use crate::support::{HOUR_S, MORNING};
use bluezone_app::log_sync;
use bluezone_app::phone::LogHealth;
use bluezone_device::Purpose;

#[tokio::test]
async fn a_phone_kept_at_an_old_checkpoint_says_so_after_a_day_and_shares_no_more() {
    let mut front = Front::new();
    let (phone, clock) = case();
    front.read(&phone).await;
    let days = phone.with(|mind, now, _| mind.share_offer(now).unwrap().unwrap().days);
    share(&phone, &days[..1], &[Purpose::ShareContacts]);
    front.carry(&phone).await;
    let old = front.promise.checkpoint.clone();
    let old_file = front.promise.requests(&[]);
    let sent = upload(&front.consents()[0]);
    front.promise.open(&sent);
    // The residual: within a day it is not noticed.
    front.show_file(old_file.clone());
    front.read(&phone).await;
    assert_eq!(phone.with(|mind, _, _| mind.mentions().unwrap()), []);

    clock.advance(25 * HOUR_S);
    assert!(log_sync::round(&phone, &front.client).await.is_err());
    let LogHealth::Later(why) = phone.health().log else { panic!("it waits") };
    assert!(why.contains("newer ones are withheld"), "{why}");
    assert!(phone.with(|mind, now, _| mind.units(now).is_err()), "and nothing more is shared meanwhile");
    // Shown the newer one, it cannot be led back.
    front.promise.at(MORNING + 25 * HOUR_S);
    front.show(&[]);
    front.read(&phone).await;
    assert_eq!(phone.with(|mind, _, _| mind.mentions().unwrap()).len(), 1);
    clock.advance(-25 * HOUR_S);
    front.show_file(old_file);
    assert!(log_sync::round(&phone, &front.client).await.is_err());
    assert!(matches!(phone.health().log, LogHealth::Deceit(_)));

    // Without the look at its age, the old checkpoint is as good as any.
    assert!(policy().check_undated(old.note().as_bytes()).is_ok());
    assert!(policy().check(old.note().as_bytes(), MORNING + 25 * HOUR_S).is_err());
}
