//! The officers' inbox of declarations: the most urgent first, who takes them, what came of them; and paper forms.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{NOW, OTHER_UNIT, STATION, Town};
use axum::http::StatusCode;
use bluezone_codes::pass::CardId;
use bluezone_domain::area::Area;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::declaration::{Content, Declaration, SentBy, Urgency};
use bluezone_domain::id::{CitizenId, DeclarationId, ProfileId};
use bluezone_domain::message::Message;
use bluezone_domain::officer::Role;
use bluezone_domain::person::{Birth, Identity};
use bluezone_forms::response::{Envelope, write};
use bluezone_forms::{Setting, read_fields};
use bluezone_pages::Lang;
use bluezone_server::declaring::{Sheet, day_of, points};
use bluezone_store::{NewDeclaration, NewFile, testing};
use rand::RngExt;
use sha2::{Digest, Sha256};

const LIST: &str = "/console/declarations";
const PAPER: &str = "/console/declarations/paper";
pub(super) const PHONE: &str = "0912345678";

/// Somebody who declares.
struct Somebody {
    name: &'static str,
    year: u16,
    card: &'static str,
    commune: (&'static str, &'static str),
}

const BINH: Somebody =
    Somebody { name: "Trần Thị Bình", year: 1985, card: "", commune: ("19", "05443") };

/// What somebody declares in the short form, sent as a citizen does.
async fn declared(town: &Town, who: &Somebody, answers: &[(&str, &str)]) -> DeclarationId {
    let (state, mut rng) = (&town.state, town.state.rng());
    let day = day_of(state.now());
    let sheet = Sheet::open(state, "khai-bao-lai", day).await.unwrap().unwrap();
    let setting = Setting { today: day, ..sheet.setting() };
    let sent = read_fields(sheet.form(), answers.iter().copied(), [], &setting);
    let citizen = CitizenId::generate(&mut *rng);
    let citizen =
        state.store.confirm_citizen(citizen, &PHONE.parse().unwrap(), NOW, &mut *rng).await.unwrap();
    let identity = Identity {
        name: who.name.to_owned(),
        birth: Some(Birth::Year(who.year)),
        phone: PHONE.parse().ok(),
        national_id: who.card.parse().ok(),
        ..Identity::default()
    };
    let area = Area { province: who.commune.0.parse().unwrap(), commune: who.commune.1.parse().ok() };
    let own = state.store.profiles_of(citizen.id).await.unwrap().into_iter().next();
    let profile = own.unwrap_or(Profile {
        id: ProfileId::generate(&mut *rng),
        citizen: citizen.id,
        person: ProfilePerson { identity: identity.clone(), area: Some(area), ..ProfilePerson::default() },
        card: CardId(rng.random()),
        created_at: NOW,
        updated_at: NOW,
    });
    let id = DeclarationId::generate(&mut *rng);
    let envelope = Envelope { id: None, authored: "2026-11-23T10:00:00+07:00", lang: Lang::Vi };
    let declaration = Declaration {
        id,
        by: SentBy::Citizen { citizen: citizen.id, profile: profile.id },
        form: sheet.form().canonical(),
        day,
        authored_at: state.now(),
        received_at: state.now(),
        late: false,
        area: Some(area),
        urgency: Urgency::Watch,
        content: Content {
            person: identity,
            relation: None,
            lang: "vi".to_owned(),
            response: with_a_file(write(sheet.form(), &sent.answers, &setting, &envelope)).to_string(),
            reasons: Vec::new(),
            disease: "covid-19".to_owned(),
        },
    };
    let points = points(&sheet, &sent.answers);
    let consents = Vec::new();
    let files = vec![NewFile { content_type: "application/pdf".to_owned(), bytes: FILE.to_vec() }];
    let new = NewDeclaration { declaration, daily: false, points, profile: Some(profile), consents, files };
    state.store.accept_declaration(&new, &mut *rng).await.unwrap();
    id
}

/// What comes with each.
const FILE: &[u8] = b"%PDF-1.4";

