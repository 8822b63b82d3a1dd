//! An officer's records, filled as on a busy day, and the addresses of their pages.

use crate::desk_rights::{Rights, rights};
use crate::desk_visits::visits;
use crate::plan_report;
use crate::scene::{Authority, HOUR_S, MORNING, UNIT};
use bluezone_domain::area::Area;
use bluezone_domain::case::{Case, CaseFacts, CaseStatus};
use bluezone_domain::citizen::ProfilePerson;
use bluezone_domain::contact::{Class, Closeness, Contact, LegalBasis, Origin, Relation, Source, Status};
use bluezone_domain::declaration::SentBy;
use bluezone_domain::epi_point::{EpiDetails, EpiPoint, Setting};
use bluezone_domain::id::{
    CaseId, ContactId, DeclarationId, EpiPointId, OfficerId, OutbreakPlanId, PersonId, PlaceWarningId,
};
use bluezone_domain::person::{Birth, Identity, Person};
use bluezone_domain::place::PlaceCode;
use bluezone_domain::place_warning::{Ground, PlaceWarning, Reach, State, Window};
use bluezone_pages::Lang;
use bluezone_protocol::time::DAY_S;
use bluezone_server::console::routes;
use bluezone_server::declaring::{Filled, Sheet, day_of, points, record};
use bluezone_store::{NewConsent, NewDeclaration, NewMailbox, NewUpload};

/// The records.
pub struct Desk {
    case: CaseId,
    person: PersonId,
    contact: ContactId,
    point: EpiPointId,
    upload: [u8; 32],
    warning: PlaceWarningId,
    declaration: DeclarationId,
    rights: Rights,
    plan: OutbreakPlanId,
    other_plan: OutbreakPlanId,
}

fn here() -> Area {
    Area { province: "01".parse().unwrap(), commune: "00004".parse().ok() }
}

async fn person(authority: &Authority, by: OfficerId, name: &str, year: u16) -> PersonId {
    let identity = Identity {
        name: name.to_owned(),
        birth: Some(Birth::Year(year)),
        phone: "0912345678".parse().ok(),
        address: "Số 12, ngõ 34, phố Hàng Buồm".to_owned(),
        ..Identity::default()
    };
    let person = Person {
        id: PersonId::generate(&mut *authority.state.rng()),
        identity,
        area: here(),
        assigned: None,
        merged_into: None,
        version: 1,
        created_by: by,
        created_at: MORNING,
        updated_at: MORNING,
    };
    authority.state.store.create_person(&person, &mut *authority.state.rng()).await.unwrap();
    person.id
}

async fn case(authority: &Authority, by: OfficerId, person: PersonId, reference: &str, hours: i64) -> CaseId {
    let facts = CaseFacts {
        status: CaseStatus::Suspected,
        symptom_onset: Some((MORNING - 3 * DAY_S).day_start()),
        test_date: Some((MORNING - DAY_S).day_start()),
    };
    let case = Case {
        id: CaseId::generate(&mut *authority.state.rng()),
        reference: reference.to_owned(),
        disease: "covid-19".to_owned(),
        facts,
        result_date: None,
        reported_at: None,
        person: Some(person),
        area: here(),
        assigned: Some(UNIT.to_owned()),
        unit: UNIT.to_owned(),
        version: 1,
        created_by: by,
        created_at: MORNING - hours * HOUR_S,
        updated_at: MORNING,
    };
    authority.state.store.create_case(&case).await.unwrap();
    case.id
}

