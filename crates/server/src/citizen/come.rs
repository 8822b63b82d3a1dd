//! What a poster leads to: check in with one press, and check out.

use super::access::{MaybeSigned, Signed};
use super::failure::Failure;
use super::places::words;
use super::routes;
use super::shell::Shell;
use super::visit::{Coming, check_in, profiles, visit_of};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_codes::place::{Genuine, Link};
use bluezone_domain::citizen::Profile;
use bluezone_domain::id::{ProfileId, VisitId};
use bluezone_domain::place::{Place, PlaceCode};
use bluezone_domain::visit::{
    Ending, Entry, Glimpse, LONGEST_SEAT, SAME_VISIT_S, Suspicion, Suspicions, Visit, Visitor, day_start,
};
use bluezone_pages::form::{Field, form, tick};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, button, link_button, status};
use bluezone_pages::time::clock;
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;

text! {
    LEAD, "Ghi lại rằng bạn đã đến đây, để báo cho bạn nếu có ca bệnh.", "Writes down that you were here, so that you can be told if there was a case.";
    COME, "Vào", "Check in";
    AGAIN, "Vào lại", "Check in again";
    AGAIN_WHY, "Đã ra mà quên bấm “Ra”, nay quay lại? Bấm “Vào lại”: lượt cũ kết thúc, lượt mới tính từ bây giờ.",
        "Did you leave without checking out, and are you back? Press “Check in again”: the old visit ends, a new one begins now.";
    WHO, "Ai vào?", "Who is coming in?";
    YOU, "Tôi", "Me";
    NOBODY, "Hãy đánh dấu ít nhất một người; chưa ai được ghi là đã vào.", "Tick at least one person; nobody is checked in yet.";
    TRIP, "Chuyến", "Trip";
    TRIP_HINT, "Ví dụ 07:30 đi Hà Nội.", "For example 07:30 to Hanoi.";
    SEAT, "Ghế hoặc toa", "Seat or carriage";
    INSIDE, "Đã vào lúc {time}", "In since {time}";
    INSIDE_WHY, "Khi ra, hãy bấm “Ra” hoặc quét lại mã. Nếu quên, lượt này tự kết thúc lúc {time}.",
        "When you leave, press “Check out” or scan again. If you forget, it ends by itself at {time}.";
    LEAVE, "Ra", "Check out";
    LEAVE_ONE, "Ra: {who}", "Check out: {who}";
    SIGN_IN, "Đăng nhập để vào", "Sign in to check in";
    SIGN_IN_WHY, "Chỉ cần số điện thoại: bạn nhận một mã qua tin nhắn rồi quay lại đúng trang này.",
        "All you need is your telephone number: you get a code by text message and come back to this page.";
    KEPT, "Được giữ {days} ngày rồi xóa. Nơi này chỉ thấy tên viết tắt, giới tính và năm sinh; chỉ cơ quan y tế tra được, khi có ca bệnh, và bạn sẽ thấy họ đã xem.",
        "Kept for {days} days, then deleted. The place sees only your abbreviated name, gender and year of birth; only the health authority can look it up, when there is a case, and you see that they did.";
    CLOSED, "Nơi này đã đóng", "This place is closed";
    CLOSED_WHY, "Không ghi lượt vào được nữa.", "Nobody can check in any more.";
    OLD, "Bạn đã quét mã cũ của nơi này", "You scanned an old code of this place";
    OLD_WHY, "Hãy quét tờ mã đang treo tại chỗ. Lượt vào vẫn được ghi, nhưng bị đánh dấu.", "Scan the poster that hangs there now. The check-in counts all the same, but is marked.";
    DIARY, "Nhật ký của tôi", "My diary"
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The poster's edition and tag.
    k: String,
}

/// `GET /p/{code}`: what the poster's QR code holds, or a code that was typed.
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    shown(&state, signed.as_ref(), &view, &code, &asked.k, false).await
}

/// `GET /p/{code}/{poster}`: the same, after signing in.
pub async fn again(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    Path((code, poster)): Path<(String, String)>,
) -> Result<Response, Failure> {
    shown(&state, signed.as_ref(), &view, &code, &poster, false).await
}

