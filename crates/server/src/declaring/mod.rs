//! Declaring health: which forms are open, what a sent form says, and how it becomes a record. Pages, the queue of a phone that was
//! offline, and officers with a paper form all go this way.

pub mod files;
pub mod meant;
mod person;
mod places;
mod sheet;

pub use meant::Meant;
pub use person::{entries, identity, is_another, told};
pub use places::Places;
pub use sheet::{DAILY, Sheet, asks_who, day_of, open_forms};

use crate::secrets::Hashed;
use crate::state::AppState;
use bluezone_codes::pass::CardId;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::declaration::{Channel, Consent, Content, Declaration, Reason, SentBy, Urgency};
use bluezone_domain::id::{CitizenId, DeclarationId, ProfileId};
use bluezone_forms::consent::{self, Given};
use bluezone_forms::response::{Envelope, write};
use bluezone_forms::risk::{Rules, risk};
use bluezone_forms::{
    Answers, Attachment, Questionnaire, Sent, Setting, Value, advise, enabled, read_fields,
};
use bluezone_pages::Lang;
use bluezone_pages::time::rfc3339;
use bluezone_store::{Accepted, NewDeclaration, NewFile, Points, StoreError};
use chrono::Days;
use rand::RngExt;
use sha2::{Digest, Sha256};

/// The purpose without which no declaration is taken.
pub const DECLARATION: &str = "declaration";

/// A file as it was sent, with the name of its item.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// The form's item.
    pub item: String,
    /// The file, cleaned of what a photograph tells of its place.
    pub file: NewFile,
}

/// A form as somebody filled it in.
#[derive(Debug)]
pub struct Filled<'a> {
    /// The form, today.
    pub sheet: &'a Sheet,
    /// The language it was read in.
    pub lang: Lang,
    /// Fields by name, those of the page's own among them.
    pub fields: &'a [(String, String)],
    /// Files.
    pub files: &'a [SentFile],
}

/// What is right and wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// Answers, what was typed, and what is to be mended.
    pub sent: Sent,
    /// What was agreed to.
    pub given: Vec<Given>,
    /// Purposes that are needed and were not agreed to.
    pub missing: Vec<String>,
}

impl Checked {
    /// Whether it may be stored.
    pub fn is_right(&self) -> bool {
        self.sent.problems.is_empty() && self.missing.is_empty()
    }
}

impl Filled<'_> {
    /// The files of the answers, in their order: what no question asked for was not checked.
    fn in_order(&self, answers: &Answers) -> Vec<NewFile> {
        let of = |item: &str, named: &Attachment| {
            let mut sent = self.files.iter().filter(|sent| sent.item == item);
            sent.find(|sent| attachment(&sent.file) == *named).map(|sent| sent.file.clone())
        };
        let named = attached(self.sheet.form(), answers, &self.sheet.setting());
        named.into_iter().filter_map(|(item, named)| of(item, named)).collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads and validates the answers.
    pub fn read(&self) -> Sent {
        let attachments = self.files.iter().map(|sent| (sent.item.as_str(), attachment(&sent.file)));
        read_fields(self.sheet.form(), self.pairs(), attachments, &self.sheet.setting())
    }

    /// The answers with what was agreed to of what was asked.
    pub fn checked(&self, sent: Sent, purposes: &[String]) -> Checked {
        let (given, missing) = consent::read_fields(self.lang, purposes, self.pairs());
        let missing = missing.into_iter().map(str::to_owned).collect();
        Checked { sent, given, missing }
    }
}

/// What the answers say of files, each with its question, in the order in which the files are kept.
fn attached<'a>(
    form: &'a Questionnaire,
    answers: &'a Answers,
    setting: &Setting<'_>,
) -> Vec<(&'a str, &'a Attachment)> {
    let apply = enabled(form, answers, setting);
    let items = form.questions().into_iter().map(|item| item.link_id.as_str());
    let file = |value: &'a Value| match value {
        Value::Attachment(file) => Some(file),
        _ => None,
    };
    let files = items.filter(|item| apply.contains(item));
    files.flat_map(|item| answers.get(item).iter().filter_map(file).map(move |file| (item, file))).collect()
}

