//! *Dữ liệu của tôi*: seen, corrected, copied, deleted.

use super::agency;
use super::declare::{declare_again, declare_first, declare_for_child};
use super::places::register;
use super::report::{reported, the_only_signal};
use crate::console::data_requests::asked;
use crate::console::looks::check_page;
use crate::console::town::{NOW, Town, UNIT};
use axum::http::StatusCode;
use bluezone_codes::pass::CardId;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::{DataLook, Kind};
use bluezone_domain::id::{CitizenId, ProfileId};
use bluezone_domain::officer::Role;
use bluezone_domain::person::Identity;
use bluezone_protocol::time::DAY_S;

const PHONE: &str = "0900000001";

async fn citizen_of(town: &Town, phone: &str) -> CitizenId {
    town.state.store.citizen_by_phone(&phone.parse().unwrap()).await.unwrap().unwrap().id
}

/// A profile of the citizen themself.
async fn profile(town: &Town) -> ProfileId {
    let profile = Profile {
        id: ProfileId::generate(&mut *town.state.rng()),
        citizen: citizen_of(town, PHONE).await,
        person: ProfilePerson {
            identity: Identity { name: "Nguyễn Văn An".to_owned(), ..Identity::default() },
            ..ProfilePerson::default()
        },
        card: CardId([7; 16]),
        created_at: NOW,
        updated_at: NOW,
    };
    town.state.store.put_profile(&profile, &mut *town.state.rng()).await.unwrap();
    profile.id
}

#[tokio::test]
async fn a_look_is_seen_at_once_with_its_reason() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    assert!(browser.get("/me").await.body.contains("Nobody has opened your data"));
    let officer = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let look = DataLook {
        citizen: citizen_of(&town, PHONE).await,
        at: NOW,
        officer: officer.id,
        unit: UNIT.to_owned(),
        kind: Kind::Visits,
        basis: LegalBasis::Emergency,
        reason: "tìm người cùng chuyến xe với ca bệnh".to_owned(),
    };
    town.state.store.note_look(&look, &mut *town.state.rng()).await.unwrap();
    let page = browser.get("/me").await;
    for words in ["Đơn vị TN-CDC", "where you checked in", "to protect life", "tìm người cùng chuyến xe"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    assert!(!page.body.contains("lan.nguyen"), "the unit answers, not a person");
    let other = town.citizen("0900000002").await.get("/me").await;
    assert!(other.body.contains("Nobody has opened your data"));
}

