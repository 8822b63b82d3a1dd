//! Where a case checked in: looked up on a legal basis and for a reason, which the person reads beside who looked.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::place_warnings::place;
use crate::console::shell::{Shell, View};
use crate::console::visit_look::{Looked, look_up};
use crate::console::{case_page, contact_words, line, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::case_look::Kind;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::person::tidy;
use bluezone_domain::place_warning::{LONGEST_REASON, may_look};
use bluezone_domain::policy::{Action, allows};
use bluezone_domain::visit::{Suspicion, Visit};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, back, badge, button, empty, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{clock, date};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

/// Earlier looks on the page.
const LOOKS: u32 = 50;

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
    NO_ACCOUNT_WHY, "Người bệnh có thể quét mã bằng ứng dụng (chỉ họ xem được) hoặc không quét. Hãy hỏi họ. Lần tra này đã được ghi lại.",
        "They may have checked in with the app, which only they can read, or not at all. Ask them. That you looked is written down.";
    NOTED, "Lần xem này đã được ghi lại", "This look is written down";
    NOTED_WHY, "Cho người bệnh và cho kiểm toán.", "For the patient, and for auditors.";
    NOTED_HERE, "Trong hồ sơ ca bệnh và cho kiểm toán. Người này không có tài khoản để đọc được.",
        "Beside the case and for auditors. This person has no account in which to read it.";
    NONE, "Không có lượt ghé nào trong 21 ngày", "No visits in 21 days";
    NONE_WHY, "Lượt ghé cũ hơn đã được xóa.", "Older visits are deleted.";
    CAPTION, "Các lượt ghé, cũ nhất trước", "Visits, oldest first";
    PLACE, "Nơi", "Place";
    WHEN, "Thời gian", "When";
    AREA, "Xã, phường", "Commune";
    DOUBT, "Cần hỏi lại", "To be asked about";
    ACTION, "Thao tác", "Action";
    WARN, "Cảnh báo nơi này", "Warn of it";
    WARN_OF, "Cảnh báo nơi này: {place}", "Warn of it: {place}";
    STILL, "chưa ghi giờ ra", "no time of leaving";
    OLD_POSTER, "mã cũ", "old poster";
    TWO_PLACES, "hai nơi cùng lúc", "two places at once";
    EARLIER, "Ai đã tra, vì sao", "Who looked, and why";
    EARLIER_CAPTION, "Các lần tra, mới nhất trước", "Looks, newest first";
    WHO, "Cán bộ", "Officer";
    WHAT, "Đã xem", "Looked at";
    VISITS, "nơi đã quét mã", "the check-ins";
    REACH, "bao nhiêu người ở cùng nơi", "how many were at a place";
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
    let body = html! {
        (ask(&signed, view.lang, &case, &typed, &Problems::new()))
        (earlier(&state, view.lang, &case).await?)
    };
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
    let Some(Looked { visits, has_account }) = look_up(&state, &signed, &case, basis, &reason).await? else {
        let why = html! { p { (NO_PERSON_WHY.get(lang)) } };
        return Ok(shown(&signed, view, &case, alert(Tone::Caution, NO_PERSON.get(lang), why)));
    };
    if !has_account && visits.is_empty() {
        let why = html! { p { (NO_ACCOUNT_WHY.get(lang)) } };
        return Ok(shown(&signed, view, &case, alert(Tone::Info, NO_ACCOUNT.get(lang), why)));
    }
    let body = html! {
        @let why = if has_account { NOTED_WHY } else { NOTED_HERE };
        (alert(Tone::Info, NOTED.get(lang), html! { p { (why.get(lang)) } }))
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

/// Who looked before, on what basis and why: whoever may look reads it.
async fn earlier(state: &AppState, lang: Lang, case: &Case) -> Result<Markup, Failure> {
    let looks = state.store.case_looks(case.id, LOOKS).await?;
    if looks.is_empty() {
        return Ok(html! {});
    }
    let columns = [WHEN, WHO, WHAT, BASIS, REASON].map(|label| Column::words(label.get(lang)));
    let mut rows = Vec::new();
    for look in looks {
        let officer = state.store.officer(look.officer).await?;
        let what = match look.kind {
            Kind::Visits => VISITS,
            Kind::Reach => REACH,
        };
        rows.push(vec![
            words::instant(lang, look.at),
            html! { (officer.map_or_else(String::new, |officer| officer.username)) span.below { (look.unit) } },
            html! { (what.get(lang)) },
            html! { (contact_words::legal_basis(lang, look.basis)) },
            html! { (look.reason) },
        ]);
    }
    let table = table(EARLIER_CAPTION.get(lang), &columns, rows);
    Ok(html! { section.stack { h2 { (EARLIER.get(lang)) } (table) } })
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
