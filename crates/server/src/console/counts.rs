//! How many people declare and how many carry the app, by province and commune: numbers, of nobody in particular.

use crate::citizen::routes as citizen;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::state::AppState;
use crate::zones::places::name_of;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::admin_unit::{Edition, Level};
use bluezone_domain::agency::APP_COUNTS_S;
use bluezone_domain::area::{CommuneCode, ProvinceCode, Territory};
use bluezone_domain::counts::{alone, people_of, per_thousand, shown};
use bluezone_domain::policy::Action;
use bluezone_domain::population::Population;
use bluezone_pages::parts::{Tone, alert, back};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::number;
use bluezone_pages::{Lang, text};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_store::{Counted, Store, StoreError};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

text! {
    TITLE, "Khai báo và cài đặt", "Declarations and installs";
    LEAD, "Số người đã khai báo trong 7 ngày qua và số người báo ứng dụng đang bật trong 7 ngày qua.",
        "People who declared in the past 7 days, and people who said in the past 7 days that their app runs.";
    CAPTION_PROVINCES, "Theo tỉnh, thành phố", "By province";
    CAPTION_COMMUNES, "Theo xã, phường", "By commune";
    PLACE, "Nơi", "Place";
    DECLARED, "Đã khai báo", "Declared";
    DECLARED_RATE, "Khai báo trên 1.000 dân", "Declared per 1,000 people";
    TREND, "So với 7 ngày trước đó", "Against the 7 days before";
    APP, "Ứng dụng đang bật", "App running";
    APP_RATE, "Ứng dụng trên 1.000 dân", "App per 1,000 people";
    FEW, "dưới 10 hoặc ẩn", "under 10 or hidden";
    HIDDEN_PROVINCES, "{n} tỉnh, thành phố còn lại: dưới 10 người hoặc ẩn.", "{n} more provinces: under 10 people, or hidden.";
    HIDDEN_COMMUNES, "{n} xã, phường còn lại: dưới 10 người hoặc ẩn.", "{n} more communes: under 10 people, or hidden.";
    NO_PEOPLE, "chưa có số dân", "population not known";
    NO_COMMUNE, "Không rõ xã, phường", "Commune not known";
    ALL_PROVINCES, "Các tỉnh, thành phố", "All provinces";
    POSTERS, "Tờ mời cài đặt mang tên đơn vị của bạn (PDF):", "Poster that asks people to install, with your unit's name (PDF):";
    TAKE_IN, "Nhập số dân", "Take in populations";
    TAKEN_IN, "Đã nhập số dân", "The populations are taken in";
    LATE, "Đọc từ bản sao của cơ sở dữ liệu, chậm {n} giây.", "Read from a replica of the database, {n} seconds behind.";
    SOURCES, "Số dân: {sources}.", "Population: {sources}.";
    RULE, "Không hiện số nào dưới 10, và ẩn thêm khi số bị ẩn có thể tính ra từ tổng. Số dân tỉnh, nếu không có số mới hơn: tổng điều tra 1/4/2019, cộng theo 34 tỉnh, thành phố hiện nay. Người dùng ứng dụng là người tự bấm “Hôm nay đang bật”; máy chủ không theo dõi điện thoại.",
        "No number under 10 is shown, and more are hidden where a hidden one could be worked out from the total. Population of provinces, where no newer figure was taken in: census of 1 April 2019, added up to today's 34. People with the app are those who pressed “It runs today”; the server does not watch phones."
}

/// Seconds that a replica may be behind without a word.
const WORTH_SAYING_S: i64 = 5;

/// What is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    province: String,
    done: String,
}

/// What is known of one place: declared in the past week, in the week before, app running.
type Numbers = [u64; 3];

