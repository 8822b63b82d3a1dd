//! The pages by which a person shares, answers, looks and takes back.

use super::promise::{STATION, opened, scope, upload};
use super::reader::Reader;
use super::support::front::{Front, case, trusting, warned};
use super::support::{HOUR_S, MORNING, phone};
use axum::http::StatusCode;
use bluezone_device::SharingState;
use bluezone_transparency::merkle::Hash;

fn today() -> i64 {
    MORNING.day_start().0
}

#[tokio::test]
async fn without_pins_the_pages_say_so() {
    let reader = Reader::new(phone().0).await;
    for page in ["/share", "/tell"] {
        assert!(reader.page(page).await.contains("Nothing can be shared from this phone"), "{page}");
        let answer = reader.post(page, "share=yes&report=yes&asked=yes&day=0").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(reader.page("/requests").await.contains("This phone takes no requests"));
    assert!(reader.page("/data").await.contains("not set (--log-pins)"));
    let reader = Reader::new(trusting().0).await;
    assert!(reader.page("/share").await.contains("There is nothing to share"));
    assert!(reader.page("/tell").await.contains("There is no warning to report"));
    // A case whose phone never read the log knows no unit's key.
    let reader = Reader::new(case().0).await;
    assert!(reader.page("/share").await.contains("Nothing can be shared just now"));
}

#[tokio::test]
async fn a_case_is_offered_what_it_may_share_and_nothing_is_ticked() {
    let front = Front::new();
    let reader = Reader::new(case().0).await;
    front.read(&reader.phone).await;
    assert!(reader.page("/report").await.contains("href=\"/share\""));
    let page = reader.page("/share").await;
    assert!(
        page.contains("Trạm y tế phường Phan Đình Phùng") && page.contains(&format!("/share?unit={STATION}"))
    );
    for field in ["share", "asked"] {
        let tick = page.split("<input ").find(|tag| tag.contains(&format!("name=\"{field}\""))).unwrap();
        assert!(!tick.split('>').next().unwrap().contains("checked"), "{field}");
    }
    assert!(page.contains("Friday, 20 Nov 2026") && page.contains("The codes of a day become linked"));
    let page = reader.page(&format!("/share?unit={STATION}")).await;
    assert!(page.contains(&format!("name=\"unit\" value=\"{STATION}\"")));

    let post = async |form: &str| reader.post("/share", form).await;
    let all_but = |problem: &str, form: &str| (problem.to_owned(), form.to_owned());
    for (words, form) in [
        all_but("Tick at least one box", &format!("unit={STATION}&day={}", today())),
        all_but("Choose the health unit.", &format!("share=yes&day={}", today())),
        all_but("Choose the health unit.", &format!("share=yes&unit=nowhere&day={}", today())),
        all_but("Choose at least one day.", &format!("share=yes&unit={STATION}")),
        all_but("Choose at least one day.", &format!("share=yes&unit={STATION}&day=5")),
    ] {
        let answer = post(&form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text.contains(&words), "{form}: {words}");
    }
    front.carry(&reader.phone).await;
    assert!(front.consents().is_empty());

    let form = format!("share=yes&unit={STATION}&day={}", today());
    assert_eq!(post(&form).await.leads_to(), "/data");
    let page = reader.page("/data").await;
    assert!(
        page.contains("On its way") && page.contains("Take back") && page.contains("Friday, 20 Nov 2026")
    );
    assert!(!page.contains("Thursday, 19 Nov 2026"), "the day left out");
    front.carry(&reader.phone).await;
    let history = opened(&upload(&front.consents()[0]));
    // The evidence is the hash of the words that stood there.
    let words = "I agree to send the health unit chosen the codes that this phone heard on the days chosen, and the codes that it sent on those days.";
    assert!(reader.page("/share").await.contains(words));
    assert_eq!(history.consents[0].text_sha256, Hash::of(words.as_bytes()).0);

    let id = reader.phone.with(|mind, _, _| mind.sharings().unwrap()[0].id.clone());
    assert_eq!(reader.post("/data/withdraw", &format!("id={id}")).await.leads_to(), "/data");
    assert!(reader.page("/data").await.contains("Being taken back"));
    front.carry(&reader.phone).await;
    assert!(reader.page("/data").await.contains("Taken back and deleted"));
}

#[tokio::test]
async fn a_warned_person_reports_with_a_name_only_by_its_own_box() {
    let front = Front::new();
    let reader = Reader::new(warned().0).await;
    front.read(&reader.phone).await;
    assert!(reader.page("/warning").await.contains("href=\"/tell\""));
    let day = today() - 86_400;
    let form = format!("unit={STATION}&day={day}&report=yes&name=Canary+V%C4%83n+A&phone=0900000000");
    let answer = reader.post("/tell", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("You entered a name or number.") && answer.text.contains("Canary Văn A"));
    let answer = reader.post("/tell", &format!("unit={STATION}&day={day}&report=yes&named=yes")).await;
    assert!(answer.text.contains("Enter a name or number"));
    let answer = reader.post("/tell", &format!("unit={STATION}&day={day}&asked=yes")).await;
    assert!(answer.text.contains("To report, tick this box"));
    assert_eq!(reader.post("/tell", &format!("{form}&named=yes")).await.leads_to(), "/data");
    front.carry(&reader.phone).await;
    let history = opened(&upload(&front.consents()[0]));
    assert_eq!(history.reporter.unwrap().phone, "0900000000");
    let page = reader.page("/data").await;
    assert!(page.contains("With a name or telephone number") && !page.contains("Canary"));
    assert!(reader.page("/tell").await.contains("You have sent it"));
}

#[tokio::test]
async fn a_request_is_read_refused_or_answered_in_part() {
    let mut front = Front::new();
    let (phone, _, mailbox) = front.asked_phone().await;
    let asked = front.promise.ask(&mailbox, scope(MORNING - 72 * HOUR_S, MORNING));
    let other = front.promise.ask(&mailbox, scope(MORNING - 48 * HOUR_S, MORNING));
    let asked = front.promise.outgoing(&mailbox, asked.entry, asked.index);
    front.show(&[asked, other]);
    assert_eq!(front.read(&phone).await.requests, 2);
    let reader = Reader::new(phone).await;
    assert!(reader.page("/").await.contains("2 requests wait for you"));
    let ids: Vec<_> = reader.phone.with(|mind, now, _| {
        mind.requests(now).unwrap().iter().map(|request| hex::encode(request.hash().0)).collect()
    });
    let path = format!("/requests/{}", ids[0]);
    assert!(reader.page("/requests").await.contains(&path));
    let page = reader.page(&path).await;
    for words in [
        "CDC Thái Nguyên",
        "Truy vết ca bệnh tại chợ Thái Nguyên",
        "Luật Phòng bệnh 2025, Điều 20",
        "hỏi chị Lan",
        "The codes that this phone heard",
        "No answer is a no.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let answer = reader.post(&format!("{path}/yes"), &format!("day={}", today())).await;
    assert!(answer.text.contains("Tick this box to send"));
    let answer = reader.post(&format!("{path}/yes"), "answer=yes").await;
    assert!(answer.text.contains("Choose at least one day."));
    front.carry(&reader.phone).await;
    assert_eq!(front.consents().len(), 1, "the mailbox alone");
    let form = format!("answer=yes&day={}", today());
    assert_eq!(reader.post(&format!("{path}/yes"), &form).await.leads_to(), "/data");
    front.carry(&reader.phone).await;
    let history = opened(&upload(&front.consents()[1]));
    assert_eq!(history.days.iter().map(|day| day.day.0).collect::<Vec<_>>(), [today()]);

    assert_eq!(reader.post(&format!("/requests/{}/no", ids[1]), "").await.leads_to(), "/requests");
    assert!(reader.page("/requests").await.contains("No requests"));
    assert_eq!(reader.get(&path).await.status, StatusCode::NOT_FOUND);
    for gone in ["/requests/zz", "/requests/00"] {
        assert_eq!(reader.get(gone).await.status, StatusCode::NOT_FOUND);
        reader.post(&format!("{gone}/no"), "").await;
    }
    let page = reader.page("/data").await;
    assert!(page.contains("No (only this phone knows)") && page.contains("Answer to a request"));
    assert_eq!(front.consents().len(), 2);
}

#[tokio::test]
async fn a_new_opening_is_marked_until_it_was_seen() {
    let mut front = Front::new();
    let reader = Reader::new(warned().0).await;
    front.read(&reader.phone).await;
    let form = format!("unit={STATION}&day={}&report=yes", today() - 86_400);
    reader.post("/tell", &form).await;
    front.carry(&reader.phone).await;
    let sent = upload(&front.consents()[0]);
    front.promise.open(&sent);
    front.show(&[]);
    front.read(&reader.phone).await;
    assert!(reader.page("/").await.contains("Somebody opened your data"));
    assert!(reader.page("/status.json").await.contains("\"opened\":1"));
    let page = reader.page("/data").await;
    assert!(
        page.contains("Opened what you sent") && page.contains(">New<") && page.contains("CDC Thái Nguyên")
    );
    assert!(!reader.page("/data").await.contains(">New<"));
    assert!(!reader.page("/").await.contains("Somebody opened your data"));
    let state = reader.phone.with(|mind, _, _| mind.sharings().unwrap()[0].state.clone());
    assert_eq!(state, SharingState::Sent { at: MORNING });
}
