//! What a citizen lets agencies see, and the button that says that their app runs.

use super::today;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::declaring::evidence;
use crate::state::AppState;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::agency::{Invitation, Refusal, SEE_APP, SEE_DECLARED};
use bluezone_domain::declaration::{Channel, Consent};
use bluezone_domain::id::{AgencyId, StaffId};
use bluezone_forms::consent::current;
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, button, empty, status};
use bluezone_pages::time::clock;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use rand::RngExt;
use serde::Deserialize;

text! {
    TITLE, "Nơi làm việc của tôi", "Where I work";
    LEAD, "Bạn tự quyết định cơ quan của mình được biết gì. Không đồng ý cũng không sao, và không ai biết bạn đã từ chối.",
        "You decide what your agency may know. You need not agree, and nobody learns that you refused.";
    RUNS, "Ứng dụng Bluezone của bạn có đang bật không?", "Is your Bluezone app running?";
    RUNS_WHY, "Máy chủ không theo dõi điện thoại của bạn: chỉ biết khi bạn tự bấm. Câu trả lời được tính vào số người dùng ứng dụng ở xã, phường của bạn, không kèm tên.",
        "The server does not watch your phone: it knows only when you press. Your answer counts among the people of your commune who use the app, without your name.";
    SAY, "Hôm nay đang bật", "It runs today";
    SAID, "Bạn đã báo ứng dụng đang bật", "You said that your app runs";
    SAID_WHY, "Lúc {time} hôm nay. Ngày mai hãy bấm lại.", "At {time} today. Press again tomorrow.";
    INVITED, "{agency} mời bạn", "{agency} invites you";
    MEMBER, "{agency}", "{agency}";
    MAY_SEE, "Mỗi ô là một mục đích; không ô nào được đánh dấu sẵn. Bỏ dấu là rút lại, ở đây hay ở mục “Dữ liệu của tôi”, và có hiệu lực ngay.",
        "Each box is one purpose, and none is ticked for you. Taking the tick away takes it back, here or under “My data”, at once.";
    SAVE, "Lưu lựa chọn", "Save my choice";
    LEAVE, "Từ chối", "Refuse";
    LEAVE_MEMBER, "Không cho biết gì nữa", "Let them know nothing any more";
    REFUSED, "Nơi bạn đã từ chối", "Agencies that you refused";
    REFUSED_WHY, "Những nơi này không mời bạn được nữa. Nếu bấm nhầm hay đổi ý, hãy cho mời lại: nơi đó vẫn chưa được biết gì, trước khi bạn tự chọn.",
        "These cannot invite you any more. If you pressed by mistake or changed your mind, let them invite you again: they still know nothing before you choose.";
    ALLOW, "Cho mời lại", "Let them invite again";
    ALLOW_WHOM, "Cho mời lại: {agency}", "Let them invite again: {agency}";
    OWN_LIST, "Bạn phụ trách một cơ quan? Lập danh sách nhân viên", "Are you in charge of an agency? Make a list of its staff";
    EMPTY, "Chưa có cơ quan nào mời bạn", "No agency invited you";
    EMPTY_WHY, "Khi cơ quan, trường học hay công ty mời số điện thoại này, lời mời hiện ở đây.",
        "When an office, a school or a company invites this telephone number, the invitation stands here."
}

/// A choice: a box that is not ticked is not sent.
#[derive(Deserialize)]
pub struct Choice {
    staff: StaffId,
    declared: Option<String>,
    app: Option<String>,
}

impl Choice {
    /// The evidence of what was ticked, in the words of the page.
    fn agreed(&self, state: &AppState, lang: Lang) -> Vec<Consent> {
        let ticked = [(SEE_DECLARED, &self.declared), (SEE_APP, &self.app)];
        let ticked = ticked.into_iter().filter(|(_, value)| value.is_some());
        let given = ticked.filter_map(|(purpose, _)| current(purpose)).map(|consent| consent.given(lang));
        let name = || hex::encode(state.rng().random::<[u8; 16]>());
        given.map(|given| evidence(name(), &given, state.now(), Channel::Web)).collect()
    }
}

/// Which invitation is refused or left.
#[derive(Deserialize)]
pub struct Which {
    staff: StaffId,
}

/// Which agency may invite again.
#[derive(Deserialize)]
pub struct Agency {
    agency: AgencyId,
}

