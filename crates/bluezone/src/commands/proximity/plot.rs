//! Pictures of an evaluation, drawn by hand as SVG.

use super::eval::Evaluation;
use super::metrics::{Verdict, reliability, roc};
use super::rules::{MODEL, MODEL_TWO_SIDED, REFERENCE};
use std::fmt::Write as _;
use std::path::Path;

/// The rules that are drawn, with their colours (told apart by those who see few colours, and by their dashes).
const DRAWN: [(&str, &str, &str); 5] = [
    ("any-sighting", "#999999", "2 3"),
    ("cwa", "#d55e00", "6 3"),
    (REFERENCE, "#0072b2", "8 2 2 2"),
    (MODEL, "#009e73", ""),
    (MODEL_TWO_SIDED, "#000000", ""),
];

/// Side of a square diagram and the margin to its left and below it, pixels.
const SIDE: f64 = 400.0;
const LEFT: f64 = 60.0;
const BELOW: f64 = 50.0;
const LEGEND: f64 = 230.0;

/// Writes `roc.svg`, `reliability.svg` and `scenes.svg`.
pub fn write(folder: &Path, evaluation: &Evaluation, verdicts: &[Vec<Verdict>]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("roc.svg"), roc_svg(evaluation, verdicts))?;
    std::fs::write(folder.join("reliability.svg"), reliability_svg(evaluation, verdicts))?;
    std::fs::write(folder.join("scenes.svg"), scenes_svg(evaluation))
}

/// Index, name, colour and dashes of the rules that were measured and are drawn.
fn drawn(evaluation: &Evaluation) -> Vec<(usize, &'static str, &'static str, &'static str)> {
    let place = |name: &str| evaluation.rules.iter().position(|rule| rule.name == name);
    DRAWN.into_iter().filter_map(|(name, colour, dash)| Some((place(name)?, name, colour, dash))).collect()
}

fn x(value: f64) -> f64 {
    LEFT + SIDE * value
}

fn y(value: f64) -> f64 {
    10.0 + SIDE * (1.0 - value)
}

/// A square with both axes from 0 to 1.
fn square(title: &str, across: &str, up: &str, body: &str) -> String {
    let (width, height) = (LEFT + SIDE + LEGEND, SIDE + BELOW + 20.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>{title}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for tick in 0..=5 {
        let at = f64::from(tick) / 5.0;
        let _ = write!(
            svg,
            "<path d=\"M{x0} {y1:.1}H{x1}M{xt:.1} {y0}V{ye}\" stroke=\"#dddddd\"/>\n\
             <text x=\"{xl}\" y=\"{yl:.1}\" text-anchor=\"end\">{at:.1}</text>\n\
             <text x=\"{xt:.1}\" y=\"{yb}\" text-anchor=\"middle\">{at:.1}</text>\n",
            x0 = x(0.0),
            x1 = x(1.0),
            y1 = y(at),
            xt = x(at),
            y0 = y(0.0),
            ye = y(1.0),
            xl = LEFT - 8.0,
            yl = y(at) + 4.0,
            yb = y(0.0) + 18.0,
        );
    }
    let _ = write!(
        svg,
        "<path d=\"M{} {}L{} {}\" stroke=\"#bbbbbb\" stroke-dasharray=\"3 3\"/>\n{body}\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{across}</text>\n\
         <text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{up}</text>\n</svg>\n",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        x(0.5),
        y(0.0) + 40.0,
        y(0.5),
    );
    svg
}

fn curve(points: impl Iterator<Item = (f64, f64)>, colour: &str, dash: &str) -> String {
    let mut points: Vec<_> = points.map(|(across, up)| format!("{:.0},{:.0}", x(across), y(up))).collect();
    points.dedup(); // Whole pixels are enough.
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\n",
        points.join(" ")
    )
}

fn legend(row: usize, text: &str, colour: &str, dash: &str) -> String {
    let (at, across) = (30.0 + 20.0 * row as f64, x(1.0) + 15.0);
    format!(
        "<path d=\"M{across} {at}h28\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\n\
         <text x=\"{}\" y=\"{}\">{text}</text>\n",
        across + 34.0,
        at + 4.0
    )
}

fn roc_svg(evaluation: &Evaluation, verdicts: &[Vec<Verdict>]) -> String {
    let mut body = String::new();
    for (row, (at, name, colour, dash)) in drawn(evaluation).into_iter().enumerate() {
        let m = &evaluation.rules[at].measures;
        body += &curve(roc(&verdicts[at]).into_iter(), colour, dash);
        let (across, up) = (x(m.false_rate), y(1.0 - m.miss));
        let _ = writeln!(body, "<circle cx=\"{across:.1}\" cy=\"{up:.1}\" r=\"5\" fill=\"{colour}\"/>");
        body += &legend(row, &format!("{name} {:.3}", m.auc), colour, dash);
    }
    square(
        "ROC: hits against false warnings; the dots are where each rule decides",
        "false rate",
        "hit rate",
        &body,
    )
}

fn reliability_svg(evaluation: &Evaluation, verdicts: &[Vec<Verdict>]) -> String {
    let mut body = String::new();
    let models =
        drawn(evaluation).into_iter().filter(|(_, name, ..)| [MODEL, MODEL_TWO_SIDED].contains(name));
    for (row, (at, name, colour, dash)) in models.enumerate() {
        let bins = reliability(verdicts[at].iter());
        body += &curve(bins.iter().map(|bin| (bin.probability, bin.frequency)), colour, dash);
        for bin in &bins {
            let _ = writeln!(
                body,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{colour}\" fill-opacity=\"0.5\"/>",
                x(bin.probability),
                y(bin.frequency),
                2.0 + 16.0 * bin.share.sqrt(),
            );
        }
        body += &legend(row, name, colour, dash);
    }
    square(
        "Reliability: how often a probability comes true; the area is the number of pairs",
        "probability said",
        "share of contacts",
        &body,
    )
}

/// A name out of the data, as text of an SVG.
fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Bars of nDCF by scene.
fn scenes_svg(evaluation: &Evaluation) -> String {
    const BAR: f64 = 11.0;
    let rules = drawn(evaluation);
    let Some(first) = evaluation.rules.first() else { return String::new() };
    let scenes: Vec<_> =
        first.scenes.iter().filter(|(_, m)| m.ndcf.is_finite()).map(|(scene, _)| scene).collect();
    let group = BAR * rules.len() as f64 + 14.0;
    let (left, width) = (170.0, 400.0);
    let height = group * scenes.len() as f64 + 60.0 + 18.0 * rules.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>nDCF (misses + false warnings, less is better) by scene</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        left + width + 70.0
    );
    for (at, scene) in scenes.iter().enumerate() {
        let top = 10.0 + group * at as f64;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            top + group / 2.0,
            escaped(scene)
        );
        for (row, (rule, _, colour, _)) in rules.iter().enumerate() {
            let Some(m) = evaluation.rules[*rule].scenes.get(*scene) else { continue };
            let (down, length) = (top + BAR * row as f64, width * m.ndcf.min(1.2) / 1.2);
            let _ = writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{down:.1}\" width=\"{length:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"10\">{:.2}</text>",
                BAR - 1.0,
                left + length + 4.0,
                down + BAR - 2.0,
                m.ndcf,
            );
        }
    }
    for (row, (_, name, colour, _)) in rules.iter().enumerate() {
        let down = group * scenes.len() as f64 + 30.0 + 18.0 * row as f64;
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{:.1}\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{}\" y=\"{:.1}\">{name}</text>",
            down - 11.0,
            left + 18.0,
            down,
        );
    }
    svg + "</svg>\n"
}
