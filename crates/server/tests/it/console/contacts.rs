//! Contacts on the console: registering, judging, cascades, handing over, the graph.

use super::browser::{Browser, Seen, plain};
use super::town::{OTHER_UNIT, STATION, Town, register, register_of};
use axum::http::StatusCode;
use bluezone_domain::case::Case;
use bluezone_domain::contact::{Class, Closeness};
use bluezone_domain::evidence::{Comparison, DayEvidence, Encounter, Side, Verdict};
use bluezone_domain::id::{CaseId, ContactId};
use bluezone_domain::officer::Role;

/// Adds a contact to a case: of the case itself, or of another contact.
pub async fn add(browser: &mut Browser, case: CaseId, name: &str, near: &str) -> ContactId {
    let path = format!("/console/cases/{case}/contacts/new");
    let page = browser.get(&path).await;
    let typed = [
        ("name", name),
        ("birth", "1985"),
        ("phone", ""),
        ("near", near),
        ("source", "interview"),
        ("relation", "colleague"),
        ("last", "2026-11-21"),
        ("basis", "art19-duty"),
    ];
    let seen = browser.submit(&page, &path, &typed).await;
    let to = seen.to();
    to.split(['/', '?']).nth(3).unwrap().parse().unwrap_or_else(|_| panic!("no contact in {to}"))
}

/// A contact, and a change of it that can be taken back.
pub async fn registered(browser: &mut Browser, case: CaseId) -> (ContactId, String) {
    let contact = add(browser, case, "Nguyễn Văn An", "").await;
    // To nobody: it lies in the province of the unit that registered it.
    let handed = hand_over(browser, case, &[contact], "-").await;
    let batch = handed.to().split("batch=").nth(1).unwrap().to_owned();
    (contact, batch)
}

async fn hand_over(browser: &mut Browser, case: CaseId, contacts: &[ContactId], unit: &str) -> Seen {
    let page = browser.get(&format!("/console/cases/{case}/contacts")).await;
    let names: Vec<_> = contacts.iter().map(|id| format!("c-{id}")).collect();
    let mut typed: Vec<_> = names.iter().map(|name| (name.as_str(), "yes")).collect();
    typed.push(("to_unit", unit));
    browser.submit(&page, "/console/contacts/assign", &typed).await
}

async fn fill(browser: &mut Browser, contact: ContactId, side: &str, answers: [&str; 4]) {
    let page = browser.get(&format!("/console/contacts/{contact}")).await;
    let action = format!("/console/contacts/{contact}/sheet");
    let form = page.forms(&action).into_iter().find(|form| form.iter().any(|(_, value)| value == side));
    let names = ["distance", "minutes", "masks", "space"].map(|name| format!("{side}-{name}"));
    let mut typed: Vec<_> = names.iter().map(String::as_str).zip(answers).collect();
    let last = format!("{side}-last_contact");
    typed.push((&last, "2026-11-21"));
    let seen = browser.submit_form(form.unwrap(), &action, &typed).await;
    assert_eq!(seen.to(), format!("/console/contacts/{contact}?done=sheet"));
}

/// Sends the form that changes something: the page has another with the same address, to choose with.
async fn save(browser: &mut Browser, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
    let forms = page.forms(action).into_iter();
    let form = forms.into_iter().find(|form| form.iter().any(|(name, _)| name == "csrf")).unwrap();
    browser.submit_form(form, action, typed).await
}

