//! Coming to a place and leaving it, by a citizen's own hand.

use super::declare::{declare_first, declare_for_child};
use super::places::{OWNER, VISITOR, register};
use crate::console::browser::{Browser, Seen};
use crate::console::town::{NOW, Town};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bluezone_codes::place::{Link, Poster};
use bluezone_domain::place::PlaceCode;
use bluezone_protocol::time::DAY_S;

const HOUR: i64 = 3600;

/// The poster's edition and tag.
pub fn poster(town: &Town, code: &str, edition: u16) -> String {
    let code: PlaceCode = code.parse().unwrap();
    let poster = Some(Poster::new(&town.state.secrets.code_keys(), code, edition));
    let address = Link { code, poster }.write("");
    address.split_once("?k=").unwrap().1.to_owned()
}

/// Scans a poster and presses the button.
pub async fn scan(browser: &mut Browser, code: &str, poster: &str) -> Seen {
    let page = browser.get(&format!("/p/{code}?k={poster}")).await;
    let seen = browser.submit(&page, &format!("/p/{code}/in"), &[]).await;
    browser.open(seen.to()).await
}

async fn log(owner: &mut Browser, code: &str) -> String {
    owner.get(&format!("/places/{code}/log")).await.body
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_and_comes_back_to_the_poster() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let poster = poster(&town, &code, 1);
    let mut browser = town.browser();
    let page = browser.get(&format!("/p/{code}?k={poster}")).await;
    assert_eq!(page.first("<h1"), "Chợ Thái");
    let next = format!("/p/{code}/{poster}");
    assert!(page.body.contains(&format!("/sign-in?next={next}")));
    let page = browser.get(&format!("/sign-in?next={next}")).await;
    let seen = browser.submit(&page, "/sign-in", &[("phone", VISITOR)]).await;
    let page = browser.open(seen.to()).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(VISITOR))]).await;
    assert_eq!(seen.to(), next);
    let page = browser.get(&next).await;
    let seen = browser.submit(&page, &format!("/p/{code}/in"), &[]).await;
    let page = browser.open(seen.to()).await;
    assert!(
        page.body.contains("In since 10:00") && page.body.contains("ends by itself at 11:30"),
        "{}",
        page.body
    );
    let log = log(&mut owner, &code).await;
    assert!(log.contains("scanned the poster") && log.contains("inside now"));
}

#[tokio::test]
async fn a_visit_ends_by_the_button_by_the_next_place_or_by_itself() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let market = register(&mut owner, &[]).await;
    let school = register(&mut owner, &[("name", "Trường"), ("dwell", "600")]).await;
    let mut visitor = town.citizen(VISITOR).await;
    scan(&mut visitor, &market, &poster(&town, &market, 1)).await;
    // Pressed twice, or sent again.
    let twice = scan_twice(&mut visitor, &market).await;
    assert!(twice.body.contains("In since 10:00"));
    town.wait(HOUR);
    let page = visitor.get("/visits").await;
    assert!(page.body.contains("Me at Chợ Thái now"));
    let seen = visitor.submit(&page, &format!("/p/{market}/out"), &[]).await;
    assert_eq!(seen.to(), "/visits");
    let page = visitor.get("/visits").await;
    assert!(page.body.contains("checked out") && !page.body.contains("at Chợ Thái now"));

    scan(&mut visitor, &market, "").await;
    town.wait(600);
    scan(&mut visitor, &school, "").await;
    let page = visitor.get("/visits").await;
    assert!(page.body.contains("checked in elsewhere") && page.body.contains("Me at Trường now"));
    // At 11:10, for ten hours; but midnight comes in thirteen.
    town.wait(10 * HOUR);
    let page = visitor.get("/visits").await;
    assert!(!page.body.contains(" now</h2>") && page.body.contains("usual time was over"));
    assert_eq!(page.body.matches("<strong>").count(), 3);
    let log = log(&mut owner, &market).await;
    assert!(log.contains("typed the code"), "no poster was scanned");
}

#[tokio::test]
async fn who_leaves_leaves_alone() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let mut visitor = town.citizen(VISITOR).await;
    declare_first(&mut visitor).await;
    declare_for_child(&mut visitor).await;
    let (there, out) = (format!("/p/{code}"), format!("/p/{code}/out"));
    let page = visitor.get(&there).await;
    let all: Vec<_> =
        page.body.split("name=\"with-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(all.len(), 2, "{}", page.body);
    let all: Vec<_> = all.iter().map(|id| format!("with-{id}")).collect();
    let ticked: Vec<_> = all.iter().map(|name| (name.as_str(), "yes")).collect();
    visitor.submit(&page, &format!("{there}/in"), &ticked).await;

    let inside = |page: &Seen| page.forms(&out).len();
    let page = visitor.get(&there).await;
    assert_eq!(inside(&page), 2, "a button each");
    assert!(page.body.contains("Check out: Me") && page.body.matches("Check out: ").count() == 2);
    assert_eq!(inside(&visitor.get("/visits").await), 2);
    // Somebody else presses it, or a page from before: nobody leaves.
    let mut stranger = town.citizen("0912000111").await;
    let token = stranger.get("/").await.form("/sign-out").remove(0).1;
    let visit = page.form(&out).into_iter().find(|(name, _)| name == "visit").unwrap().1;
    let seen = stranger.post(&out, &[("csrf", &token), ("visit", &visit)]).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    let seen = visitor.submit(&page, &out, &[("visit", "")]).await;
    assert_eq!(seen.to(), there);
    assert_eq!(inside(&visitor.get(&there).await), 2);

    visitor.submit(&page, &out, &[]).await;
    let page = visitor.get("/visits").await;
    assert_eq!(inside(&page), 1, "the other one stays");
    assert!(!page.body.contains("Check out: Me"), "{}", page.body);
    visitor.submit(&page, &out, &[]).await;
    assert_eq!(inside(&visitor.get("/visits").await), 0);
}

