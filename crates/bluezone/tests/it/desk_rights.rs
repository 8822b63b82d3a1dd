//! What the desk has of citizens' rights: a report with a photograph and its history, a request about somebody's data, a breach.

use crate::scene::{Authority, HOUR_S, MORNING, UNIT};
use bluezone_domain::area::Area;
use bluezone_domain::breach::{Affected, Breach, Facts};
use bluezone_domain::data_request::{DataRequest, Right, Step};
use bluezone_domain::id::{BreachId, CitizenId, DataRequestId, OfficerId, SignalId};
use bluezone_domain::signal::{Change, Did, Signal, State, Step as SignalStep};
use bluezone_domain::workday::Calendar;
use bluezone_store::{NewSignal, SignalEffect};

/// With a position and a serial number: see `crates/server/tests/photos/make.py`.
const PHOTO: &[u8] = include_bytes!("../../../server/tests/photos/gps.jpg");
/// What a citizen wrote.
pub const WRITTEN: &str = r#"{"resourceType": "QuestionnaireResponse", "status": "completed", "authored": "2026-11-22T10:00:00+07:00",
    "questionnaire": "https://bluezone.example/fhir/Questionnaire/phan-anh|1.0.0", "item": [
    {"linkId": "description", "answer": [{"valueString": "Đông người không đeo khẩu trang ở chợ, nhiều người ho"}]},
    {"linkId": "anonymous", "answer": [{"valueBoolean": true}]}]}"#;

/// The records.
pub struct Rights {
    signal: SignalId,
    request: DataRequestId,
    breach: BreachId,
}

impl Rights {
    /// An address with the records' names in it.
    pub fn address(&self, path: &str) -> String {
        path.replace("{signal}", &self.signal.to_string())
            .replace("data-requests/{request}", &format!("data-requests/{}", self.request))
            .replace("{breach}", &self.breach.to_string())
    }
}

/// People of three communes who said that their app runs, and how many live in the first. The fewest are not shown, because
/// with them nobody can work out the others that are not.
async fn running(authority: &Authority, by: OfficerId, area: Area) {
    let (store, mut rng) = (&authority.state.store, authority.state.rng());
    let communes = [(area.commune, 37), ("00008".parse().ok(), 43), ("00025".parse().ok(), 12)];
    let people = communes.into_iter().flat_map(|(commune, people)| std::iter::repeat_n(commune, people));
    for (n, commune) in people.enumerate() {
        let phone = format!("+999000{n:06}").parse().unwrap();
        let id = CitizenId::generate(&mut *rng);
        store.confirm_citizen(id, &phone, MORNING, &mut *rng).await.unwrap();
        store.say_app_runs(id, Some(Area { commune, ..area }), MORNING).await.unwrap();
    }
    let people = [(area.commune.unwrap().to_string(), 12_400)].into();
    let day = "2025-12-31".parse().unwrap();
    store.put_populations(&people, "Niên giám thống kê 2025", day, by, MORNING).await.unwrap();
}

/// Fills the desk with them.
pub async fn rights(authority: &Authority, by: OfficerId, area: Area) -> Rights {
    running(authority, by, area).await;
    Rights {
        signal: signal(authority, by, area).await,
        request: request(authority, by, area).await,
        breach: breach(authority, by).await,
    }
}

async fn signal(authority: &Authority, by: OfficerId, area: Area) -> SignalId {
    let (store, mut rng) = (&authority.state.store, authority.state.rng());
    let id = SignalId::generate(&mut *rng);
    let new = NewSignal {
        signal: Signal {
            id,
            citizen: None,
            category: "crowd".to_owned(),
            area,
            state: State::Signal,
            received_at: MORNING - 30 * HOUR_S,
            updated_at: MORNING - 30 * HOUR_S,
            assigned: None,
            case: None,
            version: 1,
        },
        tracking_hash: [3; 32],
        content: WRITTEN.to_owned(),
        photos: vec![bluezone_server::photo::clean(PHOTO).unwrap().bytes],
        source: [4; 32],
        most_an_hour: 10,
    };
    store.create_signal(&new, MORNING, &mut *rng).await.unwrap();
    let words = "Đã gọi tổ trưởng, có chợ phiên; cử người đến xem".to_owned();
    let change = Change { at: MORNING - HOUR_S, by, did: Did::Step(SignalStep::Screen), words };
    let screened = SignalEffect::State(State::Screened);
    store.change_signal(id, 1, &change, &screened, None, &mut *rng).await.unwrap();
    id
}

async fn request(authority: &Authority, by: OfficerId, area: Area) -> DataRequestId {
    let (store, mut rng) = (&authority.state.store, authority.state.rng());
    let citizen = CitizenId::generate(&mut *rng);
    let phone = "0912000111".parse().unwrap();
    let citizen = store.confirm_citizen(citizen, &phone, MORNING, &mut *rng).await.unwrap().id;
    let calendar = Calendar::default();
    let mut ids = Vec::new();
    for (right, words) in [
        (Right::Correct, "Tờ giấy tháng 10 ghi sai năm sinh của tôi: 1985, không phải 1958"),
        (Right::Delete, "Xóa hồ sơ khai báo nhập cảnh"),
    ] {
        let names = (DataRequestId::generate(&mut *rng), citizen);
        let asked = MORNING - 50 * HOUR_S;
        let request = DataRequest::new(names, right, area, words.to_owned(), asked, &calendar);
        store.create_data_request(&request, &mut *rng).await.unwrap();
        ids.push(request);
    }
    let [open, answered] = ids.as_slice() else { unreachable!("two were made") };
    let answer = "Đã xóa, trừ hồ sơ ca bệnh.".to_owned();
    let done = Step::Close { outcome: bluezone_domain::data_request::Outcome::Done, answer };
    let after = answered.clone().after(&done, Some(by), MORNING, &calendar).unwrap();
    store.step_data_request(answered, &after, None, &mut *rng).await.unwrap();
    open.id
}

async fn breach(authority: &Authority, by: OfficerId) -> BreachId {
    let (store, mut rng) = (&authority.state.store, authority.state.rng());
    let breach = Breach {
        id: BreachId::generate(&mut *rng),
        found_at: MORNING - 5 * HOUR_S,
        created_at: MORNING - 4 * HOUR_S,
        created_by: by,
        unit: UNIT.to_owned(),
        about_people: 1_200,
        notified_at: None,
        closed_at: None,
        facts: Facts {
            what: "Mất máy tính xách tay của tổ điều tra trên xe buýt số 09".to_owned(),
            data: "họ tên, số điện thoại, kết quả xét nghiệm".to_owned(),
            ..Facts::default()
        },
    };
    store.put_breach(&breach, &mut *rng).await.unwrap();
    let people = [("0912000111", "Trần Thị Bình"), ("0912345678", "")]
        .map(|(phone, name)| Affected { phone: phone.parse().unwrap(), name: name.to_owned() });
    store.add_breach_people(breach.id, &people, &mut *rng).await.unwrap();
    breach.id
}