#[tokio::test]
async fn the_rule_proposes_in_its_own_words_and_the_officer_concludes() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let contact = add(&mut officer, case, "Nguyễn Văn An", "").await;
    let path = format!("/console/contacts/{contact}");
    let page = officer.get(&format!("{path}?done=registered")).await;
    assert!(page.body.contains("The contact is registered") && page.body.contains("Nguyễn Văn An"));
    assert!(page.body.contains("Not enough is known"), "nothing is known yet");
    fill(&mut officer, contact, "declared", ["same-space", "5", "both", "closed"]).await;
    assert!(officer.get(&path).await.body.contains("No contact – Not near"));
    fill(&mut officer, contact, "investigated", ["within-2m", "30", "both", "closed"]).await;
    let page = officer.get(&path).await;
    assert!(page.body.contains("Within 2 m for 15 minutes or more on one day."), "the rule's own words");
    assert!(page.body.contains("F1.1 – Direct"));
    assert_eq!(town.state.store.contact(contact).await.unwrap().unwrap().class, Class::F11);

    let action = format!("{path}/conclusion");
    let page = officer.get(&format!("{action}?closeness=same-space")).await;
    let refused = save(&mut officer, &page, &action, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("It differs from the proposal: write the reason."));
    let seen = save(&mut officer, &refused, &action, &[("reason", "behind a glass wall")]).await;
    assert_eq!(seen.to(), format!("{path}?done=concluded"));
    let page = officer.get(&path).await;
    assert!(page.body.contains("behind a glass wall") && page.body.contains("An officer"), "{}", page.body);
    let stored = town.state.store.contact(contact).await.unwrap().unwrap();
    assert_eq!((stored.class, stored.closeness, stored.concluded), (Class::F12, Closeness::SameSpace, true));
    // Sent again, it does nothing more.
    let again = save(&mut officer, &refused, &action, &[("reason", "again")]).await;
    assert!(!again.status.is_server_error(), "{}", again.status);
    assert_eq!(town.state.store.contact(contact).await.unwrap().unwrap(), stored);

    let undo = page.body.split("action=\"").find(|part| part.starts_with("/console/contacts/undo/")).unwrap();
    let undo = undo.split('"').next().unwrap().to_owned();
    let seen = officer.submit(&page, &undo, &[]).await;
    assert_eq!(seen.to(), format!("{path}?done=undone"));
    assert_eq!(town.state.store.contact(contact).await.unwrap().unwrap().class, Class::F11);
    assert_eq!(officer.submit(&page, &undo, &[]).await.to(), format!("{path}?done=kept"), "once only");
}

/// Far apart in one room for five minutes with masks: nothing for COVID-19, enough for measles.
#[tokio::test]
async fn each_disease_has_its_own_rule_of_classes() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let store = &town.state.store;
    let stored = async |contact| store.contact(contact).await.unwrap().unwrap();
    // They were last together on 21 November.
    for (disease, class, until, source) in [
        (
            "covid-19",
            Class::NotContact,
            "5 Dec 2026",
            "The rule of COVID\u{2011}19, version 1. Source: 3638/QĐ-BYT",
        ),
        (
            "measles",
            Class::F12,
            "12 Dec 2026",
            "The rule of Measles, version 1. Source: CDC, VPD Surveillance Manual",
        ),
        (
            "influenza",
            Class::Unclear,
            "1 Dec 2026",
            "The rule of Influenza, version 1. Source: CDC, Interim Guidance",
        ),
    ] {
        let case = register_of(&mut officer, &format!("A-{disease}"), "confirmed", disease).await;
        let contact = add(&mut officer, case, "Nguyễn Văn An", "").await;
        fill(&mut officer, contact, "declared", ["same-space", "5", "both", "closed"]).await;
        assert_eq!(stored(contact).await.class, class, "{disease}");
        let page = officer.get(&format!("/console/contacts/{contact}")).await;
        assert!(page.body.contains(source), "{disease}: {}", page.body);
        let noted = page.body.contains("Who enters a room within 2 hours");
        assert_eq!(noted, disease == "measles", "{disease}");
        assert_eq!(page.body.contains("the officer decides"), disease == "influenza", "{disease}");
        assert!(page.body.contains(&format!("Followed up until {until}")), "{disease}: {}", page.body);
    }
}