/// `POST /p/{code}/in`
pub async fn come(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Form(sent): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let known = async { Ok(profiles(&state, signed.citizen).await?) };
    let (place, profiles) = tokio::try_join!(open_place(&state, &code), known)?;
    let text = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let form = text("visit").parse::<VisitId>().map_err(|_| Failure::Unreadable)?;
    let (entry, suspicions) = match proven(&state, &place, &text("poster")) {
        Genuine::Current => (Entry::Poster, Suspicions::NONE),
        Genuine::Old => (Entry::Poster, Suspicions::NONE.with(Suspicion::OldPoster)),
        Genuine::Unproven => (Entry::Typed, Suspicions::NONE),
    };
    let with = |profile: &&Profile| sent.contains_key(&field(profile.id));
    let mut chosen: Vec<_> = profiles.iter().filter(with).collect();
    if profiles.len() == 1 {
        chosen = profiles.iter().collect();
    }
    if chosen.is_empty() {
        let view = view.at(&routes::at(place.code));
        let mut answer = shown(&state, Some(&signed), &view, &code, &text("poster"), true).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    for profile in chosen {
        let coming = Coming {
            id: visit_of(&state, form, profile.id),
            at: state.now(),
            entry,
            visitor: Visitor::Profile(profile.id),
            glimpse: Glimpse::of(&profile.person.identity),
            suspicions,
            trip: text("trip"),
            seat: text("seat"),
            controller: None,
        };
        match check_in(&state, &place, coming).await {
            // Somebody makes identifiers by hand.
            Err(StoreError::Conflict(_)) => return Err(Failure::Unreadable),
            other => other?,
        };
    }
    Ok(Redirect::to(&routes::at(place.code)).into_response())
}

/// Which visit ends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Going {
    visit: String,
}

/// `POST /p/{code}/out`: ends the one visit whose button was pressed. Others of the household may stay.
pub async fn go(
    State(state): State<AppState>,
    signed: Signed,
    Path(code): Path<String>,
    Form(going): Form<Going>,
) -> Result<Redirect, Failure> {
    let place = place(&state, &code).await?;
    // A page from before the buttons said whose they are: it is shown anew.
    let Ok(id) = going.visit.parse::<VisitId>() else { return Ok(Redirect::to(&routes::at(place.code))) };
    let visit = state.store.visit(id).await?.ok_or(Failure::NotFound)?;
    let profiles = state.store.profiles_of(signed.citizen).await?;
    if !profiles.iter().any(|profile| visit.details.visitor == Visitor::Profile(profile.id)) {
        return Err(Failure::NotFound);
    }
    state.store.end_visit(id, place.code, state.now(), Ending::Button).await?;
    Ok(Redirect::to(routes::VISITS))
}

/// The button that ends a visit; it names whose, if there are `several` who could leave.
pub fn leave(lang: Lang, token: &str, profile: &Profile, visit: &Visit, several: bool) -> Markup {
    let label = if several {
        LEAVE_ONE.fill(lang, &[("who", called(lang, profile))])
    } else {
        LEAVE.get(lang).to_owned()
    };
    form(
        &routes::go(visit.place),
        token,
        html! {
            input type="hidden" name="visit" value=(visit.id);
            (button(Weight::Primary, &label))
        },
    )
}

/// The visits of some profiles that go on now, with whose they are.
pub async fn inside<'a>(
    state: &AppState,
    profiles: &'a [Profile],
) -> Result<Vec<(&'a Profile, Visit)>, Failure> {
    let now = state.now();
    let mut inside = Vec::new();
    for profile in profiles {
        let visits = state.store.visits_of_profile(profile.id, day_start(now), now).await?;
        inside
            .extend(visits.into_iter().filter(|visit| visit.stay.is_open(now)).map(|visit| (profile, visit)));
    }
    Ok(inside)
}

/// What somebody is called on a citizen's own pages.
pub fn called(lang: Lang, profile: &Profile) -> &str {
    let name = profile.person.identity.name.as_str();
    if name.is_empty() || profile.is_own() { YOU.get(lang) } else { name }
}

async fn place(state: &AppState, code: &str) -> Result<Place, Failure> {
    let code: PlaceCode = code.parse().map_err(|_| Failure::NotFound)?;
    state.store.place(code).await?.ok_or(Failure::NotFound)
}

async fn open_place(state: &AppState, code: &str) -> Result<Place, Failure> {
    Some(place(state, code).await?).filter(|place| place.closed_at.is_none()).ok_or(Failure::NotFound)
}

fn field(profile: ProfileId) -> String {
    format!("with-{profile}")
}

/// What is to be thought of a poster's edition and tag.
fn proven(state: &AppState, place: &Place, poster: &str) -> Genuine {
    let url = &state.config.public_url;
    let address = format!("{url}{}?k={poster}", routes::at(place.code));
    let link = Link::parse(&address, url);
    link.map_or(Genuine::Unproven, |link| link.genuine(&state.secrets.code_keys(), place.edition))
}