/// What an answer says of a file.
fn attachment(file: &NewFile) -> Attachment {
    Attachment {
        content_type: file.content_type.clone(),
        size: file.bytes.len() as u64,
        sha256: Sha256::digest(&file.bytes).into(),
    }
}

/// The purposes to ask for: those of the form, and the one that nothing goes without, unless they hold already.
pub fn purposes(sheet: &Sheet, live: &[Consent]) -> Vec<String> {
    let holds = |purpose: &str| {
        let current = consent::current(purpose).map(|consent| consent.version);
        live.iter().any(|given| given.purpose == purpose && Some(given.version) == current)
    };
    let needed = std::iter::once(DECLARATION.to_owned());
    let own = sheet.form().consents.iter().cloned();
    let mut purposes: Vec<String> = needed.chain(own).filter(|purpose| !holds(purpose)).collect();
    purposes.dedup();
    purposes
}

/// A declaration by a citizen that is ready to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// Who sends it.
    pub citizen: CitizenId,
    /// Whom it is about, if they are known ([`about`]).
    pub about: Option<&'a Profile>,
    /// What the form carried so that it is stored once, however often it is sent.
    pub key: &'a str,
    /// When it was filled in.
    pub authored_at: Timestamp,
    /// How it came.
    pub channel: Channel,
    /// Whether the form showed what is known of whom it is about: a field that is empty now was emptied.
    pub shown: bool,
}

/// Stores what was checked. `None`: it is about nobody that the citizen declares for.
pub async fn store(
    state: &AppState,
    filled: &Filled<'_>,
    checked: &Checked,
    sending: &Sending<'_>,
) -> Result<Option<(DeclarationId, Accepted)>, StoreError> {
    let now = state.now();
    let mut rng = state.rng();
    let tells = filled.sheet.tells_who();
    let profile = match sending.about {
        Some(profile) if !tells => profile.clone(),
        Some(profile) => {
            let person = told(filled.sheet, &checked.sent.answers, &profile.person, sending.shown);
            Profile { person, updated_at: now, ..profile.clone() }
        }
        None if !tells => return Ok(None),
        None => Profile {
            id: ProfileId::generate(&mut *rng),
            citizen: sending.citizen,
            person: identity(&checked.sent.answers),
            card: CardId(rng.random()),
            created_at: now,
            updated_at: now,
        },
    };
    let id = declaration_id(state, sending.citizen, sending.key);
    let by = SentBy::Citizen { citizen: sending.citizen, profile: profile.id };
    let declaration = record(filled, checked, &profile.person, id, by, sending.authored_at, now);
    let consents = checked
        .given
        .iter()
        .map(|given| consent_of(given, &declaration, sending.channel, Some((sending.citizen, profile.id))));
    let new = NewDeclaration {
        consents: consents.collect(),
        daily: filled.sheet.form().name == DAILY,
        points: points(filled.sheet, &checked.sent.answers),
        // Said again, nothing of it is written.
        profile: (tells && sending.about.is_none_or(|known| known.person != profile.person))
            .then_some(profile),
        files: filled.in_order(&checked.sent.answers),
        declaration,
    };
    let accepted = state.store.accept_declaration(&new, &mut *rng).await?;
    Ok(Some((id, accepted)))
}

/// How urgent officers find it.
pub fn points(sheet: &Sheet, answers: &Answers) -> Points {
    Points {
        form: sheet.form().name.clone(),
        score: risk(sheet.form(), answers, &sheet.setting()).score,
        rule: Rules::current().version,
        assigned: None,
    }
}