#[tokio::test]
async fn who_one_is_can_be_corrected_by_oneself_only() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let path = format!("/me/people/{}", profile(&town).await);
    let page = browser.get(&path).await;
    assert!(page.body.contains("value=\"Nguyễn Văn An\""));
    assert_eq!(town.citizen("0900000002").await.get(&path).await.status, StatusCode::NOT_FOUND);
    let wrong = [("national_id", "12"), ("place", "nơi không có"), ("insurance", "!")];
    let seen = browser.submit(&page, &path, &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["national_id", "place", "insurance"] {
        assert!(seen.body.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    let right = [("name", "Nguyễn Văn Ân"), ("birth", "1985"), ("place", "Phan Đình Phùng, Thái Nguyên")];
    assert_eq!(browser.submit(&page, &path, &right).await.to(), "/me?done=1");
    let page = browser.get(&path).await;
    assert!(page.body.contains("value=\"Nguyễn Văn Ân\"") && page.body.contains("value=\"1985\""));
    assert!(page.body.contains("Phan Đình Phùng"));
}

#[tokio::test]
async fn the_copy_holds_everything_and_nothing_of_others() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    profile(&town).await;
    let code = reported(&mut browser, &[("anonymous", "no"), ("reporterName", "Nguyễn Văn An")], &[]).await;
    asked(&mut browser, "restrict", "Hẻm Canary").await;
    reported(&mut town.browser(), &[("description", "của một người khác hẳn")], &[]).await;
    let seen = browser.get("/me/export.json").await;
    assert_eq!(seen.headers["content-disposition"], "attachment; filename=\"bluezone.json\"");
    let copy: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(copy["people"][0]["person"]["identity"]["name"], "Nguyễn Văn An");
    assert_eq!(copy["reports"][0]["tracking"], code.as_str());
    assert_eq!(copy["reports"][0]["response"]["resourceType"], "QuestionnaireResponse");
    assert_eq!(copy["requests"][0]["right"], "restrict");
    assert_eq!(copy["requests"][0]["words"]["asked"], "Hẻm Canary");
    assert_eq!(copy["reports"].as_array().unwrap().len(), 1);
    assert!(!seen.body.contains("của một người khác hẳn"));
    let nobody = town.browser().get("/me/export.json").await;
    assert!(nobody.to().starts_with("/sign-in"));
}

#[tokio::test]
async fn on_what_basis_visits_are_kept_stands_beside_them_and_in_each_copy() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let page = browser.get("/me?lang=vi").await;
    for words in ["Luật 91/2025/QH15, Điều 19", "Giữ 21 ngày", "chỉ cơ quan y tế", "không xóa được lượt đó"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    let page = browser.get("/me?lang=en").await;
    for words in [
        "Law 91/2025/QH15, Art. 19",
        "Kept for 21 days",
        "the health authority alone",
        "You cannot delete those",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    let copy: serde_json::Value = serde_json::from_str(&browser.get("/me/export.json").await.body).unwrap();
    let kept = copy["visitsKept"].to_string();
    assert!(
        kept.contains("không xóa được lượt đó")
            && kept.contains("Điều 19")
            && kept.contains("Giữ 21 ngày")
            && kept.contains("chỉ cơ quan y tế"),
        "{kept}"
    );
}

#[tokio::test]
async fn the_copy_names_places_and_agencies_but_not_who_is_on_their_lists() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let code = register(&mut browser, &[]).await;
    let list = agency::make(&mut browser).await;
    agency::invite(&mut browser, &list, "Lê Văn Mẫu; 0900000002").await;
    let seen = browser.get("/me/export.json").await;
    let copy: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    let place = &copy["places"][0];
    assert_eq!((&place["code"], &place["name"]), (&code.as_str().into(), &"Chợ Thái".into()));
    assert_eq!(place["address"], "Hẻm Canary");
    assert_eq!(copy["agencies"][0]["name"], "Trường Thử");
    assert_eq!(copy["agencies"][0]["peopleListed"], 1);
    assert!(!seen.body.contains("Lê Văn Mẫu"), "another's data");
    for lang in ["vi", "en"] {
        let (_, with) = browser.file(&format!("/me/export.pdf?lang={lang}")).await;
        let (_, without) =
            town.citizen("0900000003").await.file(&format!("/me/export.pdf?lang={lang}")).await;
        assert!(with.len() > without.len(), "{lang}: as a table");
    }
}

#[tokio::test]
async fn the_copy_names_who_invited_what_they_see_who_was_refused_and_the_app() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let mut owners = [town.citizen("0900000008").await, town.citizen("0900000009").await];
    for owner in &mut owners {
        let list = agency::make(owner).await;
        agency::invite(owner, &list, &format!("Nguyễn Văn An, {PHONE}")).await;
    }
    let before = browser.get("/me").await.body;
    assert_eq!(before.matches("you did not answer yet").count(), 2, "{before}");
    let work = browser.get("/work").await;
    browser.submit(&work, "/work/app", &[]).await;
    browser.submit(&work, "/work", &[("app", "yes")]).await;
    let open = work.forms("/work").pop().unwrap();
    let fields: Vec<_> = open.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/work/leave", &fields).await;
    let copy = browser.get("/me/export.json").await.body;
    let copy: serde_json::Value = serde_json::from_str(&copy).unwrap();
    let [invitation] = copy["invitations"].as_array().unwrap().as_slice() else {
        panic!("one stands: {copy}")
    };
    assert_eq!(invitation["agency"], "Trường Thử");
    assert_eq!(invitation["sees"], serde_json::json!({ "declaredToday": false, "appRunsToday": true }));
    assert!(invitation["invited"].as_str().unwrap().starts_with("2026-"));
    assert_eq!(copy["refusedAgencies"], serde_json::json!(["Trường Thử"]));
    assert!(copy["appRuns"]["said"].as_str().unwrap().starts_with("2026-"));
    let page = browser.get("/me").await.body;
    for words in [
        "sees whether you said today that your app runs",
        "Trường Thử: you refused",
        "You last said that your app runs",
    ] {
        assert!(page.contains(words), "{words}");
    }
    for lang in ["vi", "en"] {
        check_page("/me", lang, &browser.get(&format!("/me?lang={lang}")).await);
        let (_, with) = browser.file(&format!("/me/export.pdf?lang={lang}")).await;
        let (_, without) =
            town.citizen("0900000003").await.file(&format!("/me/export.pdf?lang={lang}")).await;
        assert!(with.len() > without.len(), "{lang}");
    }
}

