//! After declaring: what to do, why, whom to call, and one's code at once.

use super::super::access::Signed;
use super::super::call::call;
use super::super::failure::Failure;
use super::super::pass::card;
use super::super::routes;
use super::super::shell::Shell;
use crate::console::shell::View;
use crate::declaring::{Sheet, files};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_domain::citizen::Profile;
use bluezone_domain::declaration::{Declaration, SentBy, Urgency};
use bluezone_domain::id::DeclarationId;
use bluezone_forms::advice::Level;
use bluezone_forms::{Answers, print, response};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, fold, link_button, status};
use bluezone_pages::time::{date_time, time_tag};
use bluezone_pages::{Lang, draft_script_path, text};
use bluezone_store::Station;
use maud::{Markup, html};

text! {
    TAKEN, "Đã nhận lúc {time}. Cảm ơn bạn.", "Received at {time}. Thank you.";
    WHY, "Vì sao", "Why";
    RULE, "Lời khuyên theo quy tắc ghi trong tờ khai, không do máy tự đoán.", "The advice follows rules written into the form; no machine guesses.";
    STATION, "trạm y tế nơi bạn ở", "the health station of your commune";
    NO_PHONE, "(số ghi ở trạm; cấp cứu: 115)", "(the number is at the station; in an emergency: 115)";
    ANSWERS, "Những gì bạn đã khai", "What you declared";
    PAPER, "Tải tờ khai này (PDF)", "This declaration on paper (PDF)";
    YOUR_CODE, "Mã của {name}", "The code of {name}";
    HOME, "Về trang chủ", "Home"
}

/// `GET /declared/{declaration}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let id: DeclarationId = id.parse().map_err(|_| Failure::NotFound)?;
    let (declaration, profile) = own(&state, &signed, id).await?;
    let station = match declaration.area {
        Some(area) => state.store.station_of(area, state.now()).await?,
        None => None,
    };
    let name = &profile.person.identity.name;
    let body = html! {
        (advice(lang, &declaration, station.as_ref()))
        section.card {
            h2 { (YOUR_CODE.fill(lang, &[("name", name)])) }
            (card(&state, lang, &profile))
        }
        (fold(ANSWERS.get(lang), html! {
            (answers(&state, lang, &declaration).await?)
            p { a href=(routes::declared_paper(id)) { (PAPER.get(lang)) } }
        }))
        div.actions { (link_button(Weight::Secondary, routes::HOME, HOME.get(lang))) }
        // What was kept on the device while it was typed is no longer needed.
        span data-sent="" {}
        script type="module" src=(draft_script_path()) {}
    };
    let time = date_time(lang, declaration.received_at.0);
    let lead = TAKEN.fill(lang, &[("time", &time)]);
    let title = level(declaration.urgency).title().get(lang);
    Ok(Shell { lead: Some(&lead), body, ..Shell::new(&view, Some(&signed), title) }.render())
}

/// A declaration of this citizen, and whom it is about. Anybody else's is not found.
pub(super) async fn own(
    state: &AppState,
    signed: &Signed,
    id: DeclarationId,
) -> Result<(Declaration, Profile), Failure> {
    let declaration = state.store.declaration(id).await?.ok_or(Failure::NotFound)?;
    let SentBy::Citizen { citizen, profile } = declaration.by else { return Err(Failure::NotFound) };
    if citizen != signed.citizen {
        return Err(Failure::NotFound);
    }
    let profile = state.store.profile(profile).await?.ok_or(Failure::NotFound)?;
    Ok((declaration, profile))
}

/// How urgent it is, as a page says it.
pub fn tone(urgency: Urgency) -> (Tone, Icon) {
    match urgency {
        Urgency::Well => (Tone::Good, Icon::Check),
        Urgency::Watch => (Tone::Caution, Icon::Clock),
        Urgency::Call => (Tone::Bad, Icon::Phone),
    }
}

/// The level whose words say what to do.
pub fn level(urgency: Urgency) -> Level {
    match urgency {
        Urgency::Well => Level::Well,
        Urgency::Watch => Level::Watch,
        Urgency::Call => Level::Call,
    }
}

/// What to do and why.
fn advice(lang: Lang, declaration: &Declaration, station: Option<&Station>) -> Markup {
    let level = level(declaration.urgency);
    let (tone, icon) = tone(declaration.urgency);
    let name = station.map_or(STATION.get(lang), |station| &station.name);
    let phone = station.map(|station| station.phone.as_str()).filter(|phone| !phone.is_empty());
    let shown = phone.unwrap_or(NO_PHONE.get(lang));
    let what = level.what_to_do().fill(lang, &[("station", name), ("phone", shown)]);
    let weight = if level == Level::Call { Weight::Primary } else { Weight::Secondary };
    html! {
        (status(tone, icon, level.title().get(lang), html! {
            p { (what) }
            @if let Some(phone) = phone { div.actions { (call(lang, weight, phone)) } }
        }))
        @if !declaration.content.reasons.is_empty() {
            section.card {
                h2 { (WHY.get(lang)) }
                ul {
                    @for reason in &declaration.content.reasons {
                        li { (match lang { Lang::Vi => &reason.vi, Lang::En => &reason.en }) }
                    }
                }
                p.hint { (RULE.get(lang)) }
            }
        }
    }
}

/// The questions as they were put, and the answers.
async fn answers(state: &AppState, lang: Lang, declaration: &Declaration) -> Result<Markup, Failure> {
    let (sheet, answers) = read(state, declaration).await?;
    Ok(html! {
        p.soft { (time_tag(declaration.authored_at.0, &date_time(lang, declaration.authored_at.0))) }
        (print::filled(sheet.form(), &answers, lang, &sheet.setting()))
        @let files = files::listed(lang, declaration);
        @if !files.is_empty() {
            p { strong { (files::TITLE.get(lang)) } }
            ul {
                @for (number, words) in files {
                    li { a href=(routes::declared_file(declaration.id, number)) download { (words) } }
                }
            }
        }
    })
}

/// The form that a declaration answers, as it was on its day, and the answers.
pub(super) async fn read(state: &AppState, declaration: &Declaration) -> Result<(Sheet, Answers), Failure> {
    let sheet = Sheet::of_record(state, declaration).await?;
    let Some(sheet) = sheet else { return Err(Failure::NotFound) };
    let json = serde_json::from_str(&declaration.content.response).unwrap_or_default();
    let Ok(answers) = response::read(sheet.form(), &json) else {
        tracing::error!(declaration = %declaration.id, "a stored declaration is none to its form");
        return Err(Failure::Broken);
    };
    Ok((sheet, answers))
}
