//! Charts as SVG that can be read in grey and on a phone: few lines, told apart by dashes and words beside them.

use std::fmt::Write as _;

use bluezone_pages::Lang;
use maud::{Markup, PreEscaped, html};

use super::words;
use crate::plan::Band;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 46.0;
/// So far from the edge that half of a number fits beside it.
const RIGHT: f64 = 344.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 214.0;

/// Dashes of the lines, lowest adoption first: the fewer the gaps, the more people have the app.
const DASHES: [&str; 5] = ["1 3", "3 3", "7 3", "10 2 2 2", ""];

/// A line with what may lie around it.
pub struct Line {
    /// Said in the legend.
    pub label: String,
    /// A value a day, from day 1.
    pub values: Vec<Option<Band>>,
}

/// Both axes.
pub struct Axes<'a> {
    pub lang: Lang,
    /// What the chart shows, for those who do not see it.
    pub title: &'a str,
    pub across: &'a str,
    /// Ends of the x axis.
    pub range: (f64, f64),
    pub percent_across: bool,
}

/// Ticks at round numbers, up to the first that reaches `most`.
fn ticks(most: f64) -> Vec<f64> {
    let rough = most.max(1e-9) / 4.0;
    let unit = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * unit).into_iter().find(|&step| step >= rough).unwrap_or(rough);
    let count = (most / step).ceil().max(1.0) as usize;
    (0..=count).map(|tick| tick as f64 * step).collect()
}

/// A number on an axis: `12 k`, `1.2 M`.
fn short(lang: Lang, value: f64) -> String {
    let (value, unit) = match value {
        v if v >= 1e6 => (v / 1e6, " M"),
        v if v >= 1e4 => (v / 1e3, " k"),
        v => (v, ""),
    };
    let places = if value == value.round() { 0 } else { 1 };
    words::decimal(lang, value, places) + unit
}

struct Drawing<'a> {
    svg: String,
    axes: Axes<'a>,
    top: f64,
}

impl<'a> Drawing<'a> {
    fn new(axes: Axes<'a>, most: f64) -> Self {
        let ticks = ticks(most);
        let top = ticks.last().copied().unwrap_or(1.0);
        let mut drawing = Self { svg: String::new(), axes, top };
        for tick in ticks {
            let y = drawing.y(tick);
            let label = short(drawing.axes.lang, tick);
            let _ = write!(
                drawing.svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                LEFT - 5.0,
                y + 4.0
            );
        }
        drawing
    }

    fn x(&self, value: f64) -> f64 {
        let (from, to) = self.axes.range;
        LEFT + (RIGHT - LEFT) * (value - from) / (to - from).max(1e-9)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * value / self.top
    }

    fn across(&mut self, ticks: impl IntoIterator<Item = f64>) {
        for tick in ticks {
            let label = match self.axes.percent_across {
                true => words::percent(self.axes.lang, tick),
                false => short(self.axes.lang, tick),
            };
            let x = self.x(tick);
            let _ = write!(
                self.svg,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
                BOTTOM + 16.0
            );
        }
        let middle = f64::midpoint(LEFT, RIGHT);
        let label = html! { (self.axes.across) }.into_string();
        let _ = write!(
            self.svg,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            BOTTOM + 32.0
        );
    }

    fn finish(self) -> Markup {
        html! {
            svg role="img" aria-label=(self.axes.title) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) {
                title { (self.axes.title) }
                (PreEscaped(self.svg))
            }
        }
    }
}