/// `GET /console/counts`: an officer of a province sees its communes, of a commune that one, of the nation all provinces.
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let (province, commune) = match signed.officer.territory {
        Territory::Nation => (asked.province.parse().ok(), None),
        Territory::Province(province) => (Some(province), None),
        Territory::Commune(province, commune) => (Some(province), Some(commune)),
        Territory::Nowhere => return Err(Failure::NotFound),
    };
    if province.is_some_and(|code| Edition::in_force().get(code.as_str()).is_none()) {
        return Err(Failure::NotFound);
    }
    let (numbers, behind_s) = latest(&state, province).await?;
    let people = people(&state, province, &numbers).await?;
    let nation = signed.officer.territory == Territory::Nation;
    let body = html! {
        @if asked.done == "people" { (alert(Tone::Good, TAKEN_IN.get(lang), html! {})) }
        @if nation && province.is_some() { (back(routes::COUNTS, ALL_PROVINCES.get(lang))) }
        @if let (Some(province), None) = (province, commune) { (total(lang, province, &numbers, &people)) }
        (rows(lang, &numbers, &people, province.is_none(), commune))
        @if let Some(sources) = sources(lang, &people) { p.soft { (SOURCES.fill(lang, &[("sources", &sources)])) } }
        @if behind_s > WORTH_SAYING_S { p.soft { (LATE.fill(lang, &[("n", &behind_s.to_string())])) } }
        p.soft { (RULE.get(lang)) }
        @if signed.may(Action::ManageForms) { p { a href=(routes::POPULATIONS) { (TAKE_IN.get(lang)) } } }
        @let poster = format!("{}?unit={}", citizen::POSTER, routes::encoded(&signed.officer.unit));
        p { (POSTERS.get(lang)) " " a href=(poster) { "A4" } ", " a href={ (poster) "&paper=a3" } { "A3" } }
    };
    let title = match province {
        Some(province) => format!("{} · {}", TITLE.get(lang), name_of(lang, province.as_str())),
        None => TITLE.get(lang).to_owned(),
    };
    Ok(Shell {
        view: &view,
        signed: Some(&signed),
        title: &title,
        lead: Some(LEAD.get(lang)),
        wide: true,
        body,
    }
    .render())
}

/// The numbers, and how many seconds they are behind: they are read from the replica, if there is one, and else from the primary.
async fn latest(
    state: &AppState,
    province: Option<ProvinceCode>,
) -> Result<(BTreeMap<String, Numbers>, i64), StoreError> {
    let reports = state.store.for_reports().await;
    if let Some(behind_s) = reports.behind_s {
        match read(&reports.store, state.now(), province).await {
            Ok(numbers) => return Ok((numbers, behind_s)),
            Err(error) => tracing::warn!(%error, "the replica broke off: the primary is asked"),
        }
    }
    Ok((read(&state.store, state.now(), province).await?, 0))
}

/// The numbers of a province's communes by their codes (an empty one: not known), or of all provinces by theirs.
async fn read(
    store: &Store,
    now: Timestamp,
    province: Option<ProvinceCode>,
) -> Result<BTreeMap<String, Numbers>, StoreError> {
    let week = 7 * DAY_S;
    let mut numbers: BTreeMap<String, Numbers> = match province {
        Some(province) => Edition::in_force()
            .children(province.as_str())
            .map(|unit| (unit.code.to_owned(), [0; 3]))
            .collect(),
        None => {
            Edition::in_force().of_level(Level::Province).map(|unit| (unit.code.to_owned(), [0; 3])).collect()
        }
    };
    let mut add = |counted: Vec<Counted>, at: usize| {
        for Counted { area, people } in counted {
            let code = match province {
                Some(_) => area.commune.map(|code| code.to_string()).unwrap_or_default(),
                None => area.province.to_string(),
            };
            if let Some(cell) = numbers.entry(code).or_default().get_mut(at) {
                *cell += people;
            }
        }
    };
    add(store.count_declared(province, now - week, now + 1).await?, 0);
    add(store.count_declared(province, now - 2 * week, now - week).await?, 1);
    add(store.count_running(province, now - APP_COUNTS_S).await?, 2);
    Ok(numbers)
}

/// How many people live in these places, as far as it was taken in, and in their province.
async fn people(
    state: &AppState,
    province: Option<ProvinceCode>,
    numbers: &BTreeMap<String, Numbers>,
) -> Result<BTreeMap<String, Population>, Failure> {
    let codes = numbers.keys().map(String::as_str).filter(|code| !code.is_empty());
    let province = province.as_ref().map(ProvinceCode::as_str);
    Ok(state.store.populations(codes.chain(province)).await?)
}

/// A place's people: what was taken in, else of a province the census.
fn people_in(people: &BTreeMap<String, Population>, code: &str) -> Option<u64> {
    people.get(code).map(|of| of.people).or_else(|| code.parse().ok().and_then(people_of))
}

/// Where the figures come from that were taken in, each source and day once.
fn sources(lang: Lang, people: &BTreeMap<String, Population>) -> Option<String> {
    let written = if lang == Lang::Vi { "%d/%m/%Y" } else { "%-d %b %Y" };
    let named = people.values().map(|of| (of.source.as_str(), of.as_of)).collect::<BTreeSet<_>>();
    let words = named.into_iter().map(|(source, day)| format!("{source}, {}", day.format(written)));
    Some(words.collect::<Vec<_>>().join("; ")).filter(|words| !words.is_empty())
}

