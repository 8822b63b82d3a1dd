//! Who is told of a place, of what, and for how long: also of the case's own account, not of a case that is none.

use super::browser::Browser;
use super::looks::check_page;
use super::place_warnings::{MINUTE, PHONE, Scene, THERE, answer, filled};
use super::town::NOW;
use axum::http::StatusCode;
use bluezone_codes::pass::CardId;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::id::ProfileId;
use bluezone_domain::person::Identity;
use rand::RngExt;

#[tokio::test]
async fn a_case_that_was_ruled_out_since_is_not_warned_of() {
    let mut scene = Scene::new().await;
    let (near, profile) = scene.somebody("0900000001", "").await;
    scene.came(profile, THERE, 5).await;
    let address = scene.proposed().await;
    let before = scene.binh.get(&address).await;
    assert!(before.body.contains("The case now") && before.body.contains("value=\"approve\""));
    let status = scene.path("status");
    let page = scene.lan.get(&format!("{status}?to=negative")).await;
    assert!(scene.lan.submit(&page, &status, &[]).await.status.is_redirection());

    // The second officer still has the page from before.
    let seen = scene.binh.submit(&before, &address, &[("answer", "approve")]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.body.contains("This case was ruled out: nobody is warned of it any more"), "{}", seen.body);
    assert_eq!(scene.inbox(&near).await, []);
    let page = scene.binh.get(&address).await;
    assert!(page.body.contains("This case was ruled out") && !page.body.contains("value=\"approve\""));
    for lang in ["vi", "en"] {
        check_page(&address, lang, &scene.binh.get(&format!("{address}?lang={lang}")).await);
    }
    assert_eq!(answer(&mut scene.binh, &address, "refuse").await.to(), format!("{address}?done=refused"));
    // Nor is it proposed, whoever agreed.
    let path = scene.path("warnings/new");
    let place = scene.market.code.to_string();
    let page = scene.lan.get(&path).await;
    let seen = scene.lan.submit(&page, &path, &filled(&place, &[("basis", "consent")])).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("there is nobody to warn because of it"), "{}", seen.body);
}

#[tokio::test]
async fn a_warning_says_for_whom_and_forgets_the_place_with_the_visit() {
    let mut scene = Scene::new().await;
    let (mother, own) = scene.somebody(PHONE, "Trần Thị Bình").await;
    let identity = Identity { name: "Lê Văn Mẫu".to_owned(), ..Identity::default() };
    let child = Profile {
        id: ProfileId::generate(&mut *scene.town.state.rng()),
        citizen: mother.id,
        person: ProfilePerson { identity, relation: Some("child".to_owned()), ..ProfilePerson::default() },
        card: CardId(scene.town.state.rng().random()),
        created_at: NOW,
        updated_at: NOW,
    };
    scene.town.state.store.put_profile(&child, &mut *scene.town.state.rng()).await.unwrap();
    for who in [own, child.id] {
        scene.came(who, THERE, 40).await;
    }
    let address = scene.proposed().await;
    answer(&mut scene.binh, &address, "approve").await;
    let mut browser = scene.town.citizen(PHONE).await;
    let inbox = browser.get("/inbox").await;
    let title = "You may have been at the same place as someone with COVID\u{2011}19";
    assert_eq!(inbox.body.matches(title).count(), 1, "the case itself is not told");
    assert!(inbox.body.contains(&format!("{title} (for Lê Văn Mẫu)")), "{}", inbox.body);
    let path = format!("/inbox/{}", scene.town.state.store.messages_of(mother.id, 10).await.unwrap()[0].id);
    for lang in ["vi", "en"] {
        let page = browser.get(&format!("{path}?lang={lang}")).await;
        check_page(&path, lang, &page);
        assert!(page.body.contains("Chợ Thái") && page.body.contains("Lê Văn Mẫu"), "{}", page.body);
    }
    let copied = async |browser: &mut Browser| {
        let copy: serde_json::Value =
            serde_json::from_str(&browser.get("/me/export.json").await.body).unwrap();
        let message = copy["messages"][0].clone();
        (message["for"].clone(), message["message"]["place"].clone(), copy.to_string().contains("Chợ Thái"))
    };
    assert_eq!(copied(&mut browser).await, ("Lê Văn Mẫu".into(), "Chợ Thái".into(), true));

    // The visits' time is over, the message's is not.
    scene.town.wait(22 * 24 * 60 * MINUTE);
    scene.town.purge().await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("22/11/2026") && !page.body.contains("Chợ Thái"), "{}", page.body);
    assert_eq!(copied(&mut browser).await, ("Lê Văn Mẫu".into(), "".into(), false));
}
