//! The silent pull of the original: the server says "upload", and the phone does. Here the server may answer anything to
//! anything.

use crate::promise::{opened, upload};
use crate::support::front::{Front, case, share};
use crate::support::server::Server;
use bluezone_app::client::Client;
use bluezone_app::errand::Carried;
use bluezone_app::sync::Poller;
use bluezone_app::{consent_loop, log_sync, report_loop};
use bluezone_device::Purpose;

const ANSWERS: [(u16, &str); 8] = [
    (200, r#"{"upload":"history","command":"upload","testtype":"confirmed","token":"t","certificate":"c"}"#),
    (200, r#"{"code":"partial_failure","revisionToken":"r","uploadHistory":true,"unit":"tyt-05710"}"#),
    (200, "upload\nupload.zip\n"),
    (200, "bluezone/requests/v1\norigin log.example.vn/bluezone\nissued 1\n"),
    (301, "/v1/consent"),
    (401, r#"{"error":"upload your history first","errorCode":"history_required"}"#),
    (428, ""),
    (503, r#"{"retryAfter":1,"upload":["contacts","identifier-keys"]}"#),
];

const PATHS: [&str; 11] = [
    "/exports/index.txt",
    "/exports/upload.zip",
    "/api/verify",
    "/api/certificate",
    "/v1/publish",
    "/v1/consent",
    "/v1/consent/withdraw",
    "/v1/requests",
    "/v1/units",
    "/v1/log/checkpoint",
    "/v1/log/tile/entries/000.p/3",
];

/// Everything that a phone does by itself, once.
async fn a_round(phone: &bluezone_app::phone::Phone, client: &Client) {
    let folder = tempfile::tempdir().unwrap();
    let _ = Poller::new(client.clone(), folder.path()).round(phone).await;
    let _ = log_sync::round(phone, client).await;
    let _ = report_loop::step(phone, client).await;
    assert_eq!(consent_loop::step(phone, client).await.unwrap(), Carried::Nothing);
}

#[tokio::test]
async fn no_answer_to_anything_makes_a_phone_upload() {
    // A case with everything that could be taken, which has read a proper log.
    let front = Front::new();
    let (phone, _) = case();
    front.read(&phone).await;
    let hostile = Server::start();
    let client = Client::new(&hostile.url).unwrap();
    for (status, body) in ANSWERS {
        for path in PATHS {
            hostile.answers(path, status, body);
        }
        a_round(&phone, &client).await;
    }
    // And each path with another answer than its neighbours.
    for shift in 0..ANSWERS.len() {
        for (at, path) in PATHS.iter().enumerate() {
            let (status, body) = ANSWERS[(at + shift) % ANSWERS.len()];
            hostile.answers(path, status, body);
        }
        a_round(&phone, &client).await;
    }
    let posts: Vec<_> = hostile.asked().into_iter().filter(|asked| !asked.body.is_empty()).collect();
    assert!(posts.is_empty(), "{posts:?}");
    assert!(hostile.asked().len() > 20, "it did ask");

    // With the one check taken out, the owner's yes, it is all sent: so this test can fail.
    let days = phone.with(|mind, now, _| mind.share_offer(now).unwrap().unwrap().days);
    share(&phone, &days, &[Purpose::ShareContacts]);
    front.carry(&phone).await;
    assert_eq!(opened(&upload(&front.consents()[0])).days.len(), days.len());
}