/// The response names it, as those do whose form asks for files.
fn with_a_file(mut response: serde_json::Value) -> serde_json::Value {
    let url = format!("urn:sha256:{}", hex::encode(Sha256::digest(FILE)));
    let file = serde_json::json!({ "contentType": "application/pdf", "size": FILE.len(), "url": url });
    response["extension"] = serde_json::json!([{ "valueAttachment": file }]);
    response
}

/// A declaration of a commune of Thái Nguyên, for the table of routes.
pub async fn a_declaration(town: &Town) -> DeclarationId {
    declared(town, &BINH, &[("showSignal", "fever"), ("hasPatient", "yes")]).await
}

pub(super) fn path(id: DeclarationId) -> String {
    format!("{LIST}/{id}")
}

pub(super) async fn submit(
    browser: &mut Browser,
    id: DeclarationId,
    rest: &str,
    typed: &[(&str, &str)],
) -> Seen {
    let page = browser.get(&path(id)).await;
    browser.submit(&page, &format!("{}/{rest}", path(id)), typed).await
}

/// The declarations on a page, in its order.
fn listed(seen: &Seen) -> Vec<String> {
    let before = format!("href=\"{LIST}/");
    let links = seen.body.split(&before).skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|id| id.parse::<DeclarationId>().is_ok()).map(str::to_owned).collect()
}

async fn the_inbox(town: Town) {
    let mut lan = town.health_officer().await;
    let well = declared(&town, &BINH, &[("showSignal", "healthy"), ("hasPatient", "no")]).await;
    let fever = declared(&town, &BINH, &[("showSignal", "fever")]).await;
    let worst = declared(&town, &BINH, &[("showSignal", "fever"), ("hasPatient", "yes")]).await;
    let seen = lan.get(LIST).await;
    assert_eq!(listed(&seen), [worst.to_string(), fever.to_string()], "the most points first, none without");
    assert!(seen.body.contains("70 points") && seen.body.contains("Was in contact with a patient: 20"));
    assert_eq!(listed(&lan.get(&format!("{LIST}?which=all")).await).len(), 3);

    let page = lan.get(&path(worst)).await;
    assert!(page.body.contains("Trần Thị Bình") && page.body.contains("Fever: 10"), "{}", page.body);
    let of_person = listed(&page);
    assert!(
        of_person.contains(&well.to_string()) && of_person.contains(&fever.to_string()),
        "declared before"
    );

    assert!(submit(&mut lan, worst, "take", &[]).await.to().ends_with("done=saved"));
    assert_eq!(listed(&lan.get(&format!("{LIST}?which=mine")).await), [worst.to_string()]);
    let stale = lan.get(&path(worst)).await;
    let say = ("say", "Hãy ở nhà, trạm sẽ gọi lại chiều nay.");
    let typed = [("outcome", "watch"), ("call_basis", "art19-duty"), say];
    assert!(submit(&mut lan, worst, "outcome", &typed).await.to().ends_with("done=saved"));
    let again = lan.submit(&stale, &format!("{}/outcome", path(worst)), &typed).await;
    assert!(again.to().ends_with("done=again"), "sent twice");
    let citizen = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let inbox = town.state.store.messages_of(citizen.id, 10).await.unwrap();
    assert_eq!(inbox.len(), 1);
    assert!(
        matches!(&inbox[0].message, Message::DeclarationAdvice { text, .. } if text.contains("trạm sẽ gọi lại"))
    );
    assert_eq!(listed(&lan.get(LIST).await), [fever.to_string()]);
    assert_eq!(listed(&lan.get(&format!("{LIST}?which=handled")).await), [worst.to_string()]);
    assert!(submit(&mut lan, worst, "outcome", &[]).await.to().ends_with("done=saved"), "opened again");
    assert_eq!(listed(&lan.get(LIST).await).len(), 2);
}

#[tokio::test]
async fn the_inbox_on_sqlite() {
    the_inbox(Town::new().await).await;
}

#[tokio::test]
async fn the_inbox_on_postgres() {
    let database = testing::postgres().await;
    the_inbox(Town::on(&database).await).await;
}

