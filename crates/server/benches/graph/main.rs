//! How long it takes to lay out and draw a transmission graph: `cargo bench -p bluezone-server --bench graph`.
//!
//! With a folder as argument (`-- FOLDER`) it also writes each drawing as a page there, to be looked at.

#![expect(clippy::print_stdout, reason = "a bench's product is what it prints")]

use bluezone_domain::contact::Class;
use bluezone_domain::graph::{Edge, Evidence, Graph, Kind, Node};
use bluezone_pages::layout::{Page, Width, layout};
use bluezone_pages::maud::html;
use bluezone_pages::{Lang, asset, style_path};
use bluezone_server::console::graph::{Label, Picture, draw};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::path::Path;
use std::time::Instant;

/// Persons in each drawing.
const SIZES: [usize; 4] = [10, 50, 200, 2_000];
const RUNS: usize = 11;
/// The last day of onset or exposure.
const TODAY: i64 = 20_780;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    println!("{:<22} {:>8} {:>8} {:>10} {:>10}", "drawing", "persons", "drawn", "median ms", "kB");
    for size in SIZES {
        let picture = outbreak(size, 7);
        for (name, fold, by_day) in [
            ("by generation", false, false),
            ("by day", false, true),
            ("by generation, folded", true, false),
            ("by day, folded", true, true),
        ] {
            let mut took = Vec::new();
            let (mut svg, mut drawn) = (String::new(), 0);
            for _ in 0..RUNS {
                let start = stopwatch();
                // All that a page does: work out the graph anew, fold, lay out, draw.
                let whole = Graph::new(picture.graph.nodes().to_vec(), picture.graph.edges().to_vec());
                let graph = if fold { whole.folded(6) } else { whole };
                drawn = graph.nodes().len();
                let picture = Picture { graph, labels: picture.labels.clone() };
                svg = draw(&picture, Lang::Vi, by_day, 100).into_string();
                took.push(start.elapsed().as_secs_f64() * 1000.0);
            }
            took.sort_by(f64::total_cmp);
            println!("{name:<22} {size:>8} {drawn:>8} {:>10.1} {:>10}", took[RUNS / 2], svg.len() / 1024);
            if let Some(folder) = &folder {
                let file = format!("{size}-{}.html", name.replace([' ', ','], "-"));
                std::fs::write(Path::new(folder).join(file), page(&svg)).expect("the folder can be written");
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it says how fast something was")]
fn stopwatch() -> Instant {
    Instant::now()
}

/// An outbreak that looks like one: a few cases with many contacts, most contacts leading nowhere, some to further ones, a few
/// persons near two.
fn outbreak(size: usize, seed: u64) -> Picture {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut nodes = Vec::new();
    let mut labels = Vec::new();
    let mut edges = Vec::new();
    let (mut cases, mut contacts) = (0, 0);
    for record in 0..size {
        let above = (record > 0).then(|| {
            let recent = record.saturating_sub(record / 3 + 4);
            // Few lead on.
            if rng.random_bool(0.7) { recent / 7 * 7 % record } else { rng.random_range(0..record) }
        });
        let from: Option<&Node> = above.map(|above| &nodes[above]);
        let kind = match from.map(|node| node.kind) {
            None => Kind::Case,
            Some(_) if rng.random_bool(0.08) => Kind::Case,
            Some(Kind::Case) => {
                let classes = [Class::F11, Class::F12, Class::F12, Class::Unclear];
                Kind::Contact(classes[rng.random_range(0..4)])
            }
            Some(_) => Kind::Contact(Class::F21),
        };
        let day = from.map_or(TODAY - 24, |node| node.day + rng.random_range(-1..5)).min(TODAY);
        let code = match kind {
            Kind::Case => {
                cases += 1;
                format!("F0-{cases}")
            }
            Kind::Contact(class) => {
                contacts += 1;
                let ring = ["F?", "F1", "F2"][usize::from(class.ring())];
                format!("{ring}-{contacts}")
            }
        };
        let letters = ["N.V.A.", "T.T.B.", "L.H.C.", "P.M.D.", "H.Đ.Ư."];
        let who = format!("{} {}", letters[record % letters.len()], 1950 + record * 7 % 60);
        labels.push(Label { code, who, href: Some("#".to_owned()) });
        nodes.push(Node { record, kind, day, persons: 1 });
        let evidence = || Evidence::ALL;
        if let Some(above) = above {
            let chosen = evidence()[[0, 0, 1, 2, 3, 3, 3, 4][rng.random_range(0..8)]];
            edges.push(Edge { from: above, to: record, evidence: chosen });
            if record > 5 && rng.random_bool(0.05) {
                let other = rng.random_range(0..record);
                edges.push(Edge { from: other, to: record, evidence: Evidence::OneSided });
            }
        }
    }
    Picture { graph: Graph::new(nodes, edges), labels }
}

/// The drawing in the console's frame, with its style inside: the page is looked at from a file.
fn page(svg: &str) -> String {
    let body = html! { div.graph-frame { (bluezone_pages::maud::PreEscaped(svg)) } };
    let page = Page { width: Width::Wide, body, ..Page::new(Lang::Vi, "Sơ đồ lây truyền") };
    let style = asset(style_path()).map(|asset| String::from_utf8_lossy(asset.body)).unwrap_or_default();
    layout(&page).into_string().replace("</head>", &format!("<style>{style}</style></head>"))
}