/// The province as a whole.
fn total(
    lang: Lang,
    province: ProvinceCode,
    numbers: &BTreeMap<String, Numbers>,
    people: &BTreeMap<String, Population>,
) -> Markup {
    let sum = |at: usize| alone(numbers.values().filter_map(|of| of.get(at)).sum());
    let cells = [sum(0), sum(1), sum(2)];
    let row =
        row(lang, html! { (name_of(lang, province.as_str())) }, cells, people_in(people, province.as_str()));
    table(CAPTION_PROVINCES.get(lang), &columns(lang), [row])
}

/// One row a province, or a commune; of an officer of one commune that one, hidden where the province does not see it.
fn rows(
    lang: Lang,
    numbers: &BTreeMap<String, Numbers>,
    people: &BTreeMap<String, Population>,
    provinces: bool,
    only: Option<CommuneCode>,
) -> Markup {
    let of = |at: usize| -> Vec<Option<u64>> {
        let numbers: Vec<u64> = numbers.values().map(|of| of.get(at).copied().unwrap_or(0)).collect();
        // Nobody is told the sum over all provinces.
        if provinces { numbers.into_iter().map(alone).collect() } else { shown(&numbers) }
    };
    let (declared, before, app) = (of(0), of(1), of(2));
    let cells = declared.into_iter().zip(before).zip(app);
    let cells = cells.map(|((declared, before), app)| [declared, before, app]);
    let all = numbers.keys().zip(cells).filter(|(code, _)| only.is_none_or(|only| only.as_str() == *code));
    // A row in which nothing can be told is only counted.
    let (told, rest): (Vec<_>, Vec<_>) = all.partition(|(_, cells)| cells.iter().any(Option::is_some));
    let any = !told.is_empty();
    let rows = told.into_iter().map(|(code, cells)| {
        let people = people_in(people, code);
        let name = html! {
            @if code.is_empty() { (NO_COMMUNE.get(lang)) }
            @else if provinces { a href=(routes::counts_of(code)) { (name_of(lang, code)) } }
            @else { (name_of(lang, code)) }
        };
        row(lang, name, cells, people)
    });
    let (caption, hidden) =
        if provinces { (CAPTION_PROVINCES, HIDDEN_PROVINCES) } else { (CAPTION_COMMUNES, HIDDEN_COMMUNES) };
    html! {
        @if any { (table(caption.get(lang), &columns(lang), rows)) }
        @if !rest.is_empty() { p.soft { (hidden.fill(lang, &[("n", &rest.len().to_string())])) } }
    }
}

fn columns(lang: Lang) -> [Column<'static>; 6] {
    let numbers = |label: bluezone_pages::Text| Column::numbers(label.get(lang));
    [
        Column::words(PLACE.get(lang)),
        numbers(DECLARED),
        numbers(DECLARED_RATE),
        numbers(TREND),
        numbers(APP),
        numbers(APP_RATE),
    ]
}

fn row(
    lang: Lang,
    name: Markup,
    [declared, before, app]: [Option<u64>; 3],
    people: Option<u64>,
) -> Vec<Markup> {
    vec![
        name,
        cell(lang, declared),
        rate(lang, declared, people),
        trend(lang, declared, before),
        cell(lang, app),
        rate(lang, app, people),
    ]
}

fn cell(lang: Lang, cell: Option<u64>) -> Markup {
    match cell {
        Some(people) => html! { (number(lang, people)) },
        None => html! { span.soft { (FEW.get(lang)) } },
    }
}

fn rate(lang: Lang, cell: Option<u64>, people: Option<u64>) -> Markup {
    match (cell, people) {
        (Some(cell), Some(people)) => {
            let rate = per_thousand(cell, people).map(|rate| format!("{rate:.1}")).unwrap_or_default();
            let rate = if lang == Lang::Vi { rate.replace('.', ",") } else { rate };
            html! { (rate) }
        }
        (Some(_), None) => html! { span.soft { (NO_PEOPLE.get(lang)) } },
        (None, _) => html! { span.soft { "–" } },
    }
}

/// In percent, with its sign; nothing where either is not shown.
fn trend(lang: Lang, now: Option<u64>, before: Option<u64>) -> Markup {
    match (now, before) {
        (Some(now), Some(before)) if before > 0 => {
            let percent = (now as f64 / before as f64 - 1.0) * 100.0;
            let text = format!("{percent:+.0} %");
            html! { (if lang == Lang::En { text.replace(" %", "%") } else { text }) }
        }
        _ => html! { span.soft { "–" } },
    }
}
