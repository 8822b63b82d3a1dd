//! Papers that pages serve.

use super::citizen;
use crate::scene::Authority;

#[tokio::test(flavor = "multi_thread")]
async fn posters_are_for_everybody_and_lists_for_their_owners() {
    let authority = Authority::open().await;
    citizen(&authority).await;
    let url = authority.url.clone();
    let fetch = move |path: &str| {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .build()
            .into();
        let mut answer = agent.get(format!("{url}{path}")).call().unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        (answer.status().as_u16(), kind, answer.body_mut().read_to_vec().unwrap())
    };
    let answers = tokio::task::spawn_blocking(move || {
        [
            "/poster",
            "/poster?paper=a3&words=vi&unit=CDC-01",
            "/poster?paper=%00&words=xx&unit=%27",
            "/agency/00000000000000000000000000000000/list.pdf",
        ]
        .map(fetch)
    })
    .await
    .unwrap();
    let [plain, large, odd, list] = answers;
    for (status, kind, bytes) in [&plain, &large, &odd] {
        assert_eq!((*status, kind.as_deref()), (200, Some("application/pdf")));
        assert!(bytes.starts_with(b"%PDF-"));
    }
    assert_eq!(plain.2, odd.2, "what is not understood is A4 in both languages");
    assert_ne!(plain.2, large.2);
    assert_eq!(list.0, 303, "a list is for who signed in");
}
