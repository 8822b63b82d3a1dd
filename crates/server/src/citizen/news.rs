//! What the authority decided lately, for everybody: zones, newest first, those near a signed-in citizen before the others.

use super::access::MaybeSigned;
use super::failure::Failure;
use super::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use crate::zones::{ZONES, commune_path, places, words};
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::area::{ProvinceCode, Territory};
use bluezone_domain::zone::{Change, Step, Zone};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, empty, link_button};
use bluezone_pages::time::{date_time, time_tag};
use bluezone_pages::{Lang, text};
use bluezone_protocol::time::DAY_S;
use maud::{Markup, html};

text! {
    TITLE, "Tin từ cơ quan y tế", "News from the authority";
    LEAD, "Quyết định khoanh vùng trong 14 ngày qua, mới nhất trước.", "Decisions on zones of the last 14 days, the newest first.";
    NEAR, "Tỉnh của bạn", "Your province";
    ELSEWHERE, "Nơi khác", "Elsewhere";
    LIFTED, "{place}: gỡ bỏ khoanh vùng", "{place}: the zone is lifted";
    LEVEL, "{place}: {level}", "{place}: {level}";
    NONE, "Không có tin mới", "No news";
    NONE_WHY, "14 ngày qua không có quyết định khoanh vùng nào.", "No zones were decided in the last 14 days.";
    MAP, "Xem bản đồ", "See the map"
}

/// News are this young.
const DAYS: i64 = 14;
/// News on the page.
const MOST: usize = 50;

/// `GET /news`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let since = state.now() - DAYS * DAY_S;
    let zones = state.store.zones(Territory::Nation, since).await?;
    let mut news: Vec<(&Zone, &Change)> = zones
        .iter()
        .flat_map(|zone| zone.changes.iter().map(move |change| (zone, change)))
        .filter(|(_, change)| change.at >= since)
        .collect();
    news.sort_by_key(|(_, change)| std::cmp::Reverse(change.at));
    news.truncate(MOST);
    let home: Option<ProvinceCode> = match &signed {
        Some(signed) => {
            let profiles = state.store.profiles_of(signed.citizen).await?;
            profiles.first().and_then(|profile| profile.person.area).map(|area| area.province)
        }
        None => None,
    };
    let (near, far): (Vec<_>, Vec<_>) = news.into_iter().partition(|(zone, _)| Some(zone.province) == home);
    let body = html! {
        @if near.is_empty() && far.is_empty() {
            (empty(Icon::Map, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } }))
        }
        @if !near.is_empty() { section.stack { h2 { (NEAR.get(lang)) } (list(lang, &near)) } }
        @if !far.is_empty() {
            section.stack {
                @if !near.is_empty() { h2 { (ELSEWHERE.get(lang)) } }
                (list(lang, &far))
            }
        }
        div.actions { (link_button(Weight::Secondary, ZONES, MAP.get(lang))) }
    };
    let title = TITLE.get(lang);
    Ok(Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, signed.as_ref(), title) }.render())
}

fn list(lang: Lang, news: &[(&Zone, &Change)]) -> Markup {
    html! {
        ul.entries {
            @for (zone, change) in news {
                li {
                    a.card.entry-link href=(commune_path(zone.province, zone.commune)) {
                        span.entry-title { (Icon::Map.svg()) (headline(lang, zone, change)) }
                        span { (change.reason) }
                        span.soft { (time_tag(change.at.0, &date_time(lang, change.at.0))) " · " (change.decision) }
                    }
                }
            }
        }
    }
}

fn headline(lang: Lang, zone: &Zone, change: &Change) -> String {
    let place = places::name_of(lang, zone.commune.as_str());
    match change.step {
        Step::InForce { level, .. } => {
            LEVEL.fill(lang, &[("place", &place), ("level", &words::level(lang, level))])
        }
        Step::Lifted { .. } => LIFTED.fill(lang, &[("place", &place)]),
    }
}