/// `GET /work`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let invitations = state.store.invitations_of(signed.citizen).await?;
    let refusals = state.store.refusals_of(signed.citizen).await?;
    let said = state.store.app_said_to_run(signed.citizen).await?;
    let said = said.map(|runs| runs.said_at).filter(|said| *said >= today(state.now()));
    let body = html! {
        @match said {
            Some(said) => (status(Tone::Good, Icon::Check, SAID.get(lang), html! {
                p { (SAID_WHY.fill(lang, &[("time", &clock(lang, said.0))])) }
            })),
            None => (status(Tone::Info, Icon::Radar, RUNS.get(lang), html! {
                p { (RUNS_WHY.get(lang)) }
                (form(routes::APP_RUNS, &signed.form_token, button(Weight::Primary, SAY.get(lang))))
            })),
        }
        @if invitations.is_empty() { (empty(Icon::People, EMPTY.get(lang), html! { p { (EMPTY_WHY.get(lang)) } })) }
        @for invitation in &invitations { (choice(lang, invitation, &signed.form_token)) }
        @if !refusals.is_empty() { (refused(lang, &refusals, &signed.form_token)) }
        p { a href=(routes::AGENCIES) { (OWN_LIST.get(lang)) } }
    };
    let shell =
        Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) };
    Ok(shell.render())
}

/// `POST /work`
pub async fn choose(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(choice): Form<Choice>,
) -> Result<Response, Failure> {
    let agreed = choice.agreed(&state, view.lang);
    state.store.answer_invitation(signed.citizen, choice.staff, Some(&agreed), state.now()).await?;
    Ok(Redirect::to(routes::WORK).into_response())
}

/// `POST /work/leave`
pub async fn leave(
    State(state): State<AppState>,
    signed: Signed,
    Form(which): Form<Which>,
) -> Result<Response, Failure> {
    state.store.answer_invitation(signed.citizen, which.staff, None, state.now()).await?;
    Ok(Redirect::to(routes::WORK).into_response())
}

/// `POST /work/allow`
pub async fn allow(
    State(state): State<AppState>,
    signed: Signed,
    Form(whom): Form<Agency>,
) -> Result<Response, Failure> {
    state.store.allow_invitations(signed.citizen, whom.agency).await?;
    Ok(Redirect::to(routes::WORK).into_response())
}

/// `POST /work/app`
pub async fn app_runs(State(state): State<AppState>, signed: Signed) -> Result<Response, Failure> {
    let own = state.store.profiles_of(signed.citizen).await?.into_iter().find(|profile| profile.is_own());
    let area = own.and_then(|profile| profile.person.area);
    state.store.say_app_runs(signed.citizen, area, state.now()).await?;
    Ok(Redirect::to(routes::WORK).into_response())
}

/// A box without an identifier: the page has as many as invitations.
fn choice_box(lang: Lang, name: &str, purpose: &str, ticked: bool) -> Markup {
    let words = current(purpose).map_or("", |consent| consent.words(lang));
    html! {
        div.field {
            label.choice { input type="checkbox" name=(name) value="yes" checked[ticked]; span { (words) } }
        }
    }
}

fn choice(lang: Lang, invitation: &Invitation, token: &str) -> Markup {
    let words = if invitation.sees.is_some() { MEMBER } else { INVITED };
    let title = words.fill(lang, &[("agency", &invitation.agency)]);
    // Nothing is ticked before the person ticks it.
    let sees = invitation.sees.unwrap_or_default();
    let staff = html! { input type="hidden" name="staff" value=(invitation.id); };
    let leave = if invitation.sees.is_some() { LEAVE_MEMBER } else { LEAVE };
    html! {
        section.card {
            h2 { (title) }
            p { (MAY_SEE.get(lang)) }
            (form(routes::WORK, token, html! {
                (staff)
                (choice_box(lang, "declared", SEE_DECLARED, sees.declared))
                (choice_box(lang, "app", SEE_APP, sees.app))
                div.actions { (button(Weight::Primary, SAVE.get(lang))) }
            }))
            (form(routes::LEAVE_WORK, token, html! { (staff) (button(Weight::Secondary, leave.get(lang))) }))
        }
    }
}

fn refused(lang: Lang, refusals: &[Refusal], token: &str) -> Markup {
    let allow = |of: &Refusal| {
        let whom = ALLOW_WHOM.fill(lang, &[("agency", &of.name)]);
        let fields = html! {
            input type="hidden" name="agency" value=(of.agency);
            button.button type="submit" aria-label=(whom) { (ALLOW.get(lang)) }
        };
        form(routes::ALLOW_WORK, token, fields)
    };
    html! {
        section.card {
            h2 { (REFUSED.get(lang)) }
            p { (REFUSED_WHY.get(lang)) }
            ul.entries { @for of in refusals { li { div.row.apart { span { (of.name) } (allow(of)) } } } }
        }
    }
}
