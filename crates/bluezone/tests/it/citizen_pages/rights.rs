//! What a citizen reported and what they ask about their data.

use crate::desk_rights::WRITTEN;
use crate::scene::Authority;
use bluezone_domain::citizen::Profile;
use bluezone_domain::data_request::{DataRequest, Right};
use bluezone_domain::id::{DataRequestId, SignalId};
use bluezone_domain::signal::{Signal, State};
use bluezone_domain::workday::Calendar;
use bluezone_server::citizen::routes;
use bluezone_server::reporting::{grouped, tracking_code, tracking_hash};
use bluezone_store::NewSignal;

/// The records.
pub struct Rights {
    profile: String,
    tracking: String,
    request: String,
}

impl Rights {
    /// An address with the records' names in it.
    pub fn address(&self, path: &str) -> String {
        match path {
            routes::MY_REQUEST => path.replace("{request}", &self.request),
            path => path.replace("{tracking}", &self.tracking).replace("{profile}", &self.profile),
        }
    }
}

/// A report under the citizen's name and a request.
pub async fn rights(authority: &Authority, profile: &Profile) -> Rights {
    let (state, now) = (&authority.state, authority.state.now());
    let (citizen, mut rng) = (profile.citizen, state.rng());
    let area = profile.person.area.unwrap();
    let id = SignalId::generate(&mut *rng);
    let code = tracking_code(&state.secrets, id);
    let signal = Signal {
        id,
        citizen: Some(citizen),
        category: "crowd".to_owned(),
        area,
        state: State::Signal,
        received_at: now,
        updated_at: now,
        assigned: None,
        case: None,
        version: 1,
    };
    let new = NewSignal {
        signal,
        tracking_hash: tracking_hash(&state.secrets, &code),
        content: WRITTEN.to_owned(),
        photos: Vec::new(),
        source: [4; 32],
        most_an_hour: 10,
    };
    state.store.create_signal(&new, now, &mut *rng).await.unwrap();
    let names = (DataRequestId::generate(&mut *rng), citizen);
    let words = "Tờ giấy tháng 10 ghi sai năm sinh của tôi".to_owned();
    let request = DataRequest::new(names, Right::Correct, area, words, now, &Calendar::default());
    state.store.create_data_request(&request, &mut *rng).await.unwrap();
    Rights { profile: profile.id.to_string(), tracking: grouped(&code), request: request.id.to_string() }
}