#[tokio::test]
async fn only_the_territory_of_the_commune_declared_and_the_unit_handed_to_see_it() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let mut there = town.signed_in("an.hn", Role::ProvincialCdc, OTHER_UNIT).await.1;
    let mut station = town.signed_in("tram", Role::CommuneStation, STATION).await.1;
    let id = a_declaration(&town).await;
    assert_eq!(there.get(&path(id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(listed(&there.get(LIST).await).len(), 0);
    assert_eq!(listed(&station.get(LIST).await).len(), 1, "its own commune");
    assert!(submit(&mut lan, id, "hand", &[("unit", STATION)]).await.to().ends_with("done=saved"));
    let seen = station.get(&path(id)).await;
    assert!(seen.body.contains(STATION), "{}", seen.body);
}

#[tokio::test]
async fn whoever_declared_reads_who_opened_it() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let id = a_declaration(&town).await;
    let citizen = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let looks = async || town.state.store.looks_at(citizen.id, 10).await.unwrap().len();
    lan.get(LIST).await;
    assert_eq!(looks().await, 0, "the list names nobody");
    lan.get(&path(id)).await;
    assert_eq!(looks().await, 1);
}

#[tokio::test]
async fn a_declaration_becomes_a_case_that_is_filled_in() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let id = declared(&town, &BINH, &[("showSignal", "fever"), ("signalSince", "2026-11-20")]).await;
    let form = format!("/console/cases/new?declaration={id}");
    let page = lan.get(&form).await;
    assert!(page.body.contains("Trần Thị Bình") && page.body.contains("2026-11-20"), "{}", page.body);
    let seen = lan.submit(&page, "/console/cases/new", &[("reference", "A-1")]).await;
    let case = lan.open(seen.to()).await;
    assert!(case.body.contains("Trần Thị Bình"));
    let page = lan.get(&path(id)).await;
    assert!(page.body.contains("Became a case") && page.body.contains("A-1"), "{}", page.body);
    assert_eq!(listed(&lan.get(LIST).await).len(), 0);
}

#[tokio::test]
async fn other_numbers_are_other_people() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let answers = [("showSignal", "fever")];
    let one = Somebody { card: "019185001234", ..BINH };
    let other = Somebody { card: "019185001235", ..BINH };
    let first = declared(&town, &one, &answers).await;
    declared(&town, &other, &answers).await;
    let same = declared(&town, &one, &answers).await;
    assert_eq!(listed(&lan.get(&path(same)).await), [first.to_string()]);
}

/// What stands on the paper, of somebody in Phan Đình Phùng ward.
fn on_paper<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("fullName", "Phạm Thị Mẫu"),
        ("birthYear", "1950"),
        ("gender", "female"),
        ("nation", "VN"),
        ("provinceId", "19"),
        ("wardId", "05443"),
        ("address", "Tổ 3"),
        ("phone", PHONE),
        ("showCountryPassing", "no"),
        ("showSignal", "cough"),
        ("signalSince", "2026-11-18"),
        ("showSignalNote", "Ho khan"),
        ("hasPatient", "no"),
        ("hasFromSickCountry", "no"),
        ("hasSick", "no"),
        ("consent-declaration", "yes"),
        ("consent-call-back", "yes"),
    ];
    let kept = all.into_iter().filter(|(name, _)| other.iter().all(|(of, _)| of != name));
    kept.chain(other.iter().copied()).collect()
}

