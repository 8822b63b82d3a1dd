//! A declaration of somebody whose number is not confirmed yet: it is kept, sealed, until the code from the text message is typed,
//! so that signing in is no step of its own. Until it is stored its form can be opened again with all that was typed.

use super::super::confirm::{self, Purpose, Sent};
use super::super::enter::Waiting;
use super::super::failure::Failure;
use super::super::routes;
use super::super::sign_in::type_it;
use super::form::open;
use crate::console::access::without;
use crate::console::cookie::Cookie;
use crate::console::session::random_token;
use crate::declaring::{self, Checked, Filled, Sending, Sheet};
use crate::secrets::Hashed;
use crate::source::Source;
use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::LAST_CODE_LIFETIME_S;
use bluezone_domain::declaration::Channel;
use bluezone_domain::id::{CitizenId, DeclarationId};
use bluezone_domain::person::Phone;
use bluezone_forms::consent::{Consent, current};
use bluezone_forms::{Entries, Item, Problem, Wrong};
use bluezone_pages::Lang;
use bluezone_store::Accepted;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// It is kept for as long as a code can be good.
const KEPT_S: i64 = LAST_CODE_LIFETIME_S;
/// Longest that is kept, in bytes: every question answered at length takes less than half of it.
const LONGEST: usize = 32 * 1024;

/// What was typed. `Debug` is not derived: it is all personal.
#[derive(Serialize, Deserialize)]
pub struct Unconfirmed {
    form: String,
    lang: Lang,
    key: String,
    authored_at: i64,
    fields: Vec<(String, String)>,
}

/// Why no code was sent.
pub enum Refused {
    /// The number in this question gets no text messages.
    NoMobile(Problem),
    /// It could not be sent.
    NotSent(Sent),
}

impl Unconfirmed {
    /// From a form that was checked: its own questions and boxes, and nothing else that was sent along.
    ///
    /// # Errors
    /// [`Failure::Unreadable`] for more than is kept for nobody in particular.
    pub fn of(
        state: &AppState,
        filled: &Filled<'_>,
        purposes: &[String],
        key: &str,
    ) -> Result<Unconfirmed, Failure> {
        let form = filled.sheet.form();
        let boxes: Vec<String> =
            purposes.iter().filter_map(|purpose| current(purpose)).map(Consent::field).collect();
        let own = |name: &String| form.item(name).is_some_and(Item::is_question) || boxes.contains(name);
        let fields: Vec<_> =
            filled.fields.iter().filter(|(name, value)| !value.is_empty() && own(name)).cloned().collect();
        let length: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        if length + key.len() > LONGEST {
            return Err(Failure::Unreadable);
        }
        Ok(Unconfirmed {
            form: form.name.clone(),
            lang: filled.lang,
            key: key.to_owned(),
            authored_at: state.now().0,
            fields,
        })
    }

    /// Sends the code and keeps what was typed; answers where the code is typed, and the cookie that leads back from there.
    pub async fn begin(
        &self,
        state: &AppState,
        source: &Source,
        checked: &Checked,
    ) -> Result<Result<(String, HeaderValue), Refused>, Failure> {
        let answers = &checked.sent.answers;
        // The account is of who declares.
        let field = if answers.boolean("otherUser") == Some(true) { "proxyPhone" } else { "phone" };
        let number = answers.text(field).and_then(|text| text.parse().ok());
        let Some(phone) = number.filter(Phone::is_mobile_of_vietnam) else {
            return Ok(Err(Refused::NoMobile(Problem::new(field, Wrong::NoMobile))));
        };
        // Counted whether a message goes out or not: whoever is told that the last code is still good leaves a copy here, too.
        let from = state.secrets.hash(Hashed::WaitingSource, &source.bytes());
        if !state.store.admit_source(from, state.config.texts.source_an_hour, state.now()).await? {
            return Ok(Err(Refused::NotSent(Sent::Limited)));
        }
        let sent = confirm::send(state, self.lang, source, &phone, Purpose::SignIn).await?;
        let Some(to) = type_it(sent) else { return Ok(Err(Refused::NotSent(sent))) };
        let secret = random_token(&mut *state.rng()).as_str().to_owned();
        let content = Zeroizing::new(serde_json::to_vec(self).expect("texts always serialise"));
        let until = state.now() + KEPT_S;
        state
            .store
            .keep_waiting_declaration(
                hash(state, &secret),
                number_hash(state, &phone),
                &content,
                until,
                &mut *state.rng(),
            )
            .await?;
        let waiting = Waiting { phone, next: routes::declare(&self.form), declaration: Some(secret) };
        Ok(Ok((to, waiting.cookie(state))))
    }

