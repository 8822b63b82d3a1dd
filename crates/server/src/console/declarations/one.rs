//! One declaration: what was answered, why it is how urgent, what the same person declared before, and what to do with it.

use super::call_back::{CallBack, tell};
use super::{find, list, outcome, outcome_words, urgency_badge};
use crate::console::access::Signed;
use crate::console::contact_assign::{NO_UNIT, NOBODY, units_near};
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{contact_words, looked, routes, words};
use crate::declaring::{Places, files};
use crate::forms::Forms;
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::Kind;
use bluezone_domain::declaration::{Declaration, SentBy};
use bluezone_domain::handling::{Conclusion, Handling, Outcome};
use bluezone_domain::id::CaseId;
use bluezone_domain::policy::{Action, allows};
use bluezone_forms::risk::risk;
use bluezone_forms::{Answers, Questionnaire, Setting, print, response};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, back, badge, button, card, facts};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{HandlingChange, HandlingStep, NewMessage, StoreError};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Khai báo lúc {when}", "Declared at {when}";
    BACK, "Danh sách khai báo", "All declarations";
    WHO, "Người được khai", "Who it is about";
    NAME, "Họ tên", "Name";
    BORN, "Sinh", "Born";
    PHONE, "Điện thoại", "Phone";
    CALL_BACK, "Gọi lại", "Calling back";
    CALLED_ON, "Căn cứ đã gọi", "Called on the basis of";
    CARD, "CCCD", "Identity card";
    ADDRESS, "Địa chỉ", "Address";
    ON_BEHALF, "Khai hộ, là", "Declared for them by their";
    DAY, "Ngày khai", "Day";
    FORM, "Biểu mẫu", "Form";
    LATE, "Nhập sau từ phiếu giấy", "Entered late, from paper";
    SENT_LATE, "Gửi sau hơn một ngày: ngày khai là theo máy của người khai", "Sent more than a day later: the day is what the phone says";
    WHY, "Vì sao ở mức này", "Why it is this urgent";
    NO_REASON, "Không có dấu hiệu nào được tính điểm.", "Nothing in it counts any points.";
    ANSWERS, "Trả lời", "Answers";
    UNREADABLE, "Không đọc được câu trả lời bằng biểu mẫu hiện có.", "The answers cannot be read with the forms there are.";
    BEFORE, "Khai báo khác của cùng người này", "Other declarations of the same person";
    BEFORE_WHY, "Cùng số giấy tờ, hoặc cùng tên và năm sinh.", "The same identity number, or the same name and year of birth.";
    HANDLE, "Xử lý", "Handling";
    STATE, "Kết quả", "Outcome";
    WAITS, "Chưa xử lý", "Waits";
    UNIT, "Đơn vị", "Unit";
    TAKEN_BY, "Người nhận", "Taken by";
    CASE, "Ca bệnh", "Case";
    TAKE, "Tôi nhận", "I take it";
    LEAVE, "Trả lại", "Put it back";
    HAND_TO, "Giao cho đơn vị", "Hand to a unit";
    HAND, "Giao", "Hand over";
    DONE, "Đã lưu", "Saved";
    AGAIN, "Người khác vừa thay đổi", "Somebody else changed it";
    AGAIN_WHY, "Chưa có gì được lưu. Hãy xem lại rồi làm lại.", "Nothing was saved. Look at it, then do it again.";
    NOTED, "Người khai đọc được là bạn đã mở khai báo này.", "Whoever declared can read that you opened this."
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// Who takes it, or the unit it is handed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    seen: u32,
    take: String,
    unit: String,
}

/// A declaration in the inbox and what it says.
pub struct Opened {
    pub handling: Handling,
    pub declaration: Declaration,
}

impl Opened {
    /// Opens a declaration that this officer reaches, and writes the look down for whoever sent it.
    pub async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Opened, Failure> {
        let handling = find(state, signed, id).await?;
        let declaration = state.store.declaration(handling.declaration).await?.ok_or(Failure::NotFound)?;
        if let SentBy::Citizen { citizen, .. } = declaration.by {
            // Circular 15/2026/TT-BYT, article 13: who receives a declaration reads it and advises.
            looked::note(state, signed, citizen, Kind::Declaration, LegalBasis::Duty, "").await?;
        }
        Ok(Opened { handling, declaration })
    }
}

/// `GET /console/declarations/{declaration}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    shown(&state, &signed, view, &id, &asked.done, None).await
}