#[tokio::test]
async fn a_paper_form_is_entered_late_under_its_day() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let form = format!("{PAPER}?form=toan-dan&day=2026-11-20");
    let page = lan.get(&form).await;
    let seen = lan.submit(&page, PAPER, &on_paper(&[("fullName", "")])).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = lan.submit(&page, PAPER, &on_paper(&[("consent-declaration", "")])).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody signed");
    let first = lan.submit(&page, PAPER, &on_paper(&[])).await;
    let again = lan.submit(&page, PAPER, &on_paper(&[])).await;
    assert_eq!(first.to(), again.to(), "sent twice, kept once");
    let seen = lan.open(first.to()).await;
    assert!(
        seen.body.contains("Entered late, from paper") && seen.body.contains("20/11/2026"),
        "{}",
        seen.body
    );
    assert!(seen.body.contains("href=\"tel:"), "they signed for calls, too");
    // Who did not is asked about, and reads nothing: paper has no account.
    let page_again = lan.get(&form).await;
    let silent = on_paper(&[("fullName", "Phạm Thị Thử"), ("consent-call-back", "")]);
    let other = lan.submit(&page_again, PAPER, &silent).await;
    let other = lan.open(other.to()).await;
    assert!(other.body.contains("name=\"call_basis\""), "{}", other.body);
    assert!(!other.body.contains("Whoever declared can read it."));
    let sent = a_declaration(&town).await;
    assert!(lan.get(&path(sent)).await.body.contains("Whoever declared can read it."));
    assert_eq!(listed(&lan.get(&format!("{LIST}?which=all")).await).len(), 3);
    for (day, status) in [
        ("2026-11-24", StatusCode::UNPROCESSABLE_ENTITY),
        ("2026-10-20", StatusCode::UNPROCESSABLE_ENTITY),
        ("2026-11-23", StatusCode::OK),
    ] {
        assert_eq!(lan.get(&format!("{PAPER}?form=toan-dan&day={day}")).await.status, status, "{day}");
    }
}

#[tokio::test]
async fn the_pages_of_declarations_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let id = a_declaration(&town).await;
    let form = format!("{PAPER}?form=toan-dan&day=2026-11-20");
    for lang in ["vi", "en"] {
        for path in [LIST.to_owned(), path(id), PAPER.to_owned(), form.clone()] {
            let sign = if path.contains('?') { '&' } else { '?' };
            check_page(&path, lang, &lan.get(&format!("{path}{sign}lang={lang}")).await);
        }
        let page = lan.get(&form).await;
        check_page("a paper form to mend", lang, &lan.submit(&page, PAPER, &[]).await);
        let typed = [("outcome", "well")];
        check_page("a call without a basis", lang, &submit(&mut lan, id, "outcome", &typed).await);
    }
}

#[tokio::test]
async fn opening_a_file_is_a_look() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let id = a_declaration(&town).await;
    let citizen = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let (parts, bytes) = lan.file(&format!("{}/files/1", path(id))).await;
    assert_eq!(bytes, b"%PDF-1.4");
    assert_eq!(parts.headers["content-type"], "application/pdf");
    assert!(parts.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    assert_eq!(parts.headers["cache-control"], "no-store");
    assert_eq!(parts.headers["x-content-type-options"], "nosniff");
    let looks = town.state.store.looks_at(citizen.id, 10).await.unwrap();
    assert_eq!(looks.len(), 1, "whoever declared reads that it was opened");
    // What stands on no paper is nobody's to open either.
    assert_eq!(lan.get(&format!("{}/files/2", path(id))).await.status, StatusCode::NOT_FOUND);
    let mut elsewhere = town.signed_in("xa.nguyen", Role::ProvincialCdc, OTHER_UNIT).await.1;
    assert_eq!(elsewhere.get(&format!("{}/files/1", path(id))).await.status, StatusCode::NOT_FOUND);
}

/// The words that were signed are those of the paper, whatever language the officer's screen has.
#[tokio::test]
async fn a_consent_on_paper_is_kept_in_the_papers_language() {
    let town = Town::new().await;
    let mut lan = town.health_officer().await;
    let wording = bluezone_forms::consent::current("declaration").unwrap();
    for (asked, lang) in [("", Lang::Vi), ("&paper-lang=en", Lang::En)] {
        let page = lan.get(&format!("{PAPER}?form=toan-dan&day=2026-11-20{asked}&lang=en")).await;
        assert!(page.body.contains("Save the declaration"), "the screen is in English");
        let seen = lan.submit(&page, PAPER, &on_paper(&[])).await;
        let id = seen.to().split(['/', '?']).nth(3).unwrap().parse().unwrap();
        let consents = town.state.store.consents_of_declaration(id).await.unwrap();
        let consent = consents.iter().find(|consent| consent.purpose == wording.purpose).unwrap();
        assert_eq!((consent.lang.as_str(), &consent.sha256), (lang.code(), &wording.sha256(lang)));
    }
}
