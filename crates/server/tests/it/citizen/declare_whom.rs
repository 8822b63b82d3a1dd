//! Declaring, and what is known already: whom a form is about, what it leaves as it was, and the files that came with it.

use super::declare::{
    AGREED, CHILD, HOME, PERSON, PHONE, WELL, another, declare_first, declare_for_child, fill,
};
use super::declare_forms::forms;
use crate::console::town::Town;
use axum::http::StatusCode;
use bluezone_domain::citizen::ProfilePerson;
use bluezone_domain::declaration::Declaration;
use bluezone_domain::id::DeclarationId;
use bluezone_store::{NewDeclaration, NewFile, Points};

/// Those for whom the citizen declares, by name and year.
async fn known(town: &Town) -> Vec<(String, u16)> {
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let profiles = store.profiles_of(citizen.id).await.unwrap();
    let known = profiles.into_iter().map(|profile| profile.person.identity);
    known.map(|identity| (identity.name, identity.birth.unwrap().year())).collect()
}

/// A mother opens her form again, types her son's name, and forgets to say that she declares for him.
#[tokio::test]
async fn a_form_that_tells_of_somebody_else_asks_who_it_is() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let mother = || ("TRẦN THỊ THỬ".to_owned(), 1985);
    let seen = fill(&mut browser, "/declare/toan-dan", &[&another(), HOME, WELL]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("Whom is this declaration about?"), "{}", seen.body);
    assert!(seen.body.contains("value=\"LÊ VĂN MẪU\""), "nothing that was typed is lost");
    assert_eq!(known(&town).await, [mother()]);
    // Somebody else: the form says what is missing when one declares for another.
    let form = browser.submit(&seen, "/declare/toan-dan", &[("meant-person", "other")]).await;
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!form.body.contains("Whom is this declaration about?"));
    let held = form.form("/declare/toan-dan");
    let holds = |name: &str, value: &str| held.iter().any(|(of, held)| of == name && held == value);
    assert!(holds("otherUser", "yes") && holds("proxyName", "TRẦN THỊ THỬ"), "{held:?}");
    let rest = [("proxyRelation", "mother"), AGREED[0]];
    let seen = browser.submit(&form, "/declare/toan-dan", &rest).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert_eq!(known(&town).await, [mother(), ("LÊ VĂN MẪU".to_owned(), 2001)]);
    // Name or year alone is a correction.
    let married = [("fullName", "LÊ THỊ CANARY"), ("birthYear", "1985")];
    let seen = fill(&mut browser, "/declare/toan-dan", &[&married, WELL]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    // Both may be one, too, if it is said.
    let both = [("fullName", "TRẦN THỊ THỬ"), ("birthYear", "1986")];
    let seen = fill(&mut browser, "/declare/toan-dan", &[&both, WELL]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = browser.submit(&seen, "/declare/toan-dan", &[("meant-person", "same")]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert_eq!(known(&town).await[0], ("TRẦN THỊ THỬ".to_owned(), 1986));
}

/// It was she after all: neither answer holds for longer than for what it was said of.
#[tokio::test]
async fn whom_somebody_said_they_mean_can_be_taken_back() {
    const ASKS: &str = "Whom is this declaration about?";
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let seen = fill(&mut browser, "/declare/toan-dan", &[&another(), HOME, WELL]).await;
    let form = browser.submit(&seen, "/declare/toan-dan", &[("meant-person", "other")]).await;
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = [("otherUser", "no"), ("proxyName", ""), ("proxyPhone", "")];
    let seen = browser.submit(&form, "/declare/toan-dan", &[PERSON, &back].concat()).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert_eq!(known(&town).await, [("TRẦN THỊ THỬ".to_owned(), 1985)]);
    // Still she, under another name; then a third one is typed into the same form.
    let other_name = [("fullName", "TRẦN THỊ MẪU"), ("birthYear", "1990")];
    let seen = fill(&mut browser, "/declare/toan-dan", &[&other_name, WELL]).await;
    assert!(seen.body.contains(ASKS), "{}", seen.body);
    let same = [("meant-person", "same"), ("showSignal", "")];
    let form = browser.submit(&seen, "/declare/toan-dan", &same).await;
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!form.body.contains(ASKS));
    let seen = browser.submit(&form, "/declare/toan-dan", &[another().as_slice(), WELL].concat()).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains(ASKS), "{}", seen.body);
    let seen = browser.submit(&form, "/declare/toan-dan", WELL).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert_eq!(known(&town).await, [("TRẦN THỊ MẪU".to_owned(), 1990)]);
}

/// Opened for herself, then declared for her child: what was empty in it was never the child's.
#[tokio::test]
async fn a_form_opened_for_one_empties_nothing_of_another() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    declare_for_child(&mut browser).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let mut child = store.profiles_of(citizen.id).await.unwrap().remove(1);
    child.person.insurance = "TE1191912345678".to_owned();
    store.put_profile(&child, &mut *town.state.rng()).await.unwrap();
    let insurance = async || {
        let profiles = store.profiles_of(citizen.id).await.unwrap();
        assert_eq!(profiles.len(), 2);
        profiles[1].person.insurance.clone()
    };
    let typed = [CHILD, &[("passport", ""), ("healthInsuranceIdCard", "")], HOME, WELL];
    let seen = fill(&mut browser, "/declare/toan-dan", &typed).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert_eq!(insurance().await, "TE1191912345678");
    // Opened for the child, it was there to be emptied.
    let seen = fill(&mut browser, &format!("/declare/toan-dan?for={}", child.id), &typed).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert_eq!(insurance().await, "");
}

