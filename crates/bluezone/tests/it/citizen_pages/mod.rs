//! Every page for citizens in a real browser: light, of this server alone, readable by everybody, in both languages; and what
//! still works without a network.

mod drafts;
mod no_scripts;
mod offline;
mod papers;
mod rights;
mod shared_phone;
mod walk;

use crate::scene::Authority;
use crate::webdriver::Browser;
use bluezone_codes::pass::CardId;
use bluezone_domain::area::Area;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::id::{CitizenId, ProfileId};
use bluezone_domain::person::{Birth, Identity};
use rand::RngExt as _;

const PHONE: &str = "0900000001";

/// Signs in with the telephone number of [`citizen`], as a person does.
pub fn sign_in(browser: &Browser, door: &Door) {
    sign_in_as(browser, door, PHONE);
}

/// Signs in with a telephone number.
pub fn sign_in_as(browser: &Browser, door: &Door, phone: &str) {
    browser.go(&format!("{}/sign-in", door.url));
    browser.write("#phone", phone);
    browser.press("form[action='/sign-in'] button");
    browser.wait("#code");
    browser.write("#code", &door.code(phone));
    browser.press("form[action='/sign-in/code'] button");
    browser.wait("a[href='/inbox']");
}

/// Fills the daily form in and sends it.
pub fn send_well(browser: &Browser) {
    // The day of `scene::MORNING`.
    browser.write_date("#date", "2026-11-20");
    browser.press("input[name='recorder'][value='self']");
    browser.press("input[name='symptoms'][value='healthy']");
    browser.press("#consent-declaration");
    browser.press("form.form > button.primary");
}

/// What the browser's thread needs of the server.
pub struct Door {
    pub url: String,
    texts: std::sync::Arc<bluezone_server::texting::InMemory>,
}

impl Door {
    pub fn of(authority: &Authority) -> Door {
        Door { url: authority.url.clone(), texts: authority.texts.clone() }
    }

    fn code(&self, phone: &str) -> String {
        self.texts.code(&phone.parse().unwrap()).unwrap()
    }
}

/// An account with somebody who declares for themself.
pub async fn citizen(authority: &Authority) -> (CitizenId, Profile) {
    citizen_of(authority, PHONE).await
}

/// The same with another telephone number.
pub async fn citizen_of(authority: &Authority, phone: &str) -> (CitizenId, Profile) {
    let state = &authority.state;
    let mut rng = state.rng();
    let now = state.now();
    let id = CitizenId::generate(&mut *rng);
    let phone = phone.parse().unwrap();
    let citizen = state.store.confirm_citizen(id, &phone, now, &mut *rng).await.unwrap().id;
    let identity = Identity {
        name: "Trần Thị Thử".to_owned(),
        birth: Some(Birth::Year(1985)),
        phone: Some(phone),
        ..Identity::default()
    };
    let area = Area { province: "01".parse().unwrap(), commune: "00004".parse().ok() };
    let profile = Profile {
        id: ProfileId::generate(&mut *rng),
        citizen,
        person: ProfilePerson { identity, area: Some(area), ..ProfilePerson::default() },
        card: CardId(rng.random()),
        created_at: now,
        updated_at: now,
    };
    state.store.put_profile(&profile, &mut *rng).await.unwrap();
    (citizen, profile)
}