#[tokio::test]
async fn where_no_rule_can_be_given_the_class_is_the_officers() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let case = town.state.store.case(case).await.unwrap().unwrap();
    let id = CaseId::from_bytes([7; 16]);
    let case = Case { id, reference: "D-1".to_owned(), disease: "dengue".to_owned(), ..case };
    town.state.store.create_case(&case).await.unwrap();
    let contact = add(&mut officer, id, "Nguyễn Văn An", "").await;
    fill(&mut officer, contact, "declared", ["touched", "60", "nobody", "closed"]).await;
    let path = format!("/console/contacts/{contact}");
    let page = officer.get(&path).await;
    assert!(page.body.contains("This disease has no rule of classes"), "{}", page.body);
    assert!(!page.body.contains("The rule proposes"), "nor another's");
    assert_eq!(town.state.store.contact(contact).await.unwrap().unwrap().class, Class::Unclear);
    // No reason is asked for: there is no proposal to differ from.
    let action = format!("{path}/conclusion");
    let page = officer.get(&format!("{action}?closeness=direct")).await;
    assert_eq!(save(&mut officer, &page, &action, &[]).await.to(), format!("{path}?done=concluded"));
    assert_eq!(town.state.store.contact(contact).await.unwrap().unwrap().class, Class::F11);
}

#[tokio::test]
async fn becoming_a_case_shows_what_changes_before_it_does() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let new_case = register(&mut officer, "A-2", "suspected").await;
    let first = add(&mut officer, case, "Nguyễn Văn An", "").await;
    fill(&mut officer, first, "investigated", ["touched", "30", "nobody", "closed"]).await;
    let behind = add(&mut officer, case, "Trần Thị Bình", &first.to_string()).await;
    fill(&mut officer, behind, "declared", ["within-2m", "30", "nobody", "open"]).await;
    assert_eq!(town.state.store.contact(behind).await.unwrap().unwrap().class, Class::F21);
    let action = format!("/console/contacts/{first}/case");
    let page = officer.get(&format!("{action}?case={new_case}")).await;
    assert!(page.body.contains("whom they were near is a case"));
    assert!(page.body.contains("F2.1") && page.body.contains("F1.1"));
    assert_eq!(town.state.store.contact(behind).await.unwrap().unwrap().class, Class::F21, "not yet");
    // Somebody else changes the chain while this officer reads.
    add(&mut officer, case, "Lê Văn Cường", "").await;
    let late = save(&mut officer, &page, &action, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let page = officer.get(&format!("{action}?case={new_case}")).await;
    save(&mut officer, &page, &action, &[]).await.to();
    assert_eq!(town.state.store.contact(behind).await.unwrap().unwrap().class, Class::F11);
    let page = officer.get(&format!("/console/cases/{new_case}/graph")).await;
    assert!(page.body.contains("F0-1") && page.body.contains("F0-2"), "both cases, from either");
    // The one who became a case stands there once, as a case.
    assert_eq!(page.body.matches(&format!("href=\"/console/contacts/{first}\"")).count(), 0);
}

#[tokio::test]
async fn lists_show_initials_and_hand_over_what_was_chosen() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let mut contacts = Vec::new();
    for name in ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường"] {
        contacts.push(add(&mut officer, case, name, "").await);
    }
    let path = format!("/console/cases/{case}/contacts");
    let page = officer.get(&path).await;
    assert!(page.body.contains("N.V.A. 1985") && !page.body.contains("Nguyễn Văn An"));
    let page = officer.get(&format!("{path}?names=full")).await;
    assert!(page.body.contains("Nguyễn Văn An 1985"));
    let (_, mut station) = town.signed_in("tram", Role::CommuneStation, STATION).await;
    assert!(station.get("/console/contacts").await.body.contains("No contacts"));
    let seen = hand_over(&mut officer, case, &contacts[..2], STATION).await;
    assert!(seen.to().starts_with(&format!("{path}?done=handed&n=2&batch=")), "{}", seen.to());
    let list = station.get("/console/contacts").await;
    assert!(list.body.contains("N.V.A. 1985") && !list.body.contains("L.V.C."), "what was handed to it");
    assert_eq!(station.get(&format!("/console/contacts/{}", contacts[0])).await.status, StatusCode::OK);
    assert_eq!(
        station.get(&format!("/console/contacts/{}", contacts[2])).await.status,
        StatusCode::NOT_FOUND
    );
    let page = officer.get(&plain(seen.to())).await;
    assert!(page.body.contains("2 persons handed over"));
    let undo = page.body.split("action=\"").find(|part| part.starts_with("/console/contacts/undo/")).unwrap();
    let undo = undo.split('"').next().unwrap().to_owned();
    officer.submit(&page, &undo, &[]).await.to();
    assert!(station.get("/console/contacts").await.body.contains("No contacts"));
    let page = officer.get(&format!("{path}?class=F1.1")).await;
    assert!(page.body.contains("No contacts"), "the filter");
}