#[tokio::test]
async fn who_comes_back_without_a_word_checks_in_again() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let mut visitor = town.citizen(VISITOR).await;
    scan(&mut visitor, &code, "").await;
    town.wait(299);
    assert!(visitor.get(&format!("/p/{code}")).await.forms(&format!("/p/{code}/in")).is_empty());
    // For 90 minutes: without another check-in it would end at 11:30.
    town.wait(80 * 60 - 299);
    let page = visitor.get(&format!("/p/{code}")).await;
    assert!(page.body.contains("Check in again"), "{}", page.body);
    let page = scan(&mut visitor, &code, "").await;
    assert!(
        page.body.contains("In since 11:20") && page.body.contains("ends by itself at 12:50"),
        "{}",
        page.body
    );
    let diary = visitor.get("/visits").await;
    assert!(diary.body.contains("checked in elsewhere or again") && diary.body.contains("10:00"));
    assert_eq!(diary.forms(&format!("/p/{code}/out")).len(), 1);
}

#[tokio::test]
async fn a_visit_is_deleted_by_whose_it_is() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let market = register(&mut owner, &[]).await;
    let school = register(&mut owner, &[("name", "Trường")]).await;
    let mut visitor = town.citizen(VISITOR).await;
    for place in [&market, &school] {
        scan(&mut visitor, place, "").await;
        town.wait(600);
    }
    let page = visitor.get("/visits").await;
    let deletes: Vec<_> = page.actions().into_iter().filter(|action| action.ends_with("/delete")).collect();
    assert_eq!(deletes.len(), 2);
    let token = owner.get("/").await.forms("/sign-out").remove(0).remove(0).1;
    let seen = owner.post(&deletes[0], &[("csrf", &token)]).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "not by whoever keeps the place");
    let seen = visitor.submit(&page, &deletes[0], &[]).await;
    assert_eq!(seen.to(), "/visits?done=deleted");
    let page = visitor.open(seen.to()).await;
    assert!(page.body.contains("The visit is deleted"), "{}", page.body);
    let in_diary = ["Chợ Thái", "Trường"].map(|name| page.body.contains(name));
    assert_eq!(in_diary.iter().filter(|there| **there).count(), 1, "the other one stays");
    let mut in_lists = Vec::new();
    for code in [&market, &school] {
        in_lists.push(log(&mut owner, code).await.contains("typed the code"));
    }
    assert_eq!(in_lists, in_diary, "gone from the place's list too");
}

#[tokio::test]
async fn a_check_in_of_nobody_is_said_to_be_none() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let mut visitor = town.citizen(VISITOR).await;
    declare_for_child(&mut visitor).await;
    let page = visitor.get(&format!("/p/{code}?k={}", poster(&town, &code, 1))).await;
    let path = format!("/p/{code}/in");
    let mut form = page.form(&path);
    form.retain(|(name, _)| !name.starts_with("with-"));
    let seen = visitor.submit_form(form, &path, &[]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("Tick at least one person"), "{}", seen.body);
    assert!(!log(&mut owner, &code).await.contains("inside now"));
    // The poster is still proven when somebody is ticked then.
    let (name, _) = page.form(&path).into_iter().find(|(name, _)| name.starts_with("with-")).unwrap();
    assert!(visitor.submit(&seen, &path, &[(&name, "yes")]).await.status.is_redirection());
    assert!(log(&mut owner, &code).await.contains("scanned the poster"));
}

async fn scan_twice(visitor: &mut Browser, code: &str) -> Seen {
    let page = visitor.get(&format!("/p/{code}")).await;
    assert!(page.forms(&format!("/p/{code}/in")).is_empty(), "who is inside does not come in again");
    page
}