/// The page; with what was typed as an outcome, if that lacks the basis of a call.
pub async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    id: &str,
    done: &str,
    tried: Option<&outcome::Typed>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let Opened { handling, declaration } = Opened::find(state, signed, id).await?;
    let call_back = CallBack::of(state, &declaration).await?;
    let mut before = state.store.declared_before(handling.declaration).await?;
    before.retain(|other| allows(signed.scope(), Action::HandleDeclarations, other.record()));
    let titles = list::titles(state, lang).await?;
    let forms = state.forms().await?;
    let handled = handled(state, signed, lang, &handling).await?;
    let body = html! {
        (back(routes::DECLARATIONS, BACK.get(lang)))
        (happened(lang, done))
        @if tried.is_some() { (CallBack::to_mend(lang)) }
        div.grid {
            div.stack {
                (who(lang, &declaration, call_back, titles.get(&handling.form)))
                (read(lang, &forms, &declaration, handling.score))
            }
            div.stack {
                (handled)
                (outcome::offer(signed, lang, &handling, call_back, tried))
            }
        }
        @if !before.is_empty() {
            section.stack {
                h2 { (BEFORE.get(lang)) }
                p.soft { (BEFORE_WHY.get(lang)) }
                (list::rows(lang, &before, &titles))
            }
        }
        @if matches!(declaration.by, SentBy::Citizen { .. }) { p.soft { (NOTED.get(lang)) } }
    };
    let when = bluezone_pages::time::date_time(lang, handling.received_at.0);
    let title = TITLE.fill(lang, &[("when", &when)]);
    let view = view.at(&routes::declaration(handling.declaration));
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: true, body }.render())
}

fn happened(lang: Lang, done: &str) -> Markup {
    match done {
        "saved" => alert(Tone::Good, DONE.get(lang), html! {}),
        "again" => alert(Tone::Bad, AGAIN.get(lang), html! { p { (AGAIN_WHY.get(lang)) } }),
        _ => html! {},
    }
}

/// How it came to be late.
fn late(of: &Declaration) -> Text {
    match of.by {
        SentBy::Officer(_) => LATE,
        SentBy::Citizen { .. } => SENT_LATE,
    }
}

fn who(lang: Lang, of: &Declaration, call_back: CallBack, title: Option<&String>) -> Markup {
    let person = &of.content.person;
    let optional = |label: Text, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| (label.get(lang), html! { (value) }))
    };
    let mut pairs: Vec<(&str, Markup)> = Vec::new();
    pairs.extend(optional(NAME, Some(person.name.clone())));
    pairs.extend(optional(BORN, person.birth.map(|birth| birth.to_string())));
    if let Some(phone) = &person.phone {
        let phone = phone.as_str();
        // Who did not agree to be called is not one press away from it.
        let number = html! {
            @if call_back.is_agreed() { a href={ "tel:" (phone) } { (phone) } } @else { (phone) }
        };
        pairs.push((PHONE.get(lang), number));
        pairs.push((CALL_BACK.get(lang), call_back.words(lang)));
    }
    pairs.extend(optional(CARD, person.national_id.as_ref().map(|id| id.as_str().to_owned())));
    pairs.extend(optional(ADDRESS, Some(person.address.clone())));
    pairs.extend(optional(ON_BEHALF, of.content.relation.clone()));
    pairs.push((DAY.get(lang), html! { (of.day.format("%d/%m/%Y")) }));
    pairs.push((FORM.get(lang), html! { (title.map_or(of.form.as_str(), String::as_str)) }));
    pairs.push((words::DISEASE.get(lang), html! { (words::disease(lang, &of.content.disease)) }));
    card(
        WHO.get(lang),
        html! {
            @if of.late { p { (badge(Tone::Caution, late(of).get(lang))) } }
            (facts(pairs))
        },
    )
}

/// A declaration's form and answers, where its version is known.
pub fn answers<'a>(forms: &'a Forms, of: &Declaration) -> Option<(&'a Questionnaire, Answers)> {
    let form: &Questionnaire = forms.library.get(&of.form)?;
    let json = serde_json::from_str(&of.content.response).ok()?;
    Some((form, response::read(form, &json).ok()?))
}

/// Why it has its points, and every answer.
fn read(lang: Lang, forms: &Forms, of: &Declaration, score: u32) -> Markup {
    let Some((form, answers)) = answers(forms, of) else {
        return alert(Tone::Caution, UNREADABLE.get(lang), html! {});
    };
    let parameters = forms.schedule.parameters(form, &of.content.disease, of.day);
    let setting = Setting { today: of.day, parameters: &parameters, sets: &Places };
    let risk = risk(form, &answers, &setting);
    html! {
        (card(WHY.get(lang), html! {
            p { (urgency_badge(lang, score)) }
            @if risk.reasons.is_empty() { p.soft { (NO_REASON.get(lang)) } } @else {
                ul { @for rule in &risk.reasons { li { (rule.words().get(lang)) ": " (rule.points) } } }
            }
            (list::rule(lang))
        }))
        (card(ANSWERS.get(lang), print::filled(form, &answers, lang, &setting)))
        @let files = files::listed(lang, of);
        @if !files.is_empty() {
            (card(files::TITLE.get(lang), html! {
                ul {
                    @for (number, words) in files {
                        li { a href=(routes::declaration_file(of.id, number)) download { (words) } }
                    }
                }
            }))
        }
    }
}