#[tokio::test]
async fn a_form_takes_nothing_from_what_it_does_not_ask() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let mut own = store.profiles_of(citizen.id).await.unwrap().remove(0);
    own.person.insurance = "GD4191912345678".to_owned();
    own.person.identity.passport = "C1234567".parse().ok();
    own.person.identity.birth = "23/11/1985".parse().ok();
    own.person.identity.occupation = "giáo viên".to_owned();
    store.put_profile(&own, &mut *town.state.rng()).await.unwrap();
    let person = async || store.profiles_of(citizen.id).await.unwrap().remove(0).person;
    // Entering the country asks for no insurance card, by the year of birth, and nothing of work.
    let (name, entry, _) = forms().remove(3);
    assert_eq!(name, "nhap-canh");
    let entry: Vec<_> = entry.into_iter().filter(|(name, _)| *name != "passport").collect();
    let seen = fill(&mut browser, "/declare/nhap-canh", &[&entry]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    let known = person().await;
    assert_eq!(known, ProfilePerson { identity: known.identity.clone(), ..own.person.clone() });
    assert_eq!(known.identity.birth, own.person.identity.birth, "the day is not forgotten for its year");
    assert_eq!(known.identity.occupation, "giáo viên");
    // The one field for a paper shows the passport: sent as it is, or with another, the identity card stays.
    for passport in ["C1234567", "C7654321", ""] {
        let page = browser.get("/declare/toan-dan").await;
        let typed = [&[("passport", passport)][..], WELL].concat();
        let seen = browser.submit(&page, "/declare/toan-dan", &typed).await;
        assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
        let identity = person().await.identity;
        assert_eq!(identity.national_id, "019185001234".parse().ok(), "{passport}");
        assert_eq!(identity.passport, passport.parse().ok());
    }
    // What was shown and emptied goes; another year is another birth.
    let typed = [&[("healthInsuranceIdCard", ""), ("birthYear", "1986")][..], WELL].concat();
    let seen = fill(&mut browser, "/declare/toan-dan", &[&typed]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    let known = person().await;
    assert_eq!((known.insurance.as_str(), known.identity.birth), ("", "1986".parse().ok()));
}

/// A file that came with a declaration: its sender has it, in the page, on its own and in the copy; nobody else.
#[tokio::test]
async fn a_file_that_was_sent_can_be_had_again() {
    const PROOF: &[u8] = b"%PDF-1.4 a proof";
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let (_, entry, _) = forms().remove(3);
    let page = browser.get("/declare/nhap-canh").await;
    let files = [("testProof", "a.pdf", PROOF)];
    let seen = browser.submit_files(&page, "/declare/nhap-canh", &entry, &files).await;
    let address = seen.to().to_owned();
    assert!(address.starts_with("/declared/"), "{}", seen.body);
    let page = browser.open(&address).await;
    let file = format!("{address}/files/1");
    assert!(page.body.contains(&format!("href=\"{file}\"")), "{}", page.body);
    let (parts, bytes) = browser.file(&file).await;
    assert_eq!(bytes, PROOF);
    let header = |name: &str| parts.headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("content-type"), header("cache-control")),
        ("application/pdf".into(), "no-store".into())
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    let id = address.strip_prefix("/declared/").unwrap();
    let name = format!("bluezone-{}-1.pdf", &id[..8]);
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{name}\""));
    for none in ["0", "2", "x", "99999999999999999999"] {
        let seen = browser.get(&format!("{address}/files/{none}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{none}");
    }
    assert_eq!(town.citizen("0900000002").await.get(&file).await.status, StatusCode::NOT_FOUND);

    let copy: serde_json::Value = serde_json::from_str(&browser.get("/me/export.json").await.body).unwrap();
    let of = &copy["declarations"][0];
    assert_eq!(of["files"][0], file.as_str());
    let response = of["response"].to_string();
    let data = "JVBERi0xLjQgYSBwcm9vZg==";
    assert!(response.contains(&format!("\"data\":\"{data}\"")), "{response}");
    for paper in [format!("{address}/paper.pdf"), "/me/export.pdf".to_owned()] {
        let (parts, _) = browser.file(&paper).await;
        assert_eq!(parts.status, StatusCode::OK);
        assert_eq!(parts.headers["content-type"], "application/pdf");
    }

    // However files are kept, a number is of the file that the answers name there.
    let store = &town.state.store;
    let old = store.declaration(id.parse().unwrap()).await.unwrap().unwrap();
    let id = DeclarationId::from_bytes([7; 16]);
    let file = |bytes: &[u8]| NewFile { content_type: "application/pdf".to_owned(), bytes: bytes.to_vec() };
    let new = NewDeclaration {
        declaration: Declaration { id, ..old },
        daily: false,
        points: Points { form: "nhap-canh".to_owned(), score: 0, rule: 1, assigned: None },
        profile: None,
        consents: Vec::new(),
        files: vec![file(b"%PDF-1.4 of another answer"), file(PROOF)],
    };
    store.accept_declaration(&new, &mut *town.state.rng()).await.unwrap();
    assert_eq!(browser.file(&format!("/declared/{id}/files/1")).await.1, PROOF);
    assert_eq!(browser.get(&format!("/declared/{id}/files/2")).await.status, StatusCode::NOT_FOUND);
}