/// The page; `nobody` if it was sent with nobody ticked.
async fn shown(
    state: &AppState,
    signed: Option<&Signed>,
    view: &View,
    code: &str,
    poster: &str,
    nobody: bool,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let place = place(state, code).await?;
    let genuine = proven(state, &place, poster);
    // What is no poster of ours is not carried on.
    let poster = if genuine == Genuine::Unproven { "" } else { poster };
    let main = match signed {
        _ if place.closed_at.is_some() => {
            alert(Tone::Caution, CLOSED.get(lang), html! { p { (CLOSED_WHY.get(lang)) } })
        }
        Some(signed) => for_citizen(state, lang, signed, &place, poster, nobody).await?,
        None => sign_in(lang, &place, poster),
    };
    let body = html! {
        p { (words::kind(place.kind).get(lang)) " · " (words::whereabouts(lang, &place)) }
        @if genuine == Genuine::Old {
            (alert(Tone::Caution, OLD.get(lang), html! { p { (OLD_WHY.get(lang)) } }))
        }
        (main)
        p.small { (KEPT.fill(lang, &[("days", &state.config.visit_retention_days.to_string())])) }
    };
    Ok(Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(view, signed, &place.details.name) }.render())
}

fn sign_in(lang: Lang, place: &Place, poster: &str) -> Markup {
    let here = if poster.is_empty() { routes::at(place.code) } else { routes::at_poster(place.code, poster) };
    let href = format!("{}?next={here}", routes::SIGN_IN);
    html! {
        section.card {
            p { (SIGN_IN_WHY.get(lang)) }
            div.actions { (link_button(Weight::Primary, &href, SIGN_IN.get(lang))) }
        }
    }
}

async fn for_citizen(
    state: &AppState,
    lang: Lang,
    signed: &Signed,
    place: &Place,
    poster: &str,
    nobody: bool,
) -> Result<Markup, Failure> {
    let profiles = profiles(state, signed.citizen).await?;
    let mut inside = inside(state, &profiles).await?;
    inside.retain(|(_, visit)| visit.place == place.code);
    // Who has just come does not come again; who came a while ago may have left without a word and be back.
    let just_came = |visit: &Visit| state.now() - visit.stay.from < SAME_VISIT_S;
    let is_free =
        |one: &&Profile| !inside.iter().any(|(other, visit)| other.id == one.id && just_came(visit));
    let coming: Vec<_> = profiles.iter().filter(is_free).collect();
    let is_back = |one: &&Profile| inside.iter().any(|(other, _)| other.id == one.id);
    let several = profiles.len() > 1;
    let visit = VisitId::generate(&mut *state.rng());
    Ok(html! {
        @for (profile, visit) in &inside {
            @let from = INSIDE.fill(lang, &[("time", &clock(lang, visit.stay.from.0))]);
            @let title = if several { format!("{}: {from}", called(lang, profile)) } else { from };
            @let to = clock(lang, visit.stay.to.0);
            (status(Tone::Good, Icon::Check, &title, html! {
                p { (INSIDE_WHY.fill(lang, &[("time", &to)])) }
                (leave(lang, &signed.form_token, profile, visit, several))
            }))
        }
        @if !inside.is_empty() {
            div.actions { (link_button(Weight::Secondary, routes::VISITS, DIARY.get(lang))) }
        }
        @if !coming.is_empty() {
            section.card {
                @if coming.iter().any(is_back) { p.soft { (AGAIN_WHY.get(lang)) } }
                (form(&routes::come(place.code), &signed.form_token, html! {
                    input type="hidden" name="visit" value=(visit);
                    input type="hidden" name="poster" value=(poster);
                    (who(lang, &profiles, &coming, inside.is_empty() && !nobody, nobody))
                    @if place.kind.is_vehicle() { (seat(lang)) }
                    @let label = if coming.iter().all(is_back) { AGAIN } else { COME };
                    (button(if inside.is_empty() { Weight::Primary } else { Weight::Secondary }, label.get(lang)))
                }))
            }
        }
    })
}

/// Who comes in: nobody asks who declares for themself alone. The citizen is ticked (`own`), unless they are inside or have just
/// taken the tick away from everybody (`nobody`).
fn who(lang: Lang, profiles: &[Profile], coming: &[&Profile], own: bool, nobody: bool) -> Markup {
    if profiles.len() == 1 {
        return html! {};
    }
    html! {
        fieldset.field.choices.wrong[nobody] aria-describedby=[nobody.then_some("who-error")] {
            legend { (WHO.get(lang)) }
            @if nobody { p.field-error #who-error role="alert" { (Icon::Warning.svg()) (NOBODY.get(lang)) } }
            @for profile in coming {
                (tick(&field(profile.id), called(lang, profile), profile.is_own() && own, None))
            }
        }
    }
}

fn seat(lang: Lang) -> Markup {
    let longest = u32::try_from(LONGEST_SEAT).unwrap_or(u32::MAX);
    html! {
        (Field::input(lang, "text", "trip", TRIP.get(lang)).hint(TRIP_HINT.get(lang)).longest(longest).complete("off").optional())
        (Field::input(lang, "text", "seat", SEAT.get(lang)).longest(longest).complete("off").optional())
    }
}
