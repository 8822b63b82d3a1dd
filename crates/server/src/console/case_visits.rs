//! Where a case checked in: looked up on a legal basis and for a reason, which the person reads beside who looked.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::place_warnings::place;
use crate::console::shell::{Shell, View};
use crate::console::{case_page, contact_words, line, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::citizen::Profile;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::{DataLook, Kind};
use bluezone_domain::id::CitizenId;
use bluezone_domain::person::{Identity, tidy};
use bluezone_domain::person::{NameLikeness, name_likeness};
use bluezone_domain::place_warning::{LONGEST_REASON, OLDEST_S, may_look};
use bluezone_domain::policy::{Action, allows};
use bluezone_domain::visit::{Guest, Suspicion, Visit, Visitor};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, back, badge, button, empty, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{clock, date};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Nơi ca {reference} đã quét mã", "Where case {reference} checked in";
    LEAD, "Chỉ của đúng người này, trong 21 ngày. Người đó đọc được trong mục “Dữ liệu của tôi” ai đã xem, lúc nào và vì sao.",
        "Of this person alone, over 21 days. Under “My data” they read who looked, when and why.";
    BASIS, "Căn cứ pháp lý", "Legal basis";
    REASON, "Lý do", "Reason";
    REASON_HINT, "Người đó đọc được câu này.", "The person reads this sentence.";
    LOOK, "Xem nơi đã đến", "Look up the visits";
    GIVE_BASIS, "Hãy chọn căn cứ.", "Choose a basis.";
    NOT_A_CASE, "Ca này đã được loại trừ: chỉ xem được khi người đó đồng ý.", "This case was ruled out: only their consent allows a look.";
    GIVE_REASON, "Hãy ghi lý do.", "Write the reason.";
    LONG_REASON, "Lý do dài quá 400 ký tự.", "The reason is longer than 400 characters.";
    NO_PERSON, "Chưa biết ca này là ai, hoặc chưa có số điện thoại hay số CCCD",
        "It is not known who this case is, or neither telephone nor identity card is written down";
    NO_PERSON_WHY, "Bổ sung vào hồ sơ người bệnh, rồi xem lại. Chưa có gì được xem.",
        "Add them to the person's record and look again. Nothing was looked at.";
    NO_ACCOUNT, "Không có tài khoản nào mang số này và tên này", "No account has this number and this name";
    NO_ACCOUNT_WHY, "Người bệnh có thể quét mã bằng ứng dụng (chỉ họ xem được) hoặc không quét. Hãy hỏi họ. Chưa có gì được xem.",
        "They may have checked in with the app, which only they can read, or not at all. Ask them. Nothing was looked at.";
    NOTED, "Lần xem này đã được ghi lại", "This look is written down";
    NOTED_WHY, "Cho người bệnh và cho kiểm toán.", "For the patient, and for auditors.";
    NONE, "Không có lượt ghé nào trong 21 ngày", "No visits in 21 days";
    NONE_WHY, "Lượt ghé cũ hơn đã được xóa.", "Older visits are deleted.";
    CAPTION, "Các lượt ghé, cũ nhất trước", "Visits, oldest first";
    PLACE, "Nơi", "Place";
    WHEN, "Thời gian", "When";
    AREA, "Xã, phường", "Commune";
    DOUBT, "Cần hỏi lại", "To be asked about";
    ACTION, "Thao tác", "Action";
    WARN, "Cảnh báo nơi này", "Warn of it";
    WARN_OF, "Cảnh báo {place}", "Warn of {place}";
    STILL, "chưa ghi giờ ra", "no time of leaving";
    OLD_POSTER, "mã cũ", "old poster";
    TWO_PLACES, "hai nơi cùng lúc", "two places at once";
    TOO_FAST, "xa quá trong thời gian đó", "too far in that time"
}

/// What was typed, as it was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    basis: String,
    reason: String,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

type Problems = Vec<(&'static str, Text)>;

async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Case, Failure> {
    let case = case_page::find(state, signed, id).await?;
    if allows(signed.scope(), Action::LookUpVisits, case.record()) {
        Ok(case)
    } else {
        Err(Failure::NotFound)
    }
}

/// `GET /console/cases/{case}/visits`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(case): Path<String>,
) -> Result<Response, Failure> {
    let case = find(&state, &signed, &case).await?;
    let typed = Typed { basis: LegalBasis::Duty.as_str().to_owned(), ..Typed::default() };
    let body = ask(&signed, view.lang, &case, &typed, &Problems::new());
    Ok(shown(&signed, view, &case, body))
}