#[tokio::test]
async fn somebody_for_whom_one_declared_is_removed_with_what_is_theirs() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let own = profile(&town).await;
    let (store, citizen) = (&town.state.store, citizen_of(&town, PHONE).await);
    let child = Profile {
        id: ProfileId::generate(&mut *town.state.rng()),
        person: ProfilePerson {
            identity: Identity { name: "Phạm Thị Mẫu".to_owned(), ..Identity::default() },
            relation: Some("child".to_owned()),
            ..ProfilePerson::default()
        },
        card: CardId([8; 16]),
        ..store.profile(own).await.unwrap().unwrap()
    };
    store.put_profile(&child, &mut *town.state.rng()).await.unwrap();
    let market = register(&mut browser, &[]).await;
    let page = browser.get(&format!("/p/{market}")).await;
    let both = [child.id, own].map(|id| format!("with-{id}"));
    let both: Vec<_> = both.iter().map(|name| (name.as_str(), "yes")).collect();
    browser.submit(&page, &format!("/p/{market}/in"), &both).await;
    let visits = async |of| store.visits_of_profile(of, NOW - 60, NOW + 60).await.unwrap().len();
    assert_eq!((visits(own).await, visits(child.id).await), (1, 1));

    let (mine, path) = (format!("/me/people/{own}"), format!("/me/people/{}", child.id));
    let page = browser.get(&mine).await;
    assert!(!page.actions().contains(&format!("{mine}/remove")), "oneself goes with the account");
    let token = browser.get(&mine).await.form(&mine).remove(0).1;
    let fields = [("csrf", token.as_str()), ("sure", "yes")];
    assert_eq!(browser.post(&format!("{mine}/remove"), &fields).await.status, StatusCode::NOT_FOUND);

    let remove = format!("{path}/remove");
    let page = browser.get(&path).await;
    let seen = browser.submit(&page, &remove, &[]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "not by a slip");
    assert!(seen.body.contains("Tick this box to delete") && seen.body.contains("Phạm Thị Mẫu"));
    assert_eq!(browser.submit(&page, &remove, &[("sure", "yes")]).await.to(), "/me?done=removed");
    assert!(browser.get("/me?done=removed").await.body.contains("The record is deleted"));
    assert_eq!(store.profiles_of(citizen).await.unwrap().len(), 1);
    assert_eq!((visits(own).await, visits(child.id).await), (1, 0));
}

#[tokio::test]
async fn a_consent_is_taken_back_with_one_press_and_its_declaration_goes() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let citizen = citizen_of(&town, PHONE).await;
    let store = &town.state.store;
    let page = browser.get("/me").await;
    assert!(page.body.contains("I agree that the health station of the commune"), "as it was worded");
    let withdraw = page.actions().into_iter().find(|action| action.ends_with("/withdraw")).unwrap();
    let other = town.citizen("0900000002").await.get("/me").await;
    assert!(!other.body.contains(&withdraw));
    let done = browser.submit(&page, &withdraw, &[]).await;
    let page = browser.open(done.to()).await;
    assert!(page.body.contains("Your consent is taken back") && !page.body.contains("Saved"));
    let page = browser.get("/me").await;
    assert!(page.body.contains("taken back") && !page.actions().contains(&withdraw));
    assert_eq!(store.declarations_of(citizen, 10).await.unwrap(), []);
    assert_eq!(store.consents_of(citizen).await.unwrap().len(), 1, "the evidence stays");
}

#[tokio::test]
async fn taking_the_consent_back_deletes_what_that_person_declared_under_it_later() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    town.wait(DAY_S);
    // The consent holds: it is not asked for again.
    declare_again(&mut browser).await;
    declare_for_child(&mut browser).await;
    let (store, citizen) = (&town.state.store, citizen_of(&town, PHONE).await);
    let own = store.profiles_of(citizen).await.unwrap().into_iter().find(Profile::is_own).unwrap();
    let consents = store.consents_of(citizen).await.unwrap();
    let given: Vec<_> = consents.iter().filter(|consent| consent.profile == Some(own.id)).collect();
    assert_eq!((store.declarations_of(citizen, 10).await.unwrap().len(), given.len()), (3, 1));
    let page = browser.get("/me").await;
    browser.submit(&page, &format!("/me/consents/{}/withdraw", given[0].id), &[]).await;
    let left = store.declarations_of(citizen, 10).await.unwrap();
    let left: Vec<_> = left.iter().map(|declaration| declaration.content.person.name.as_str()).collect();
    assert_eq!(left, ["LÊ VĂN MẪU"], "the child's has a consent of its own");
}

