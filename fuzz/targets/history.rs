//! What a phone tells by consent: the request, and the history in an opened upload.
#![no_main]

use bluezone_protocol::api::{ConsentRequest, WithdrawRequest, from_json};
use bluezone_protocol::history::History;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(history) = History::from_bytes(data) {
        let again = History::from_bytes(&history.to_bytes());
        assert!(again.is_ok_and(|again| again == history));
    }
    if let Ok(request) = from_json::<ConsentRequest>(data) {
        let _ = request.mailbox.map(|mailbox| mailbox.decode());
    }
    let _ = from_json::<WithdrawRequest>(data);
});