/// `POST /console/cases/{case}/visits`
pub async fn look(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(case): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let case = find(&state, &signed, &case).await?;
    let mut problems = Problems::new();
    let Some((basis, reason)) = read(&case, &typed, &mut problems) else {
        let body = ask(&signed, lang, &case, &typed, &problems);
        let mut answer = shown(&signed, view, &case, body);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let known = |of: &Identity| of.phone.is_some() || of.national_id.is_some();
    let Some(identity) = identity(&state, &case).await?.filter(known) else {
        let why = html! { p { (NO_PERSON_WHY.get(lang)) } };
        return Ok(shown(&signed, view, &case, alert(Tone::Caution, NO_PERSON.get(lang), why)));
    };
    let mut visitors = as_guest(&identity);
    match profiles(&state, &identity).await?.as_slice() {
        [] => {}
        profiles @ [first, ..] => {
            note(&state, &signed, first.citizen, basis, reason).await?;
            visitors.extend(profiles.iter().map(|profile| Visitor::Profile(profile.id)));
        }
    }
    let has_account = visitors.iter().any(|visitor| matches!(visitor, Visitor::Profile(_)));
    let now = state.now();
    let mut visits = Vec::new();
    for visitor in &visitors {
        visits.extend(state.store.visits_of_visitor(visitor, now - OLDEST_S, now).await?);
    }
    // A telephone may be a family's.
    visits.retain(|visit| match &visit.details.visitor {
        Visitor::Guest(guest) => is_same(&identity, &guest.identity, true),
        Visitor::Profile(_) => true,
    });
    visits.sort_by_key(|visit| (visit.stay.from, visit.id));
    if !has_account && visits.is_empty() {
        let why = html! { p { (NO_ACCOUNT_WHY.get(lang)) } };
        return Ok(shown(&signed, view, &case, alert(Tone::Info, NO_ACCOUNT.get(lang), why)));
    }
    let body = html! {
        (alert(Tone::Info, NOTED.get(lang), html! { p { (NOTED_WHY.get(lang)) } }))
        @if visits.is_empty() { (empty(Icon::Map, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })) }
        @else { (rows(&state, &signed, lang, &case, &visits).await?) }
    };
    Ok(shown(&signed, view, &case, body))
}

fn read(case: &Case, typed: &Typed, problems: &mut Problems) -> Option<(LegalBasis, String)> {
    let basis = typed.basis.parse::<LegalBasis>().ok();
    match basis {
        None => problems.push(("basis", GIVE_BASIS)),
        Some(basis) if !may_look(case.facts.status, basis) => problems.push(("basis", NOT_A_CASE)),
        Some(_) => {}
    }
    let reason = tidy(&typed.reason);
    match reason.chars().count() {
        0 => problems.push(("reason", GIVE_REASON)),
        1..=LONGEST_REASON => {}
        _ => problems.push(("reason", LONG_REASON)),
    }
    if problems.is_empty() { basis.map(|basis| (basis, reason)) } else { None }
}

/// Who the case is, as far as the registry says.
async fn identity(state: &AppState, case: &Case) -> Result<Option<Identity>, Failure> {
    let Some(person) = case.person else { return Ok(None) };
    Ok(state.store.person(person).await?.map(|person| person.identity))
}

/// The profiles of the account with the case's telephone that are the case: not those of the others for whom it declares.
async fn profiles(state: &AppState, identity: &Identity) -> Result<Vec<Profile>, Failure> {
    let Some(phone) = &identity.phone else { return Ok(Vec::new()) };
    let Some(citizen) = state.store.citizen_by_phone(phone).await? else { return Ok(Vec::new()) };
    let mut profiles = state.store.profiles_of(citizen.id).await?;
    profiles.retain(|profile| is_same(identity, &profile.person.identity, profile.is_own()));
    Ok(profiles)
}

/// How the case is found where a controller scanned their card or wrote down their telephone.
fn as_guest(identity: &Identity) -> Vec<Visitor> {
    let guest = |identity| Visitor::Guest(Guest { identity, number: String::new() });
    let card =
        identity.national_id.clone().map(|card| Identity { national_id: Some(card), ..Identity::default() });
    let phone = identity.phone.clone().map(|phone| Identity { phone: Some(phone), ..Identity::default() });
    card.into_iter().chain(phone).map(guest).collect()
}

