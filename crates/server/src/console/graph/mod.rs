//! The transmission graph around a case: drawn by the server, each person a link to their record, a table beside it.

mod data;
mod draw_time;
mod draw_tree;
mod picture;

pub use picture::{Label, Picture};

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{case_page, contact_words as words, routes};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::contact::Class;
use bluezone_domain::graph::{Evidence, Filter, Kind};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, alert, back, empty, fold};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, Text, text};
use data::Drawn;
use maud::{Markup, html};
use serde::Deserialize;

/// From so many persons on, many alike are drawn as one unless asked otherwise.
const FOLD_FROM: usize = 120;
/// More than this many alike are drawn as one.
const FOLD_MOST: usize = 6;
/// Contacts in the table; more stand on the contact list.
const MOST_LINES: usize = 500;
const ZOOMS: [u32; 5] = [35, 50, 75, 100, 150];

text! {
    TITLE, "Sơ đồ lây truyền", "Transmission graph";
    BACK, "Về ca {reference}", "Back to case {reference}";
    LAYOUT, "Cách vẽ", "Layout";
    BY_GENERATION, "Theo thế hệ", "By generation";
    BY_DAY, "Theo ngày", "By day";
    GENERATIONS, "Số thế hệ", "Generations";
    ALL, "Tất cả", "All";
    UP_TO, "Đến {n}", "Up to {n}";
    EVIDENCE, "Bằng chứng", "Evidence";
    CLUSTER, "Chùm ca", "Cluster";
    NUMBER, "Chùm {n}", "Cluster {n}";
    ALIKE, "Nhóm người giống nhau", "Persons alike";
    AS_ONE, "Gộp", "As one";
    EACH, "Từng người", "Each";
    NAMES, "Tên", "Names";
    INITIALS, "Viết tắt", "Initials";
    IN_FULL, "Đầy đủ", "In full";
    ZOOM, "Cỡ", "Size";
    PERCENT, "{n} %", "{n} %";
    LEGEND, "Chú giải", "Legend";
    NOT_REACHED, "Người ngoài địa bàn của bạn có mặt trong sơ đồ nhưng không có tên và không mở được.",
        "Persons outside your territory keep their place, without a name and without a link.";
    SCROLL, "Sơ đồ; kéo hoặc dùng phím mũi tên để xem phần khác", "The drawing; drag or use the arrow keys to see other parts";
    NOBODY, "Không có ai để vẽ", "Nobody to draw";
    NOBODY_WHY, "Ca này chưa có người tiếp xúc, hoặc bộ lọc không để lại ai.",
        "This case has no contacts yet, or the filter leaves nobody.";
    CUT_OFF, "Chuỗi quá lớn", "The chain is very large";
    CUT_OFF_WHY, "Chỉ vẽ 200 ca gần nhất trong chuỗi.", "Only the nearest 200 cases of the chain are drawn.";
    IN_WORDS, "Bảng ghi bằng chữ", "The same in words";
    CAPTION, "Ai tiếp xúc với ai", "Who was near whom";
    WHO, "Người tiếp xúc", "Contact";
    CLASS, "Loại", "Class";
    NEAR, "Gần", "Near";
    DAY, "Ngày tiếp xúc cuối", "Last exposure";
    FIRST_LINES, "Bảng có {n} dòng đầu; xem đủ ở danh sách tiếp xúc.", "The first {n} rows; the contact list has all."
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    by: String,
    generations: String,
    evidence: String,
    cluster: String,
    fold: String,
    names: String,
    zoom: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            generations: self.generations.parse().ok(),
            evidence: Evidence::ALL.into_iter().find(|evidence| evidence.as_str() == self.evidence),
            cluster: self.cluster.parse().ok(),
        }
    }

    fn zoom(&self) -> u32 {
        self.zoom.parse().ok().filter(|zoom| ZOOMS.contains(zoom)).unwrap_or(100)
    }

    /// The address with one thing changed.
    fn with(&self, case: &Case, name: &str, value: &str) -> String {
        let pairs = [
            ("by", &self.by),
            ("generations", &self.generations),
            ("evidence", &self.evidence),
            ("cluster", &self.cluster),
            ("fold", &self.fold),
            ("names", &self.names),
            ("zoom", &self.zoom),
        ];
        let plain = |value: &str| value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let pairs: Vec<_> = pairs
            .into_iter()
            .map(|(of, kept)| (of, if of == name { value } else { kept.as_str() }))
            .filter(|(_, value)| !value.is_empty() && plain(value))
            .map(|(of, value)| format!("{of}={value}"))
            .collect();
        let path = routes::graph(case.id);
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// `GET /console/cases/{case}/graph`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let chain = state.store.chain(case.id).await?;
    let drawn = data::draw(&state, &signed, &chain, asked.names == "full").await?;
    let lang = view.lang;
    let body = html! {
        (back(&routes::case(case.id), &BACK.fill(lang, &[("reference", &case.reference)])))
        @if chain.cut_off { (alert(Tone::Caution, CUT_OFF.get(lang), html! { p { (CUT_OFF_WHY.get(lang)) } })) }
        (controls(lang, &case, &drawn, &asked))
        (legend(lang, &drawn))
        (drawing(lang, &drawn, &asked))
        (in_words(lang, &drawn))
    };
    Ok(Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: true, body }
        .render())
}