/// Lines over days, at most five, with their bands.
pub fn lines(axes: Axes<'_>, lines: &[Line], level: Option<f64>) -> Markup {
    let values = lines.iter().flat_map(|line| line.values.iter().flatten());
    let most = values.map(|band| band.mean.max(band.high)).chain(level).fold(0.0, f64::max);
    let mut drawing = Drawing::new(axes, most);
    let (from, to) = drawing.axes.range;
    let step = ticks((to - from) * 0.99)[1];
    drawing.across((0..).map(|n| from + f64::from(n) * step).take_while(|&day| day <= to));
    if let Some(level) = level {
        let y = drawing.y(level);
        let _ = write!(drawing.svg, "<path class=\"level\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>");
    }
    // The bands of the lines between lie between those of the ends.
    let last = lines.len().saturating_sub(1);
    for line in
        lines.iter().enumerate().filter(|(number, _)| *number == 0 || *number == last).map(|(_, line)| line)
    {
        let bands: Vec<_> =
            (1..).zip(&line.values).filter_map(|(day, band)| band.map(|b| (f64::from(day), b))).collect();
        if bands.iter().any(|(_, band)| band.high > band.low) {
            let upper = bands.iter().map(|(day, band)| (*day, band.high));
            let lower = bands.iter().rev().map(|(day, band)| (*day, band.low));
            let path = path(&drawing, upper.chain(lower));
            let _ = write!(drawing.svg, "<path class=\"band\" d=\"{path}Z\"/>");
        }
    }
    for (number, line) in lines.iter().enumerate() {
        let points = (1..).zip(&line.values).filter_map(|(day, band)| Some((f64::from(day), (*band)?.mean)));
        let path = path(&drawing, points);
        // The last line is the one without gaps.
        let dash = DASHES[(DASHES.len() - lines.len().min(DASHES.len()) + number).min(DASHES.len() - 1)];
        let (left, y) = (RIGHT - 78.0, TOP + 8.0 + 15.0 * number as f64);
        let label = html! { (line.label) }.into_string();
        let _ = write!(
            drawing.svg,
            "<path class=\"line\" stroke-dasharray=\"{dash}\" d=\"{path}\"/>\
             <path class=\"line\" stroke-dasharray=\"{dash}\" d=\"M{left} {:.1}h36\"/>\
             <text class=\"name\" x=\"{:.1}\" y=\"{y:.1}\">{label}</text>",
            y - 4.0,
            left + 41.0
        );
    }
    drawing.finish()
}

fn path(drawing: &Drawing<'_>, points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (number, (x, y)) in points.enumerate() {
        let letter = if number == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{:.1} {:.1}", drawing.x(x), drawing.y(y));
    }
    path
}

/// A point a step with its range; several series get several lines, named below.
pub fn points(axes: Axes<'_>, series: &[(String, Vec<(f64, Band)>)]) -> Markup {
    let all = series.iter().flat_map(|(_, points)| points);
    let most = all.clone().map(|(_, band)| band.high.max(band.mean)).fold(0.0, f64::max);
    let mut drawing = Drawing::new(axes, most);
    let mut steps: Vec<f64> = all.map(|(x, _)| *x).collect();
    steps.sort_by(f64::total_cmp);
    steps.dedup();
    let every = steps.len().div_ceil(5).max(1);
    drawing.across(steps.into_iter().step_by(every));
    for (number, (_, points)) in series.iter().enumerate() {
        let dash = dash_of(number);
        let path = path(&drawing, points.iter().map(|(x, band)| (*x, band.mean)));
        let _ = write!(drawing.svg, "<path class=\"line\" stroke-dasharray=\"{dash}\" d=\"{path}\"/>");
        for (x, band) in points {
            let (x, y) = (drawing.x(*x), drawing.y(band.mean));
            let (high, low) = (drawing.y(band.high), drawing.y(band.low.max(0.0)));
            let _ = write!(
                drawing.svg,
                "<path class=\"range\" d=\"M{x:.1} {high:.1}V{low:.1}\"/><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
            );
        }
    }
    html! {
        (drawing.finish())
        // Names of scenarios are too long to stand in the chart.
        @if series.len() > 1 {
            ul.legend {
                @for (number, (label, _)) in series.iter().enumerate() {
                    li {
                        svg viewBox="0 0 36 8" aria-hidden="true" {
                            path.line stroke-dasharray=(dash_of(number)) d="M0 4h36" {}
                        }
                        span { (label) }
                    }
                }
            }
        }
    }
}

/// The first series has no gaps.
fn dash_of(series: usize) -> &'static str {
    DASHES[DASHES.len() - 1 - series % DASHES.len()]
}

/// A bar a step, of two parts.
pub fn bars(axes: Axes<'_>, steps: &[(f64, [f64; 2])], pattern: &str) -> Markup {
    let most = steps.iter().map(|(_, parts)| parts[0] + parts[1]).fold(0.0, f64::max);
    let mut drawing = Drawing::new(axes, most);
    let every = steps.len().div_ceil(5).max(1);
    drawing.across(steps.iter().map(|step| step.0).step_by(every));
    let _ = write!(
        drawing.svg,
        "<defs><pattern id=\"{pattern}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V5\"/></pattern></defs>"
    );
    let width = (0.6 * (RIGHT - LEFT) / (steps.len() as f64 + 1.0)).min(28.0);
    for (x, [dark, striped]) in steps {
        let left = drawing.x(*x) - width / 2.0;
        let (first, second) = (drawing.y(*dark), drawing.y(dark + striped));
        let _ = write!(
            drawing.svg,
            "<rect class=\"dark\" x=\"{left:.1}\" y=\"{first:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>\
             <rect class=\"striped\" fill=\"url(#{pattern})\" x=\"{left:.1}\" y=\"{second:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>",
            BOTTOM - first,
            first - second
        );
    }
    drawing.finish()
}