#[tokio::test]
async fn other_provinces_see_nothing() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let contact = add(&mut officer, case, "Nguyễn Văn An", "").await;
    let (_, mut other) = town.signed_in("hanoi", Role::ProvincialCdc, OTHER_UNIT).await;
    for path in [
        format!("/console/cases/{case}/contacts"),
        format!("/console/cases/{case}/graph"),
        format!("/console/contacts/{contact}"),
        format!("/console/contacts/{contact}/conclusion"),
    ] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!other.get("/console/contacts?names=full").await.body.contains("Nguyễn"));
    let page = other.get("/console/account").await;
    let token = page.form("/console/account").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let chosen = format!("c-{contact}");
    let fields = [("csrf", token.as_str()), (chosen.as_str(), "yes"), ("to_unit", OTHER_UNIT)];
    let stolen = other.post("/console/contacts/assign", &fields).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND, "nobody hands themselves what they do not reach");
}

#[tokio::test]
async fn the_officer_sees_what_both_phones_recorded() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let contact = add(&mut officer, case, "Nguyễn Văn An", "").await;
    let now = town.clock_now();
    let side = Side { scans: 10, minutes: 40.0, median_dbm: Some(-58), strongest_dbm: Some(-51) };
    let encounter = Encounter {
        verdict: Verdict::TwoSided,
        from: now - 86_400,
        to: now - 84_000,
        by_case: side,
        by_contact: side,
        pairs: 10,
        difference_db: Some(1.0),
        probability: 0.91,
    };
    let day = DayEvidence {
        day: (now - 86_400).day_start(),
        two_sided_minutes: 40.0,
        two_sided_probability: 0.91,
        probability: 0.91,
    };
    let comparison = Comparison { encounters: vec![encounter], days: vec![day], clock_offset_s: Some(12) };
    let mut rng = town.state.rng();
    town.state.store.add_evidence(contact, now, &comparison, &[], &mut *rng).await.unwrap();
    let page = officer.get(&format!("/console/contacts/{contact}")).await;
    for said in ["Two-sided", "40 min, 10 scans", "-58 dBm, strongest -51", "91 %", "differ by 12 seconds"] {
        assert!(page.body.contains(said), "{said}");
    }
    let graph = officer.get(&format!("/console/cases/{case}/graph")).await;
    assert!(
        graph.body.contains("class=\"graph-line two-sided\" d=\"M1"),
        "the line follows the phones' records"
    );
}

#[tokio::test]
async fn the_graph_links_to_records_and_masks_names() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    let case = register(&mut officer, "A-1", "confirmed").await;
    let contact = add(&mut officer, case, "Nguyễn Văn An", "").await;
    for query in ["", "?by=day", "?generations=1&evidence=told&fold=yes&zoom=50"] {
        let page = officer.get(&format!("/console/cases/{case}/graph{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("<svg class=\"graph\" viewBox"), "{query}");
        assert!(page.body.contains(&format!("href=\"/console/contacts/{contact}\"")), "{query}");
        assert!(page.body.contains("N.V.A. 1985") && !page.body.contains("Nguyễn Văn An"), "{query}");
    }
    let full = officer.get(&format!("/console/cases/{case}/graph?names=full")).await;
    assert!(full.body.contains("Nguyễn Văn An"));
    let nobody = officer.get(&format!("/console/cases/{case}/graph?evidence=two-sided")).await;
    assert!(nobody.body.contains("Nobody to draw"));
}