/// Draws what the address asks for.
fn drawing(lang: Lang, drawn: &Drawn, asked: &Asked) -> Markup {
    let shown = drawn.picture.graph.filtered(&asked.filter());
    let graph = if folds(drawn, asked) { shown.folded(FOLD_MOST) } else { shown };
    if graph.edges().is_empty() {
        return empty(Icon::People, NOBODY.get(lang), html! { p { (NOBODY_WHY.get(lang)) } });
    }
    let picture = Picture { graph, labels: drawn.picture.labels.clone() };
    html! {
        div.graph-frame tabindex="0" role="region" aria-label=(SCROLL.get(lang)) {
            (draw(&picture, lang, asked.by == "day", asked.zoom()))
        }
    }
}

/// The drawing of a picture, by day or by generation. Work grows with persons and lines; 2,000 persons take some 20 ms.
pub fn draw(picture: &Picture, lang: Lang, by_day: bool, zoom: u32) -> Markup {
    if by_day { draw_time::draw(picture, lang, zoom) } else { draw_tree::draw(picture, lang, zoom) }
}

fn folds(drawn: &Drawn, asked: &Asked) -> bool {
    match asked.fold.as_str() {
        "yes" => true,
        "no" => false,
        _ => drawn.picture.graph.nodes().len() >= FOLD_FROM,
    }
}