/// The record of a form that was checked.
pub fn record(
    filled: &Filled<'_>,
    checked: &Checked,
    person: &ProfilePerson,
    id: DeclarationId,
    by: SentBy,
    authored_at: Timestamp,
    received_at: Timestamp,
) -> Declaration {
    let (sheet, answers) = (filled.sheet, &checked.sent.answers);
    let setting = sheet.setting();
    let advice = advise(sheet.form(), answers, &setting);
    let reason = |words: &&bluezone_forms::Words| Reason {
        vi: words.fill(Lang::Vi, setting.parameters),
        en: words.fill(Lang::En, setting.parameters),
    };
    let (name, authored) = (id.to_string(), rfc3339(authored_at.0));
    let daily = sheet.form().name == DAILY;
    let day = answers.date("date").filter(|_| daily).unwrap_or(sheet.day());
    let envelope = Envelope { id: Some(&name), authored: &authored, lang: filled.lang };
    Declaration {
        id,
        by,
        form: sheet.form().canonical(),
        day,
        authored_at,
        received_at,
        // When a phone without a network filled it in is that phone's word.
        late: matches!(by, SentBy::Officer(_)) || (daily && day < day_of(received_at) - Days::new(1)),
        area: person.area,
        // Both have the same three names.
        urgency: advice.level.as_str().parse().unwrap_or(Urgency::Call),
        content: Content {
            person: person.identity.clone(),
            relation: person.relation.clone(),
            lang: filled.lang.code().to_owned(),
            response: write(sheet.form(), answers, &setting, &envelope).to_string(),
            reasons: advice.reasons.iter().map(reason).collect(),
            disease: sheet.disease().to_owned(),
        },
    }
}

/// The evidence of one yes that was given with a declaration.
pub fn consent_of(
    given: &Given,
    with: &Declaration,
    channel: Channel,
    by: Option<(CitizenId, ProfileId)>,
) -> Consent {
    Consent {
        citizen: by.map(|(citizen, _)| citizen),
        profile: by.map(|(_, profile)| profile),
        declaration: Some(with.id),
        // It stands in addresses.
        ..evidence(format!("{}-{}", with.id, given.purpose), given, with.authored_at, channel)
    }
}

/// The evidence of a yes under a name of its own; by and to whom is for the caller to say.
pub fn evidence(id: String, given: &Given, at: Timestamp, channel: Channel) -> Consent {
    Consent {
        id,
        citizen: None,
        profile: None,
        declaration: None,
        agency: None,
        purpose: given.purpose.clone(),
        version: given.version,
        lang: given.lang.code().to_owned(),
        sha256: given.sha256.clone(),
        given_at: at,
        channel,
        withdrawn_at: None,
    }
}

/// Names a declaration by its citizen and the key of its form: the same form sent again names the same.
fn declaration_id(state: &AppState, citizen: CitizenId, key: &str) -> DeclarationId {
    let hash = state.secrets.hash(Hashed::Declaration, &[citizen.as_bytes(), key.as_bytes()].concat());
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    DeclarationId::from_bytes(id)
}

/// Whom of those that are known a form is about: the one whose page it came from; else the citizen themself, or somebody else of
/// the same name and year of birth. What the form says of whom it is about counts more than where it came from, and most whom they
/// said that they mean.
pub fn about<'a>(
    sheet: &Sheet,
    answers: &Answers,
    profiles: &'a [Profile],
    subject: Option<ProfileId>,
    meant: Option<Meant>,
) -> Option<&'a Profile> {
    let from_page = profiles.iter().find(|profile| Some(profile.id) == subject);
    if !sheet.tells_who() {
        return from_page;
    }
    let said = identity(answers);
    let own = said.relation.is_none();
    let alike = |profile: &&Profile| {
        let known = &profile.person.identity;
        own || (known.name == said.identity.name && known.birth == said.identity.birth)
    };
    from_page
        .filter(|profile| profile.is_own() == own && (own || meant != Some(Meant::Other)))
        .or_else(|| profiles.iter().filter(|profile| profile.is_own() == own).find(alike))
}
