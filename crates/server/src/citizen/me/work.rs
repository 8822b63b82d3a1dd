//! Who invited a citizen to their list, what they may see, and that the app was said to run.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use crate::state::AppState;
use bluezone_domain::agency::{AppRuns, Invitation, Refusal, Sees};
use bluezone_pages::parts::{Weight, card, link_button};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    TITLE, "Nơi làm việc của bạn", "Where you work";
    NOTHING, "Chưa có cơ quan nào mời bạn, và bạn chưa báo ứng dụng đang bật.",
        "No agency invited you, and you did not say that your app runs.";
    INVITED, "{agency}, mời lúc {at}: {sees}", "{agency}, invited you at {at}: {sees}";
    UNANSWERED, "bạn chưa trả lời", "you did not answer yet";
    SEES_NOTHING, "không thấy gì", "sees nothing";
    SEES_DECLARED, "thấy hôm nay bạn đã khai báo hay chưa", "sees whether you declared today";
    SEES_APP, "thấy hôm nay bạn có báo ứng dụng đang bật hay không", "sees whether you said today that your app runs";
    SEES_BOTH, "thấy hôm nay bạn đã khai báo hay chưa, và có báo ứng dụng đang bật hay không",
        "sees whether you declared today, and whether you said that your app runs";
    REFUSED, "{agency}: bạn đã từ chối, nơi này không mời bạn được nữa", "{agency}: you refused, it cannot invite you any more";
    APP_RUNS, "Bạn báo ứng dụng đang bật lần cuối lúc {at}", "You last said that your app runs at {at}";
    CHANGE, "Xem và đổi", "See and change"
}

/// A line for each thing that is kept.
pub fn lines(
    lang: Lang,
    invitations: &[Invitation],
    refusals: &[Refusal],
    app_runs: Option<AppRuns>,
) -> Vec<String> {
    let invited = invitations.iter().map(|invitation| {
        let sees = match invitation.sees {
            None => UNANSWERED,
            Some(Sees { declared: false, app: false }) => SEES_NOTHING,
            Some(Sees { declared: true, app: false }) => SEES_DECLARED,
            Some(Sees { declared: false, app: true }) => SEES_APP,
            Some(Sees { declared: true, app: true }) => SEES_BOTH,
        };
        let at = date_time(lang, invitation.invited_at.0);
        INVITED.fill(lang, &[("agency", &invitation.agency), ("at", &at), ("sees", sees.get(lang))])
    });
    let refused = refusals.iter().map(|refusal| REFUSED.fill(lang, &[("agency", &refusal.name)]));
    let app = app_runs.map(|runs| APP_RUNS.fill(lang, &[("at", &date_time(lang, runs.said_at.0))]));
    invited.chain(refused).chain(app).collect()
}

/// The part of the overview about it.
pub async fn shown(state: &AppState, lang: Lang, signed: &Signed) -> Result<Markup, Failure> {
    let (store, id) = (&state.store, signed.citizen);
    let (invitations, refusals) = (store.invitations_of(id).await?, store.refusals_of(id).await?);
    let lines = lines(lang, &invitations, &refusals, store.app_said_to_run(id).await?);
    Ok(card(
        TITLE.get(lang),
        html! {
            @if lines.is_empty() { p.soft { (NOTHING.get(lang)) } }
            @else { ul.entries { @for line in &lines { li { (line) } } } }
            div.actions { (link_button(Weight::Secondary, routes::WORK, CHANGE.get(lang))) }
        },
    ))
}