fn controls(lang: Lang, case: &Case, drawn: &Drawn, asked: &Asked) -> Markup {
    let graph = &drawn.picture.graph;
    let link = |name: &str, value: &str, current: bool, words: &str| {
        html! { a href=(asked.with(case, name, value)) aria-current=[current.then_some("true")] { (words) } }
    };
    let deepest = (0..graph.nodes().len()).map(|node| graph.generation(node)).max().unwrap_or(0);
    let folded = folds(drawn, asked);
    let group = |label: Text, links: Markup| {
        html! { nav.filters.small aria-label=(label.get(lang)) { span.filter-name { (label.get(lang)) } (links) } }
    };
    html! {
        div.graph-controls {
            (group(LAYOUT, html! {
                (link("by", "", asked.by != "day", BY_GENERATION.get(lang)))
                (link("by", "day", asked.by == "day", BY_DAY.get(lang)))
            }))
            @if deepest > 1 {
                (group(GENERATIONS, html! {
                    (link("generations", "", asked.filter().generations.is_none(), ALL.get(lang)))
                    @for most in 1..deepest.min(6) {
                        @let value = most.to_string();
                        (link("generations", &value, asked.generations == value, &UP_TO.fill(lang, &[("n", &value)])))
                    }
                }))
            }
            (group(EVIDENCE, html! {
                (link("evidence", "", asked.filter().evidence.is_none(), ALL.get(lang)))
                @for of in Evidence::ALL {
                    @if graph.edges().iter().any(|edge| edge.evidence == of) {
                        (link("evidence", of.as_str(), asked.evidence == of.as_str(), words::evidence(lang, of)))
                    }
                }
            }))
            @if graph.clusters() > 1 {
                (group(CLUSTER, html! {
                    (link("cluster", "", asked.filter().cluster.is_none(), ALL.get(lang)))
                    @for cluster in 0..graph.clusters().min(8) {
                        @let value = cluster.to_string();
                        @let shown = NUMBER.fill(lang, &[("n", &(cluster + 1).to_string())]);
                        (link("cluster", &value, asked.cluster == value, &shown))
                    }
                }))
            }
            (group(ALIKE, html! {
                (link("fold", "yes", folded, AS_ONE.get(lang)))
                (link("fold", "no", !folded, EACH.get(lang)))
            }))
            (group(NAMES, html! {
                (link("names", "", asked.names != "full", INITIALS.get(lang)))
                (link("names", "full", asked.names == "full", IN_FULL.get(lang)))
            }))
            (group(ZOOM, html! {
                @for zoom in ZOOMS {
                    @let value = zoom.to_string();
                    (link("zoom", &value, asked.zoom() == zoom, &PERCENT.fill(lang, &[("n", &value)])))
                }
            }))
        }
    }
}

fn legend(lang: Lang, drawn: &Drawn) -> Markup {
    let classes = [Class::F11, Class::F12, Class::F21, Class::Unclear, Class::NotContact];
    let kinds = std::iter::once(Kind::Case).chain(classes.map(Kind::Contact));
    let hidden = drawn.picture.labels.iter().any(|label| label.href.is_none());
    html! {
        section.graph-legend aria-label=(LEGEND.get(lang)) {
            ul {
                @for kind in kinds {
                    @if drawn.kinds.contains(&kind) {
                        li { (picture::node_sample(kind)) (picture::kind(lang, kind)) }
                    }
                }
                @for of in Evidence::ALL { li { (picture::line_sample(of)) (words::evidence(lang, of)) } }
            }
            @if hidden { p.soft.small { (NOT_REACHED.get(lang)) } }
        }
    }
}

/// The table for those who cannot see the drawing, and for those who want to read it.
fn in_words(lang: Lang, drawn: &Drawn) -> Markup {
    let columns = [
        Column::words(WHO.get(lang)),
        Column::words(CLASS.get(lang)),
        Column::words(NEAR.get(lang)),
        Column::words(EVIDENCE.get(lang)),
        Column::words(DAY.get(lang)),
    ];
    let person = |at: usize| {
        let label = &drawn.picture.labels[at];
        let words = format!("{} {}", label.code, label.who);
        match &label.href {
            Some(href) => html! { a href=(href) { (words.trim_end()) } },
            None => html! { (words.trim_end()) },
        }
    };
    let rows = drawn.lines.iter().take(MOST_LINES).map(|line| {
        vec![
            person(line.person),
            html! { (picture::kind(lang, drawn.kinds[line.person])) },
            person(line.near),
            html! { (words::evidence(lang, line.evidence)) },
            html! { (date(lang, line.day * 86_400)) },
        ]
    });
    let body = html! {
        @if drawn.lines.len() > MOST_LINES {
            p.soft { (FIRST_LINES.fill(lang, &[("n", &MOST_LINES.to_string())])) }
        }
        (table(CAPTION.get(lang), &columns, rows))
    };
    fold(IN_WORDS.get(lang), body)
}