async fn contact(authority: &Authority, by: OfficerId, case: CaseId, at: usize) -> ContactId {
    let names = ["Trần Thị Bình", "Lê Hữu Phước Nguyễn Hoàng Anh", "Phạm Minh Đức", "Đặng Thu Hà"];
    let contact = Contact {
        id: ContactId::generate(&mut *authority.state.rng()),
        person: person(authority, by, names[at % 4], 1960 + at as u16 * 7).await,
        case,
        number: 0,
        origin: Origin::Case(case),
        source: [Source::BleTwoSided, Source::SelfListed, Source::Household, Source::Interview][at % 4],
        relation: [Relation::Colleague, Relation::Friend, Relation::Spouse, Relation::Unknown][at % 4],
        legal_basis: LegalBasis::Duty,
        closeness: [Closeness::Direct, Closeness::SameSpace, Closeness::Direct, Closeness::Unclear][at % 4],
        concluded: at.is_multiple_of(3),
        rule_version: 1,
        class: [Class::F11, Class::F12, Class::F11, Class::Unclear][at % 4],
        became: None,
        status: [Status::Following, Status::Waiting][at % 2],
        last_exposure: (MORNING - (1 + at as i64 % 3) * DAY_S).day_start(),
        asked_at: None,
        due_at: Some(MORNING - at as i64 * 9 * HOUR_S),
        area: here(),
        assigned: Some(UNIT.to_owned()),
        version: 1,
        created_by: by,
        created_at: MORNING - HOUR_S,
        updated_at: MORNING - HOUR_S,
    };
    authority.state.store.create_contact(&contact).await.unwrap();
    contact.id
}

async fn point(
    authority: &Authority,
    by: OfficerId,
    case: CaseId,
    setting: Setting,
    hours: i64,
) -> EpiPointId {
    let informant = "người nhà".to_owned();
    let point = EpiPoint {
        id: EpiPointId::generate(&mut *authority.state.rng()),
        case,
        from: MORNING - hours * HOUR_S,
        to: MORNING - (hours - 2) * HOUR_S,
        area: here(),
        details: EpiDetails {
            setting, informant, note: "Ngồi trong nhà, không mở cửa sổ".to_owned()
        },
        created_by: by,
        created_at: MORNING,
        updated_at: MORNING,
    };
    authority.state.store.put_epi_point(&point, &mut *authority.state.rng()).await.unwrap();
    point.id
}