async fn handled(state: &AppState, signed: &Signed, lang: Lang, of: &Handling) -> Result<Markup, Failure> {
    let taken_by = match of.officer {
        Some(id) => state.store.officer(id).await?.map(|officer| officer.username),
        None => None,
    };
    let case = match of.case {
        Some(id) => state.store.case(id).await?,
        None => None,
    };
    let mut pairs = vec![
        (
            STATE.get(lang),
            match of.outcome {
                Some(outcome) => badge(Tone::Good, outcome_words(outcome).get(lang)),
                None => badge(Tone::Neutral, WAITS.get(lang)),
            },
        ),
        (UNIT.get(lang), html! { (of.assigned.as_deref().unwrap_or("–")) }),
        (TAKEN_BY.get(lang), html! { (taken_by.as_deref().unwrap_or("–")) }),
    ];
    if let Some(case) = case {
        pairs.push((CASE.get(lang), html! { a href=(routes::case(case.id)) { (case.reference) } }));
    }
    if let Some(basis) = of.call_basis {
        pairs.push((CALLED_ON.get(lang), html! { (contact_words::legal_basis(lang, basis)) }));
    }
    let units = units_near(state, signed).await?;
    let options = [(NO_UNIT, NOBODY.get(lang))]
        .into_iter()
        .chain(units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())))
        .collect();
    let mine = of.officer == Some(signed.officer.id);
    let seen = html! { input type="hidden" name="seen" value=(of.version); };
    let take = html! {
        (seen)
        input type="hidden" name="take" value=(if mine { "no" } else { "yes" });
        (button(Weight::Secondary, if mine { LEAVE } else { TAKE }.get(lang)))
    };
    let hand = html! {
        (seen)
        (Field::select(lang, "unit", HAND_TO.get(lang), options).value(of.assigned.as_deref().unwrap_or(NO_UNIT)))
        (button(Weight::Secondary, HAND.get(lang)))
    };
    Ok(card(
        HANDLE.get(lang),
        html! {
            (facts(pairs))
            (form(&routes::take_declaration(of.declaration), &signed.form_token, take))
            (form(&routes::hand_declaration(of.declaration), &signed.form_token, hand))
        },
    ))
}

/// `POST /console/declarations/{declaration}/take`
pub async fn take(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let of = find(&state, &signed, &id).await?;
    let officer = (chosen.take == "yes").then_some(signed.officer.id);
    change(&state, &of, chosen.seen, HandlingStep::Take(officer), None).await
}

/// `POST /console/declarations/{declaration}/hand`
pub async fn hand(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let of = find(&state, &signed, &id).await?;
    let unit = Some(chosen.unit.trim()).filter(|unit| *unit != NO_UNIT);
    if let Some(code) = unit
        && units_near(&state, &signed).await?.iter().all(|unit| unit.code != code)
    {
        return Err(Failure::Unreadable);
    }
    change(&state, &of, chosen.seen, HandlingStep::Assign(unit.map(str::to_owned)), None).await
}

/// A case was made of a declaration, after a call without consent if a basis of one was chosen. What somebody else concluded
/// meanwhile stays.
pub async fn became(
    state: &AppState,
    signed: &Signed,
    id: &str,
    case: CaseId,
    chosen: &str,
) -> Result<(), Failure> {
    let of = find(state, signed, id).await?;
    let declaration = state.store.declaration(of.declaration).await?.ok_or(Failure::NotFound)?;
    let call_basis = CallBack::of(state, &declaration).await?.basis(Outcome::Case, chosen);
    tell(state, signed, &declaration, call_basis).await?;
    let concluded = Conclusion { outcome: Outcome::Case, case: Some(case), call_basis };
    let what = HandlingStep::Conclude(Some(concluded));
    let change = HandlingChange { declaration: of.declaration, seen: of.version, what, at: state.now() };
    match state.store.change_handling(&change, None, &mut *state.rng()).await {
        Ok(()) | Err(StoreError::NotAllowed(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Changes how a declaration is handled, tells whoever declared if there is something to tell, and leads back to it.
pub async fn change(
    state: &AppState,
    of: &Handling,
    seen: u32,
    what: HandlingStep,
    told: Option<&NewMessage>,
) -> Result<Response, Failure> {
    let change = HandlingChange { declaration: of.declaration, seen, what, at: state.now() };
    let done = match state.store.change_handling(&change, told, &mut *state.rng()).await {
        Ok(()) => "saved",
        // Somebody else changed it meanwhile.
        Err(StoreError::NotAllowed(_)) => "again",
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&format!("{}?done={done}", routes::declaration(of.declaration))).into_response())
}
