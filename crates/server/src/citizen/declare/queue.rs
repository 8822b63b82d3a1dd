//! What a phone kept while it was offline, sent in one go. Each declaration goes the way of a form that is sent, and has its own
//! answer; sent again, it is found. It is taken for the account that it was kept for and for no other.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::offline::{self, ACCOUNT};
use super::super::posted::{Files, Posted};
use super::form::open_on;
use super::{Household, KNOWN_AS, SUBJECT, known_as};
use crate::declaring::{self, Checked, Filled, Meant, Sending, meant};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Request, State};
use bluezone_domain::Timestamp;
use bluezone_domain::declaration::Channel;
use bluezone_domain::id::DeclarationId;
use bluezone_forms::{Drawing, Problem, Wrong, consent};
use bluezone_pages::Lang;
use bluezone_store::{Accepted, StoreError};
use serde::{Deserialize, Serialize};

/// Name of the form's field that holds the queue as JSON.
const QUEUE: &str = "queue";
/// Declarations in one queue.
const MOST: usize = 50;
/// A phone may have been offline for so long; what it says of an older time is not believed.
const LONGEST_OFFLINE_S: i64 = 14 * 86_400;

/// A declaration that waited. No `Debug`: it is all personal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queued {
    /// Names it at the phone; a random one for each.
    key: String,
    /// The form's name.
    form: String,
    /// When it was filled in, epoch seconds.
    authored_at: i64,
    /// The language it was read in.
    lang: Lang,
    /// Fields in their order.
    fields: Vec<(String, String)>,
}

/// What became of it.
#[derive(Debug, Serialize)]
pub struct Answered {
    key: String,
    /// `stored`, now or before; `day-sent`: its day has one; `wrong`: it must be mended on its form; `closed`: there is no such
    /// form (any more); `nobody`: whom it is about is not known (any more); `full`: no more people can be declared for.
    outcome: &'static str,
    /// Its name here, if it is stored.
    declaration: Option<DeclarationId>,
    /// What is to be mended, in words.
    why: Vec<String>,
}

/// `POST /declare/queue`
pub async fn take(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Json<Vec<Answered>>, Failure> {
    let posted = Posted::read(&state, request, Files::None).await?;
    let queue: Vec<Queued> = serde_json::from_str(posted.get(QUEUE)).map_err(|_| Failure::Unreadable)?;
    if queue.len() > MOST {
        return Err(Failure::Unreadable);
    }
    // Signed in again since the phone asked who is here, as somebody else.
    if posted.get(ACCOUNT) != offline::account(&state, signed.citizen) {
        return Err(Failure::Forged);
    }
    let mut answers = Vec::with_capacity(queue.len());
    for queued in queue {
        answers.push(one(&state, &signed, queued).await?);
    }
    Ok(Json(answers))
}

async fn one(state: &AppState, signed: &Signed, mut queued: Queued) -> Result<Answered, Failure> {
    let key = queued.key.clone();
    let answer = |outcome, declaration| Answered { key: key.clone(), outcome, declaration, why: Vec::new() };
    let wrong = |why| Answered { why, ..answer("wrong", None) };
    let now = state.now();
    let authored_at = Timestamp(queued.authored_at).clamp(now - LONGEST_OFFLINE_S, now);
    let sheet = match open_on(state, &queued.form, authored_at).await {
        Ok(sheet) => sheet,
        Err(Failure::NotFound) => return Ok(answer("closed", None)),
        Err(failure) => return Err(failure),
    };
    let subject = queued.fields.iter().find(|(name, _)| name == SUBJECT).map_or("", |(_, value)| value);
    let household = match Household::of(state, signed, subject).await {
        Ok(household) => household,
        Err(Failure::NotFound) => return Ok(answer("nobody", None)),
        Err(failure) => return Err(failure),
    };
    Meant::declare_for_them(&sheet, household.own(), &mut queued.fields);
    let filled = Filled { sheet: &sheet, lang: queued.lang, fields: &queued.fields, files: &[] };
    let sent = filled.read();
    let meant = Meant::of(&queued.fields, &sent.answers);
    let about = declaring::about(&sheet, &sent.answers, &household.profiles, household.subject, meant);
    let doubtful = about
        .filter(|known| meant != Some(Meant::Same) && declaring::is_another(&sheet, &sent.answers, known));
    if let Some(known) = doubtful {
        // It stays with the phone until its form was opened, which asks.
        let name = &known.person.identity.name;
        return Ok(wrong(vec![meant::WHO.fill(queued.lang, &[("name", name)])]));
    }
    let live = match about {
        Some(profile) => state.store.live_consents(profile.id).await?,
        None => Vec::new(),
    };
    let checked = filled.checked(sent, &declaring::purposes(&sheet, &live));
    if !checked.is_right() || queued.key.is_empty() {
        return Ok(wrong(to_mend(&filled, &checked)));
    }
    let (citizen, channel) = (signed.citizen, Channel::Offline);
    // What is known may have changed since the phone took the form.
    let known = queued.fields.iter().find(|(name, _)| name == KNOWN_AS).map(|(_, value)| value);
    let shown = about.is_some_and(|profile| known == Some(&known_as(profile)));
    let sending = Sending { citizen, about, key: &queued.key, authored_at, channel, shown };
    Ok(match declaring::store(state, &filled, &checked, &sending).await {
        Ok(Some((id, Accepted::New | Accepted::Again))) => answer("stored", Some(id)),
        Ok(Some((_, Accepted::DaySent))) => answer("day-sent", None),
        Ok(None) => answer("nobody", None),
        Err(StoreError::NotAllowed(_)) => answer("full", None),
        Err(error) => return Err(error.into()),
    })
}

/// What is wrong with the answers, and the consents that are missing.
fn to_mend(filled: &Filled<'_>, checked: &Checked) -> Vec<String> {
    let (lang, setting) = (filled.lang, filled.sheet.setting());
    let (form, sent) = (filled.sheet.form(), &checked.sent);
    let drawing = Drawing { form, lang, setting, entries: &sent.entries, problems: &sent.problems };
    let answers = drawing.to_mend().into_iter().map(|(_, words)| words);
    let must = Problem::new("", Wrong::MustTick).words(form, lang, &filled.sheet.setting());
    let missing = checked.missing.iter().filter_map(|purpose| consent::current(purpose));
    answers.chain(missing.map(|consent| format!("{}: {must}", consent.words(lang)))).collect()
}