/// A declaration that came on paper.
async fn declaration(authority: &Authority, by: OfficerId) -> DeclarationId {
    let (state, mut rng) = (&authority.state, authority.state.rng());
    let sheet = Sheet::open(state, "khai-bao-lai", day_of(state.now())).await.unwrap().unwrap();
    let fields = [("showSignal", "fever"), ("showSignalNote", "Sốt 38,5 từ tối qua"), ("hasPatient", "yes")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let filled = Filled { sheet: &sheet, lang: Lang::Vi, fields: &fields, files: &[] };
    let checked = filled.checked(filled.read(), &[]);
    let identity = Identity {
        name: "Trần Thị Bình".to_owned(),
        birth: Some(Birth::Year(1985)),
        phone: "0912345678".parse().ok(),
        ..Identity::default()
    };
    let person = ProfilePerson { identity, area: Some(here()), ..ProfilePerson::default() };
    let id = DeclarationId::generate(&mut *rng);
    let declaration = record(&filled, &checked, &person, id, SentBy::Officer(by), MORNING, MORNING);
    let points = points(&sheet, &checked.sent.answers);
    let (consents, files) = (Vec::new(), Vec::new());
    let new = NewDeclaration { declaration, daily: false, points, profile: None, consents, files };
    state.store.accept_declaration(&new, &mut *rng).await.unwrap();
    id
}

/// A warning of the market that waits for a second officer.
async fn warning(authority: &Authority, by: OfficerId, case: CaseId, market: PlaceCode) -> PlaceWarningId {
    let mut rng = authority.state.rng();
    let (from, to) = (MORNING - 50 * HOUR_S, MORNING - 48 * HOUR_S);
    let warning = PlaceWarning {
        id: PlaceWarningId::generate(&mut *rng),
        window: Window { place: market, from, to, margin_s: 3600 },
        vehicle: false,
        ground: Ground {
            case,
            disease: "covid-19".to_owned(),
            reason: "Ca kể đã đi chợ buổi sáng".to_owned(),
            reach: Some(Reach { people: 34, visits: 41, without_account: 3 }),
        },
        basis: LegalBasis::Duty,
        state: State::Proposed,
        unit: UNIT.to_owned(),
        proposed_by: by,
        proposed_at: MORNING,
        decided_by: None,
        decided_at: None,
    };
    authority.state.store.propose_place_warning(&warning, &mut *rng).await.unwrap();
    warning.id
}

/// An upload as a phone would send it, with a mailbox: its bytes are nobody's.
async fn upload(authority: &Authority) -> [u8; 32] {
    let (hash, key) = ([7; 32], [8; 32]);
    let consent = NewConsent {
        upload: Some(NewUpload { hash, bytes: vec![1; 64], unit: UNIT.to_owned(), request: None }),
        mailbox: Some(NewMailbox { request_key: key, handle_sealed: vec![2; 32] }),
        token: None,
        withdrawal: None,
        source: ([9; 32], 10),
        now: MORNING - 2 * HOUR_S,
    };
    authority.state.store.consent(&consent).await.unwrap();
    hash
}

/// Fills the desk.
pub async fn a_busy_day(authority: &Authority, by: OfficerId) -> Desk {
    let patient = person(authority, by, "Nguyễn Văn An", 1985).await;
    let first = case(authority, by, patient, "HB-2026-117", 20).await;
    for (at, hours) in [30, 51, 3].into_iter().enumerate() {
        let person = person(authority, by, "Hoàng Thị Lan", 1990 + at as u16).await;
        case(authority, by, person, &format!("HB-2026-{}", 118 + at), hours).await;
    }
    let mut contacts = Vec::new();
    for at in 0..8 {
        contacts.push(contact(authority, by, first, at).await);
    }
    let market = Setting::Place {
        name: "Chợ Đồng Xuân".to_owned(),
        address: "Phố Đồng Xuân".to_owned(),
        contact: "Ban quản lý chợ, 024 3828 2170".to_owned(),
    };
    let point_at = point(authority, by, first, market, 50).await;
    let flight = Setting::Flight { number: "VN 207".to_owned(), seat: "23A".to_owned() };
    point(authority, by, first, flight, 70).await;
    let market = visits(authority, here()).await;
    Desk {
        case: first,
        person: patient,
        contact: contacts[1],
        point: point_at,
        upload: upload(authority).await,
        warning: warning(authority, by, first, market).await,
        declaration: declaration(authority, by).await,
        rights: rights(authority, by, here()).await,
        plan: plan_report::computed(authority, by, here().province, b"<p>".to_vec()).await,
        other_plan: plan_report::computed(authority, by, here().province, b"<p>".to_vec()).await,
    }
}

/// Address of each page: that of its route with the records' names in it.
pub fn address(path: &str, desk: &Desk, others: OfficerId) -> String {
    let filled = desk
        .rights
        .address(path)
        .replace("{case}", &desk.case.to_string())
        .replace("{person}", &desk.person.to_string())
        .replace("{contact}", &desk.contact.to_string())
        .replace("{point}", &desk.point.to_string())
        .replace("{upload}", &hex(&desk.upload))
        .replace("{officer}", &others.to_string())
        .replace("{warning}", &desk.warning.to_string())
        .replace("{declaration}", &desk.declaration.to_string())
        .replace("{plan}", &desk.plan.to_string())
        .replace("{form}", "toan-dan")
        .replace("{unit}", UNIT);
    match path {
        routes::STATUS => format!("{filled}?to=confirmed"),
        routes::NEW_RELEASE => format!("{filled}?upload={}", hex(&desk.upload)),
        routes::NEW_ZONE => format!("{filled}?commune=00004"),
        routes::COMPARE_OUTBREAK_PLANS => format!("{filled}?{}=yes&{}=yes", desk.plan, desk.other_plan),
        routes::PERSONS => format!("{filled}?q=nguyen"),
        _ => filled,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