/// Whether that is this person: by the identity card, else by name and year of birth; where no name was written, as told.
fn is_same(identity: &Identity, of: &Identity, nameless: bool) -> bool {
    if let (Some(a), Some(b)) = (&identity.national_id, &of.national_id) {
        return a == b;
    }
    let year = |identity: &Identity| identity.birth.map(|birth| birth.year());
    let same_year = year(identity).zip(year(of)).is_none_or(|(a, b)| a == b);
    match name_likeness(&identity.name, &of.name) {
        NameLikeness::Same | NameLikeness::Folded | NameLikeness::Similar => same_year,
        NameLikeness::Other => false,
        NameLikeness::Unknown => nameless && same_year,
    }
}

/// Before anything is shown.
async fn note(
    state: &AppState,
    signed: &Signed,
    citizen: CitizenId,
    basis: LegalBasis,
    reason: String,
) -> Result<(), Failure> {
    let (officer, at) = (&signed.officer, state.now());
    let look = DataLook {
        citizen,
        at,
        officer: officer.id,
        unit: officer.unit.clone(),
        kind: Kind::Visits,
        basis,
        reason,
    };
    Ok(state.store.note_look(&look, &mut *state.rng()).await?)
}

async fn rows(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    case: &Case,
    visits: &[Visit],
) -> Result<Markup, Failure> {
    let may_warn = signed.may(Action::WarnByPlace);
    let columns = [PLACE, WHEN, AREA, DOUBT, ACTION].map(|label| Column::words(label.get(lang)));
    let mut rows = Vec::new();
    for visit in visits {
        let at = state.store.place(visit.place).await?;
        let name = at.as_ref().map_or_else(|| visit.place.grouped(), |at| at.details.name.clone());
        let to = format!(
            "{}?place={}&from={}&to={}",
            routes::new_place_warning(case.id),
            visit.place,
            visit.stay.from.0,
            visit.stay.to.0.min(state.now().0)
        );
        rows.push(vec![
            html! { (name) span.below { (place::kind(lang, at.as_ref())) } },
            html! { (span(lang, visit)) @if !visit.stay.ending.was_told() { span.below { (STILL.get(lang)) } } },
            html! { @if let Some(at) = &at { (words::area(lang, at.area)) } @else { "–" } },
            html! {
                @for doubt in visit.suspicions.iter() { (badge(Tone::Caution, suspicion(doubt).get(lang))) " " }
            },
            html! {
                @if may_warn {
                    a href=(to) aria-label=(WARN_OF.fill(lang, &[("place", &name)])) { (WARN.get(lang)) }
                }
            },
        ]);
    }
    Ok(table(CAPTION.get(lang), &columns, rows))
}

fn suspicion(of: Suspicion) -> Text {
    match of {
        Suspicion::OldPoster => OLD_POSTER,
        Suspicion::TwoPlaces => TWO_PLACES,
        Suspicion::TooFast => TOO_FAST,
    }
}

fn span(lang: Lang, visit: &Visit) -> String {
    let (from, to) = (visit.stay.from.0, visit.stay.to.0);
    format!("{}–{}, {}", clock(lang, from), clock(lang, to), date(lang, from))
}

fn ask(signed: &Signed, lang: Lang, case: &Case, typed: &Typed, problems: &Problems) -> Markup {
    let listed = line::listed(lang, problems);
    let bases =
        LegalBasis::ALL.iter().map(|of| (of.as_str(), contact_words::legal_basis(lang, *of))).collect();
    let inside = html! {
        (Field::select(lang, "basis", BASIS.get(lang), bases).value(&typed.basis).error(line::of(&listed, "basis")))
        (Field::area(lang, "reason", REASON.get(lang), 2).hint(REASON_HINT.get(lang)).value(&typed.reason)
            .error(line::of(&listed, "reason")))
        div.actions {
            (button(Weight::Primary, LOOK.get(lang)))
            (link_button(Weight::Secondary, &routes::case(case.id), words::CANCEL.get(lang)))
        }
    };
    html! {
        (to_mend(lang, &listed))
        section.card { (form(&routes::case_visits(case.id), &signed.form_token, inside)) }
    }
}

fn shown(signed: &Signed, view: View, case: &Case, main: Markup) -> Response {
    let lang = view.lang;
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        (main)
    };
    let title = TITLE.fill(lang, &[("reference", &case.reference)]);
    let (view, lead) = (view.at(&routes::case_visits(case.id)), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title: &title, lead, wide: true, body }.render()
}