#[tokio::test]
async fn a_declaration_is_deleted_by_whoever_sent_it() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    let page = browser.get("/me").await;
    let delete = page.actions().into_iter().find(|action| action.starts_with("/me/declarations/")).unwrap();
    let mut other = town.citizen("0900000002").await;
    let token = other.get("/me/delete").await.form("/me/delete").remove(0).1;
    let seen = other.post(&delete, &[("csrf", &token)]).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    let copy = browser.get("/me/export.json").await.body;
    assert!(copy.contains("QuestionnaireResponse") && copy.contains("TRẦN THỊ THỬ"));
    let done = browser.submit(&page, &delete, &[]).await;
    let page = browser.open(done.to()).await;
    assert!(page.body.contains("The declaration is deleted") && !page.body.contains("Saved"));
    assert!(!browser.get("/me/export.json").await.body.contains("QuestionnaireResponse"));
}

#[tokio::test]
async fn the_copy_on_paper_is_a_pdf() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    declare_first(&mut browser).await;
    asked(&mut browser, "view", "x").await;
    for lang in ["vi", "en"] {
        let (parts, bytes) = browser.file(&format!("/me/export.pdf?lang={lang}")).await;
        assert_eq!(parts.headers["content-type"], "application/pdf");
        assert!(bytes.starts_with(b"%PDF-") && bytes.len() > 5_000, "{}", bytes.len());
    }
}

#[tokio::test]
async fn deleting_takes_everything_at_once_and_says_what_stays() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    let profile = profile(&town).await;
    let citizen = citizen_of(&town, PHONE).await;
    reported(&mut browser, &[("anonymous", "no")], &[]).await;
    let signal = the_only_signal(&town).await;
    let place = register(&mut browser, &[]).await.parse().unwrap();
    let page = browser.get("/me/delete").await;
    assert!(page.body.contains("Art. 14.2 and 19"), "what may be refused, with its basis");
    let seen = browser.submit(&page, "/me/delete", &[]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "not by a slip");
    let gone = browser.submit(&page, "/me/delete", &[("sure", "yes")]).await;
    let home = browser.open(gone.to()).await;
    assert_eq!(home.first("<h1"), "Welcome");
    assert!(home.body.contains("Your account and your data are deleted"));
    assert!(browser.get("/me").await.to().starts_with("/sign-in"));
    let store = &town.state.store;
    assert!(store.citizen(citizen).await.unwrap().is_none());
    assert!(store.profile(profile).await.unwrap().is_none());
    // Nobody could close it any more.
    assert_eq!(store.place(place).await.unwrap().unwrap().closed_at, Some(NOW));
    assert_eq!(store.signal(signal).await.unwrap().unwrap().citizen, None);
    // The same number begins anew, with nothing of before.
    assert!(!town.citizen(PHONE).await.get("/me").await.body.contains("Nguyễn Văn An"));
}

#[tokio::test]
async fn the_pages_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    for lang in ["vi", "en"] {
        check_page("/me", lang, &browser.get(&format!("/me?lang={lang}")).await);
    }
    let person = format!("/me/people/{}", profile(&town).await);
    asked(&mut browser, "view", "").await;
    reported(&mut browser, &[("anonymous", "no")], &[]).await;
    for lang in ["vi", "en"] {
        for path in ["/me?done=1", &person, "/me/delete"] {
            let sign = if path.contains('?') { '&' } else { '?' };
            check_page(path, lang, &browser.get(&format!("{path}{sign}lang={lang}")).await);
        }
        let page = browser.get(&person).await;
        check_page("to mend", lang, &browser.submit(&page, &person, &[("birth", "x")]).await);
        let page = browser.get("/me/delete").await;
        check_page("not sure", lang, &browser.submit(&page, "/me/delete", &[]).await);
    }
}
