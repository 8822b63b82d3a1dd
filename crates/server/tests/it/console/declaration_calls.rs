//! Calls to whoever declared: by their consent, or on a basis of law that they read.

use super::declarations::{PHONE, a_declaration, path, submit};
use super::town::{NOW, Town};
use axum::http::StatusCode;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::declaration::{Channel, Consent, SentBy};
use bluezone_domain::handling::Outcome;
use bluezone_domain::id::DeclarationId;
use bluezone_pages::Lang;

/// Gives the consent to calls of whoever declared last, as the form does.
async fn agrees_to_calls(town: &Town, id: DeclarationId) -> Consent {
    let declaration = town.state.store.declaration(id).await.unwrap().unwrap();
    let SentBy::Citizen { citizen, profile } = declaration.by else { panic!("of a citizen") };
    let wording = bluezone_forms::consent::current("call-back").unwrap();
    let consent = Consent {
        id: format!("{id}/call-back"),
        citizen: Some(citizen),
        profile: Some(profile),
        declaration: Some(id),
        agency: None,
        purpose: "call-back".to_owned(),
        version: wording.version,
        lang: "vi".to_owned(),
        sha256: wording.sha256(Lang::Vi),
        given_at: NOW,
        channel: Channel::Web,
        withdrawn_at: None,
    };
    town.state.store.give_consent(&consent).await.unwrap();
    consent
}

#[tokio::test]
async fn who_did_not_agree_to_calls_is_called_on_a_basis_of_law_that_they_read() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let id = a_declaration(&town).await;
    let dial = "href=\"tel:+84912345678\"";
    let page = lan.get(&path(id)).await;
    assert!(page.body.contains("+84912345678") && !page.body.contains(dial), "{}", page.body);
    assert!(page.body.contains("Did not agree") && page.body.contains("Law 114/2025/QH15"));
    let citizen = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    for basis in ["-", "consent"] {
        let typed = [("outcome", "well"), ("call_basis", basis), ("say", "Hãy nghỉ ngơi.")];
        let seen = submit(&mut lan, id, "outcome", &typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{basis}");
        assert!(seen.body.contains("If they were, choose the basis") && seen.body.contains("Hãy nghỉ ngơi."));
    }
    assert_eq!(town.state.store.messages_of(citizen.id, 10).await.unwrap(), [], "nothing was kept");
    let typed = [("outcome", "well"), ("call_basis", "art19-emergency")];
    let seen = submit(&mut lan, id, "outcome", &typed).await;
    let page = lan.open(seen.to()).await;
    assert!(page.body.contains("Called on the basis of"), "{}", page.body);
    let mut browser = town.citizen(PHONE).await;
    let me = browser.get("/me").await;
    assert!(me.body.contains("gọi điện về tờ khai") && me.body.contains("to protect life"), "{}", me.body);
    // What needs no call needs no basis.
    let other = a_declaration(&town).await;
    assert!(submit(&mut lan, other, "outcome", &[("outcome", "set-aside")]).await.to().ends_with("saved"));
}

/// A call is a call: what became a case or was set aside after one says on which basis, and whoever was called reads it, also if
/// somebody else wrote the outcome down meanwhile.
#[tokio::test]
async fn a_call_without_consent_is_told_whatever_came_of_it() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let basis = ("call_basis", "art19-emergency");
    let kept = async |id| {
        let of = town.state.store.handling(id).await.unwrap().unwrap();
        (of.outcome, of.call_basis)
    };
    let id = a_declaration(&town).await;
    let citizen = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let told = async || {
        let looks = town.state.store.looks_at(citizen.id, 100).await.unwrap();
        looks.iter().filter(|look| look.basis == LegalBasis::Emergency).count()
    };
    let seen = submit(&mut lan, id, "outcome", &[("outcome", "set-aside"), basis]).await;
    assert!(seen.to().ends_with("saved"), "{}", seen.body);
    assert_eq!(kept(id).await, (Some(Outcome::Set), Some(LegalBasis::Emergency)));
    assert_eq!(told().await, 1);

    let id = a_declaration(&town).await;
    let page = lan.get(&format!("/console/cases/new?declaration={id}")).await;
    let again = lan.submit(&page, "/console/cases/new", &[("reference", ""), basis]).await;
    assert_eq!((again.status, told().await), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let held = again.form("/console/cases/new");
    assert!(held.iter().any(|(name, value)| (name.as_str(), value.as_str()) == basis), "{held:?}");
    let seen = lan.submit(&again, "/console/cases/new", &[("reference", "A-1")]).await;
    assert!(seen.to().ends_with("registered"), "{}", seen.body);
    assert_eq!(kept(id).await, (Some(Outcome::Case), Some(LegalBasis::Emergency)));
    assert_eq!(told().await, 2);
    let page = lan.get("/console/cases/new").await;
    assert!(!page.body.contains("name=\"call_basis\""), "a case of no declaration");

    let id = a_declaration(&town).await;
    let stale = lan.get(&path(id)).await;
    submit(&mut lan, id, "take", &[]).await;
    let seen = lan.submit(&stale, &format!("{}/outcome", path(id)), &[("outcome", "well"), basis]).await;
    assert!(seen.to().ends_with("again"));
    assert_eq!((kept(id).await, told().await), ((None, None), 3));
}

#[tokio::test]
async fn who_agreed_to_calls_is_one_press_away_until_they_take_it_back() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let id = a_declaration(&town).await;
    let consent = agrees_to_calls(&town, id).await;
    let dial = "href=\"tel:+84912345678\"";
    // It holds for what they declare later, too.
    let later = a_declaration(&town).await;
    for id in [id, later] {
        let page = lan.get(&path(id)).await;
        assert!(page.body.contains(dial) && page.body.contains("Agreed,"), "{}", page.body);
        assert!(!page.body.contains("name=\"call_basis\""), "nothing is asked");
    }
    assert!(submit(&mut lan, id, "outcome", &[("outcome", "well")]).await.to().ends_with("saved"));
    let of = town.state.store.handling(id).await.unwrap().unwrap();
    assert_eq!(of.call_basis, Some(LegalBasis::Consent));
    let aside = a_declaration(&town).await;
    assert!(submit(&mut lan, aside, "outcome", &[("outcome", "set-aside")]).await.to().ends_with("saved"));
    let of = town.state.store.handling(aside).await.unwrap().unwrap();
    assert_eq!(of.call_basis, None, "nothing says that they were called");
    let citizen = consent.citizen.unwrap();
    town.state.store.withdraw_consent(citizen, &consent.id, NOW).await.unwrap();
    let page = lan.get(&path(later)).await;
    assert!(!page.body.contains(dial) && page.body.contains("Took the consent back,"), "{}", page.body);
    let seen = submit(&mut lan, later, "outcome", &[("outcome", "unreached")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
}
