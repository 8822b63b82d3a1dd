//! An agency and those on its list, each at their own pages.

use crate::console::browser::{Browser, Seen};
use crate::console::looks::check_page;
use crate::console::town::Town;
use axum::http::StatusCode;

/// Makes an agency; returns the address of its list.
pub async fn make(owner: &mut Browser) -> String {
    let page = owner.get("/agency").await;
    let refused = owner.submit(&page, "/agency", &[("name", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = owner.submit(&page, "/agency", &[("name", "Trường  Thử")]).await;
    let list = made.to().to_owned();
    // The same form again is the same agency.
    assert_eq!(owner.submit(&page, "/agency", &[("name", "Trường Thử")]).await.to(), list);
    assert_eq!(owner.get("/agency").await.body.matches(&format!("href=\"{list}\"")).count(), 1);
    list
}

pub async fn invite(owner: &mut Browser, list: &str, people: &str) -> Seen {
    let page = owner.get(list).await;
    owner.submit(&page, &format!("{list}/invite"), &[("people", people)]).await
}

/// Who made an agency's list, whom it invites, and the list's address.
async fn one_invited(town: &Town) -> (Browser, Browser, String) {
    let (mut owner, invited) = (town.citizen("0900000009").await, town.citizen("0900000001").await);
    let list = make(&mut owner).await;
    invite(&mut owner, &list, "Trần Thị Thử, 0900000001").await;
    (owner, invited, list)
}

#[tokio::test]
async fn the_invited_decide_what_their_agency_sees() {
    let town = Town::new().await;
    let mut owner = town.citizen("0900000009").await;
    let mut invited = town.citizen("0900000001").await;
    let list = make(&mut owner).await;
    let wrong = invite(&mut owner, &list, "Trần Thị Thử 0900000001").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Line 1 cannot be read") && wrong.body.contains("Trần Thị Thử 0900000001"));
    invite(&mut owner, &list, "Trần Thị Thử, 0900000001\nLê Văn Mẫu; 0900000002").await;
    let page = owner.get(&list).await;
    assert!(page.body.contains("Trần Thị Thử") && page.body.contains("Lê Văn Mẫu"));
    assert!(page.body.contains("href=\"/poster\""), "the poster to put up at work");
    assert_eq!(page.body.matches("not told").count(), 4 + 1, "nobody told yet; once in what is explained");
    for lang in ["vi", "en"] {
        check_page("the list", lang, &owner.get(&format!("{list}?lang={lang}")).await);
    }

    // The invitation is in the inbox; nothing is ticked.
    assert!(invited.get("/inbox").await.body.contains("Trường Thử invites you to its list"));
    let work = invited.get("/work").await;
    assert!(!work.body.contains(" checked"));
    let ticked = invited.submit(&work, "/work", &[("declared", "yes")]).await;
    assert_eq!(ticked.to(), "/work");
    let page = owner.get(&list).await;
    assert_eq!(page.body.matches("Not yet").count(), 1);
    assert_eq!(page.body.matches("not told").count(), 3 + 1);

    // They are reminded once, however often the button is pressed.
    for _ in 0..2 {
        owner.submit(&page, &format!("{list}/remind"), &[]).await;
    }
    let inbox = invited.get("/inbox").await;
    assert_eq!(inbox.body.matches("Trường Thử reminds you to declare today").count(), 1);

    // The app runs because its owner says so, and the agency sees it when they agree to that as well.
    let work = invited.get("/work").await;
    assert_eq!(invited.submit(&work, "/work/app", &[]).await.to(), "/work");
    let work = invited.get("/work").await;
    assert!(work.body.contains("You said that your app runs"));
    assert!(!owner.get(&list).await.body.contains(">Yes<"));
    invited.submit(&work, "/work", &[("app", "yes")]).await;
    assert!(owner.get(&list).await.body.contains(">Yes<"));

    // And nothing any more when they take it back.
    invited.submit(&work, "/work/leave", &[]).await;
    let page = owner.get(&list).await;
    assert_eq!(page.body.matches("not told").count(), 4 + 1);
    assert!(!invited.get("/work").await.body.contains("Trường Thử invites you"));

    let paper = owner.get(&format!("{list}/list.pdf")).await;
    assert_eq!(paper.status, StatusCode::OK);
    assert_eq!(invited.get(&list).await.status, StatusCode::NOT_FOUND, "the list is its owner's");
    assert_eq!(invited.get(&format!("{list}/list.pdf")).await.status, StatusCode::NOT_FOUND);
    let page = owner.get(&list).await;
    owner.submit(&page, &format!("{list}/remove"), &[]).await;
    assert_eq!(owner.get(&list).await.body.matches("not told").count(), 2 + 1);
}

#[tokio::test]
async fn a_yes_to_an_agency_is_a_consent_of_its_own_that_is_taken_back_like_the_others() {
    let town = Town::new().await;
    let (mut owner, mut invited, list) = one_invited(&town).await;
    let work = invited.get("/work").await;
    assert!(work.body.contains("I agree that this agency sees whether I declared my health today"));
    assert!(work.body.contains("I agree that this agency sees whether I said that my app runs today"));
    invited.submit(&work, "/work", &[("declared", "yes")]).await;

    let copy = invited.get("/me/export.json").await.body;
    let copy: serde_json::Value = serde_json::from_str(&copy).unwrap();
    let [given] = copy["consents"].as_array().unwrap().as_slice() else { panic!("one yes: {copy}") };
    let given_to = (&given["purpose"], &given["agency"], &given["channel"], &given["withdrawn"]);
    let expected = ["staff-declared", "Trường Thử", "web"].map(serde_json::Value::from);
    assert_eq!(given_to, (&expected[0], &expected[1], &expected[2], &serde_json::Value::Null));
    assert_eq!(given["sha256"].as_str().unwrap().len(), 64);
    assert!(given["words"].as_str().unwrap().starts_with("I agree that this agency"), "as it was read");

    assert_eq!(owner.get(&list).await.body.matches("Not yet").count(), 1);
    let mine = invited.get("/me").await;
    assert!(
        mine.body.contains("<strong>Trường Thử: </strong>I agree that this agency sees whether I declared")
    );
    let withdraw = mine.actions().into_iter().find(|action| action.ends_with("/withdraw")).unwrap();
    invited.submit(&mine, &withdraw, &[]).await;
    assert!(!owner.get(&list).await.body.contains("Not yet"), "the agency sees it no more");
    assert!(!invited.get("/work").await.body.contains(" checked"));
    let mine = invited.get("/me").await;
    assert!(mine.body.contains(">ended<") && !mine.actions().contains(&withdraw));

    // What the page takes back is taken back there, too.
    let work = invited.get("/work").await;
    invited.submit(&work, "/work", &[("app", "yes")]).await;
    assert_eq!(invited.get("/me").await.body.matches(">ended<").count(), 1);
    invited.submit(&work, "/work", &[]).await;
    assert_eq!(invited.get("/me").await.body.matches(">ended<").count(), 2);
}

#[tokio::test]
async fn who_deletes_their_account_leaves_the_list_that_saw_something_of_them() {
    let town = Town::new().await;
    let mut owner = town.citizen("0900000009").await;
    let mut member = town.citizen("0900000001").await;
    let mut silent = town.citizen("0900000002").await;
    let list = make(&mut owner).await;
    invite(&mut owner, &list, "Trần Thị Thử, 0900000001\nLê Văn Mẫu, 0900000002").await;
    let work = member.get("/work").await;
    member.submit(&work, "/work", &[("declared", "yes"), ("app", "yes")]).await;
    assert_eq!(owner.get(&list).await.body.matches("Not yet").count(), 2);

    for account in [&mut member, &mut silent] {
        let page = account.get("/me/delete").await;
        assert!(page.body.contains("You leave the lists of agencies that you let see something."));
        assert_eq!(account.submit(&page, "/me/delete", &[("sure", "yes")]).await.to(), "/?gone=1");
    }
    let page = owner.get(&list).await;
    assert!(!page.body.contains("Trần Thị Thử") && !page.body.contains("Not yet"));
    // Whom it knows nothing of it sees as before: it does not learn that there was an account.
    assert!(page.body.contains("Lê Văn Mẫu"));
    assert_eq!(page.body.matches("not told").count(), 2 + 1);

    // The number's next account is not in it either, nor told of it.
    let mut next = town.citizen("0900000001").await;
    assert!(!next.get("/work").await.body.contains("Trường Thử"));
}

#[tokio::test]
async fn whoever_refused_is_not_told_again_and_the_agency_sees_no_difference() {
    let town = Town::new().await;
    let mut owner = town.citizen("0900000009").await;
    let mut invited = town.citizen("0900000001").await;
    let list = make(&mut owner).await;
    let (account, none) = ("Trần Thị Thử, 0900000001", "Trần Thị Thử, 0900000002");
    let shown = async |owner: &mut Browser, person: &str| {
        invite(owner, &list, person).await;
        let page = owner.get(&list).await;
        owner.submit(&page, &format!("{list}/remove"), &[]).await;
        let table = page.body.find("<tbody").unwrap();
        page.body[table..].split('<').map(|part| part.split('>').next_back().unwrap()).collect::<String>()
    };
    let first = shown(&mut owner, account).await;
    invite(&mut owner, &list, account).await;
    let work = invited.get("/work").await;
    invited.submit(&work, "/work/leave", &[]).await;
    let page = owner.get(&list).await;
    owner.submit(&page, &format!("{list}/remove"), &[]).await;
    let told = invited.get("/inbox").await.body.matches("invites you to its list").count();
    for _ in 0..3 {
        assert_eq!(shown(&mut owner, account).await, first);
    }
    let inbox = invited.get("/inbox").await.body;
    assert_eq!(inbox.matches("invites you to its list").count(), told);
    let refused = invited.get("/work").await;
    assert!(
        refused.body.contains("Agencies that you refused")
            && refused.body.contains("aria-label=\"Let them invite again: Trường Thử\"")
    );
    for lang in ["vi", "en"] {
        check_page("/work", lang, &invited.get(&format!("/work?lang={lang}")).await);
    }
    let stranger = shown(&mut owner, none).await;
    assert_eq!(stranger.replace("002", "001"), first, "nor between a number with an account and one without");
}

#[tokio::test]
async fn a_refusal_is_taken_back_with_one_press() {
    let town = Town::new().await;
    let (mut owner, mut invited, list) = one_invited(&town).await;
    let work = invited.get("/work").await;
    invited.submit(&work, "/work/leave", &[]).await;
    let before = owner.get(&list).await.body;

    let work = invited.get("/work").await;
    assert!(work.forms("/work").is_empty(), "nothing to choose");
    // Nobody takes back another's refusal.
    let mut stranger = town.citizen("0900000002").await;
    let [_, (_, agency)] = work.form("/work/allow").try_into().unwrap();
    let csrf = stranger.get("/work").await.form("/work/app").pop().unwrap().1;
    stranger.post("/work/allow", &[("csrf", &csrf), ("agency", &agency)]).await;
    assert!(invited.get("/work").await.forms("/work").is_empty());

    for _ in 0..2 {
        assert_eq!(invited.submit(&work, "/work/allow", &[]).await.to(), "/work");
    }
    let work = invited.get("/work").await;
    assert!(work.body.contains("Trường Thử invites you") && !work.body.contains(" checked"));
    assert!(!work.body.contains("Agencies that you refused"));
    assert_eq!(owner.get(&list).await.body, before, "the agency sees no difference");
}