#[tokio::test]
async fn an_old_poster_is_marked_and_a_forged_one_proves_nothing() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let old = poster(&town, &code, 1);
    let page = owner.get(&format!("/places/{code}")).await;
    owner.submit(&page, &format!("/places/{code}/edition"), &[]).await;
    let mut visitor = town.citizen(VISITOR).await;
    let page = visitor.get(&format!("/p/{code}?k={old}")).await;
    assert!(page.body.contains("You scanned an old code of this place"));
    scan(&mut visitor, &code, &old).await;
    assert!(log(&mut owner, &code).await.contains("old poster, perhaps a photograph"));
    let mut other = town.citizen("0912000111").await;
    scan(&mut other, &code, "1-00000000").await;
    let log = log(&mut owner, &code).await;
    assert_eq!((log.matches("old poster").count(), log.matches("typed the code").count()), (1, 1));
}

#[tokio::test]
async fn a_code_is_typed_where_there_is_no_camera() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let mut visitor = town.citizen(VISITOR).await;
    let spaced = format!("{}+{}+{}", &code[..3], &code[3..6], &code[6..]);
    assert_eq!(visitor.get(&format!("/scan?code={spaced}")).await.to(), format!("/p/{code}"));
    let mut wrong = code.clone();
    let last = wrong.pop().unwrap();
    wrong.push(if last == '0' { '1' } else { '0' });
    for (typed, words) in [
        ("12", "Type the 9 digits"),
        (wrong.as_str(), "One of the digits is wrong"),
        ("100085724", "There is no place of that code"),
    ] {
        let seen = visitor.get(&format!("/scan?code={typed}")).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(seen.body.contains(words), "{typed}");
    }
}

#[tokio::test]
async fn a_vehicle_asks_for_trip_and_seat() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let bus = register(&mut owner, &[("kind", "bus"), ("name", "Xe 07"), ("plate", "20B-012.34")]).await;
    let mut visitor = town.citizen(VISITOR).await;
    let page = visitor.get(&format!("/p/{bus}")).await;
    let typed = [("trip", "07:30 đi Hà Nội"), ("seat", "12A")];
    visitor.submit(&page, &format!("/p/{bus}/in"), &typed).await;
    assert!(log(&mut owner, &bus).await.contains("07:30 đi Hà Nội, 12A"));
    assert!(visitor.get("/visits").await.body.contains("12A"));
}

#[tokio::test]
async fn visits_past_their_time_are_gone_from_pages_and_files() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let mut visitor = town.citizen(VISITOR).await;
    scan(&mut visitor, &code, "").await;
    town.wait(20 * DAY_S);
    let file = format!("/places/{code}/log.csv?day=2026-11-23");
    town.purge().await;
    assert_eq!(owner.get(&file).await.body.lines().count(), 2);
    assert!(visitor.get("/visits").await.body.contains("Chợ Thái"));
    town.wait(DAY_S + 1);
    town.purge().await;
    assert_eq!(owner.get(&file).await.body.lines().count(), 1);
    assert!(!visitor.get("/visits").await.body.contains("Chợ Thái"));
    let code: PlaceCode = code.parse().unwrap();
    assert_eq!(town.state.store.visits_overlapping(code, NOW - DAY_S, NOW + DAY_S, 0).await.unwrap(), []);
}

#[tokio::test]
async fn a_frame_is_read_and_a_wrong_one_refused() {
    let town = Town::new().await;
    let mut visitor = town.citizen(VISITOR).await;
    let page = visitor.get("/scan").await;
    let token = page.body.split("data-token=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (side, luma) = drawn("https://bluezone.example/p/100085724");
    let mut send = async |width: usize, luma: &[u8], token: &str| {
        let mut body = Vec::new();
        for (name, value) in
            [("csrf", token.as_bytes()), ("width", width.to_string().as_bytes()), ("frame", luma)]
        {
            body.extend(
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n")
                    .bytes(),
            );
            body.extend(value);
            body.extend(b"\r\n");
        }
        body.extend(b"--b--\r\n");
        visitor
            .send_as("multipart/form-data; boundary=b", Method::POST, "/scan/frame", Body::from(body))
            .await
    };
    let read = send(side, &luma, &token).await;
    assert_eq!(read.body, r#"{"text":"https://bluezone.example/p/100085724"}"#);
    assert_eq!(send(side, &vec![200; luma.len()], &token).await.body, r#"{"text":null}"#);
    assert_eq!(send(side - 1, &luma, &token).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(send(0, &luma, &token).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(send(side, &luma, "x").await.status, StatusCode::FORBIDDEN);
    let long = vec![200; 200_000];
    assert_eq!(send(500, &long, &token).await.status, StatusCode::BAD_REQUEST, "longer than any form");
}

/// Our own picture of a code as a frame: side and bytes.
fn drawn(text: &str) -> (usize, Vec<u8>) {
    const MODULE: usize = 4;
    let svg = bluezone_pages::qr::qr(text, "x").unwrap().into_string();
    let modules: usize =
        svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let side = modules * MODULE;
    let mut luma = vec![255; side * side];
    let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
    for module in path.split('M').skip(1) {
        let (x, rest) = module.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), rest.split('h').next().unwrap().parse().unwrap());
        for row in y * MODULE..(y + 1) * MODULE {
            luma[row * side + x * MODULE..][..MODULE].fill(0);
        }
    }
    (side, luma)
}