    /// What waits in this browser for its code, of a form.
    pub async fn waiting(
        state: &AppState,
        headers: &HeaderMap,
        form: &str,
    ) -> Result<Option<Unconfirmed>, Failure> {
        let secret = Waiting::read(state, headers).and_then(|waiting| waiting.declaration);
        let Some(secret) = secret else { return Ok(None) };
        Ok(find(state, &secret).await?.filter(|typed| typed.form == form))
    }

    /// What the fields of its form hold.
    pub fn entries(&self, sheet: &Sheet) -> Entries {
        Filled { sheet, lang: self.lang, fields: &self.fields, files: &[] }.read().entries
    }

    /// What makes sending it again the same as once.
    pub fn key(&self) -> &str {
        &self.key
    }
}

async fn find(state: &AppState, secret: &str) -> Result<Option<Unconfirmed>, Failure> {
    let content = state.store.waiting_declaration(hash(state, secret), state.now()).await?;
    Ok(content.and_then(|content| serde_json::from_slice(&content).ok()))
}

/// Stores what waited for this number's code. `None`: it is gone, or no longer right.
pub async fn confirmed(
    state: &AppState,
    citizen: CitizenId,
    secret: &str,
) -> Result<Option<DeclarationId>, Failure> {
    let Some(typed) = find(state, secret).await? else { return Ok(None) };
    let sheet = open(state, &typed.form).await?;
    let profiles = state.store.profiles_of(citizen).await?;
    let filled = Filled { sheet: &sheet, lang: typed.lang, fields: &typed.fields, files: &[] };
    let sent = filled.read();
    let about = declaring::about(&sheet, &sent.answers, &profiles, None, None);
    if about.is_some_and(|known| declaring::is_another(&sheet, &sent.answers, known)) {
        // Its form asks who it is about, now that somebody is known.
        return Ok(None);
    }
    // The boxes that were shown: whoever agreed again agreed again.
    let checked = filled.checked(sent, &declaring::purposes(&sheet, &[]));
    let authored_at = Timestamp(typed.authored_at);
    let (key, channel) = (typed.key.as_str(), Channel::Web);
    // Nobody was known when it was filled in.
    let sending = Sending { citizen, about, key, authored_at, channel, shown: false };
    if !checked.is_right() {
        return Ok(None);
    }
    match declaring::store(state, &filled, &checked, &sending).await? {
        Some((id, Accepted::New | Accepted::Again)) => {
            forget_copy(state, secret).await;
            Ok(Some(id))
        }
        Some((_, Accepted::DaySent)) | None => Ok(None),
    }
}

/// What waited in this browser is no longer needed: it was sent from its form.
pub async fn forget(state: &AppState, headers: &HeaderMap, answer: Response) -> Response {
    let Some(secret) = Waiting::read(state, headers).and_then(|waiting| waiting.declaration) else {
        return answer;
    };
    forget_copy(state, &secret).await;
    without(answer, Cookie::WaitingNumber, state)
}

/// Drops the copy that waited, once the declaration is stored. A copy that cannot be dropped ends by itself: that says nothing
/// about the declaration.
async fn forget_copy(state: &AppState, secret: &str) {
    if let Err(error) = state.store.forget_waiting_declaration(hash(state, secret)).await {
        tracing::warn!(%error, "a declaration that waited was stored, and its copy stays until its time is over");
    }
}

fn number_hash(state: &AppState, phone: &Phone) -> [u8; 32] {
    state.secrets.hash(Hashed::WaitingSource, phone.as_str().as_bytes())
}

fn hash(state: &AppState, secret: &str) -> [u8; 32] {
    state.secrets.hash(Hashed::WaitingDeclaration, secret.as_bytes())
}
