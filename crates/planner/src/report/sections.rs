//! The parts of the page.

use bluezone_pages::{Lang, Text};
use maud::{Markup, html};

use super::chart::{self, Axes, Line};
use super::{assumptions, minor, name, words};
use crate::plan::{Band, CellSummary as Cell, Effect, Plan, Summary, unfinished};
use crate::scenario::Scenario;

/// Most lines in a chart.
const LINES: usize = 5;

/// In short, and what it rests on.
pub fn first_page(lang: Lang, plan: &Plan, summary: &Summary, number: usize, scenario: &Scenario) -> Markup {
    let days = scenario.parameters.days.to_string();
    let disease = words::disease(lang, &scenario.disease);
    let steps: Vec<&Cell> = summary.steps(number).collect();
    let people = |value| words::people(lang, value);
    let percent = |share| words::percent(lang, share);
    let none = steps.first().map(|cell| {
        words::SHORT_NONE.fill(
            lang,
            &[
                ("adoption", &percent(cell.adoption)),
                ("infected", &people(cell.infections.mean)),
                ("share", &percent(cell.attack.mean)),
                ("deaths", &people(cell.deaths.mean)),
            ],
        )
    });
    let shown = |wanted: f64| steps.iter().find(|cell| cell.adoption == wanted).copied();
    let last = plan.adoption.last().copied().unwrap_or(0.0);
    let averted = |cell: &&Cell| cell.effect.as_ref().map_or(0.0, |effect| effect.averted.mean);
    let averted: Vec<(f64, f64)> = steps.iter().map(|cell| (cell.adoption, averted(cell))).collect();
    let mut told: Vec<f64> = vec![plan.reference(), last];
    told.dedup();
    let several = plan.scenarios.len() > 1;
    html! {
        p.lead { (words::LEAD.fill(lang, &[("disease", &disease), ("days", &days)])) }
        div.short {
            (minor(several, words::IN_SHORT.get(lang)))
            ul {
                @if let Some(none) = none { li { (none) } }
                @for cell in told.into_iter().filter_map(shown) {
                    @if let Some(effect) = &cell.effect {
                        li {
                            (words::SHORT_STEP.fill(lang, &[
                                ("adoption", &percent(cell.adoption)),
                                ("lowest", &lowest(lang, plan)),
                                ("averted", &people(effect.averted.mean)),
                                ("low", &people(effect.averted.low)),
                                ("high", &people(effect.averted.high)),
                                ("share", &percent(effect.averted_share.mean)),
                            ]))
                            " "
                            (words::SHORT_PRICE.fill(lang, &[
                                ("days", &people(cell.isolation_days.mean)),
                                ("needless", &percent(ratio(cell.needless_days.mean, cell.isolation_days.mean))),
                            ]))
                        }
                    }
                }
                @if convex(&averted) { li { (words::SHORT_SHAPE.get(lang)) } }
                @if let Some(died_out) = died_out(lang, plan, &steps) {
                    li { (words::SHORT_DIED_OUT.fill(lang, &[("days", &days), ("steps", &died_out)])) }
                }
            }
        }
        (minor(several, words::RESTS_ON.get(lang)))
        (assumptions::listed(lang, scenario, &steps, &disease))
    }
}

/// The steps with runs in which the outbreak died out.
fn died_out(lang: Lang, plan: &Plan, steps: &[&Cell]) -> Option<String> {
    let step = |cell: &&Cell| {
        words::DIED_OUT_STEP.fill(
            lang,
            &[
                ("adoption", &words::percent(lang, cell.adoption)),
                ("count", &cell.died_out.to_string()),
                ("runs", &plan.seeds.to_string()),
            ],
        )
    };
    let steps: Vec<String> = steps.iter().filter(|cell| cell.died_out > 0).map(step).collect();
    (!steps.is_empty()).then(|| steps.join("; "))
}

/// The adoption that everything is compared with.
fn lowest(lang: Lang, plan: &Plan) -> String {
    words::percent(lang, plan.adoption.first().copied().unwrap_or(0.0))
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Whether a point of adoption averts clearly more in the upper half of the steps than in the lower one: infections averted by adoption,
/// from the lowest step on, which averts nothing.
fn convex(averted: &[(f64, f64)]) -> bool {
    let (Some(first), Some(last)) = (averted.first(), averted.last()) else { return false };
    let middle = averted[averted.len() / 2];
    let a_point = |from: &(f64, f64), to: &(f64, f64)| (to.1 - from.1) / (to.0 - from.0);
    averted.len() > 2 && middle.1 > 0.0 && a_point(&middle, last) > 1.2 * a_point(first, &middle)
}

/// What the model cannot say.
pub fn limits(lang: Lang, plan: &Plan) -> Markup {
    let covid = plan.scenarios.iter().any(|scenario| scenario.disease == "covid-19");
    html! {
        ul {
            li {
                (words::LIMIT_FORECAST.get(lang))
                @if covid { " " (words::LIMIT_COVID.get(lang)) }
            }
            li { (words::LIMIT_INTERVAL.fill(lang, &[("seeds", &plan.seeds.to_string())])) }
            li { (words::LIMIT_PHONES.get(lang)) }
            li { (words::LIMIT_PLACE.get(lang)) }
            li { (words::LIMIT_MIXING.get(lang)) }
            li { (words::LIMIT_BEHAVIOUR.get(lang)) }
        }
    }
}

/// Charts and tables of a scenario.
pub fn results(lang: Lang, plan: &Plan, summary: &Summary, number: usize, scenario: &Scenario) -> Markup {
    let steps: Vec<&Cell> = summary.steps(number).collect();
    let drawn = chosen(&steps);
    let days = (0.0, f64::from(scenario.parameters.days));
    let line = |values: &dyn Fn(&Cell) -> Vec<Option<Band>>| -> Vec<Line> {
        let label = |cell: &Cell| words::percent(lang, cell.adoption);
        drawn.iter().map(|cell| Line { label: label(cell), values: values(cell) }).collect()
    };
    let daily = line(&|cell| cell.daily.iter().copied().map(Some).collect());
    let alone = |r: Option<f64>| r.map(|mean| Band { mean, low: mean, high: mean });
    let reproduction = line(&|cell| cell.reproduction.iter().copied().map(alone).collect());
    let averted =
        steps.iter().map(|cell| (cell.adoption, cell.effect.as_ref().map_or(Band::default(), |e| e.averted)));
    let isolation: Vec<(f64, [f64; 2])> = steps
        .iter()
        .map(|cell| {
            let needless = cell.needless_days.mean;
            (cell.adoption, [cell.isolation_days.mean - needless, needless])
        })
        .collect();
    let lowest = lowest(lang, plan);
    let lowest = [("lowest", lowest.as_str())];
    let unfinished = unfinished(scenario).to_string();
    let reproduction_note = words::REPRODUCTION_NOTE.fill(lang, &[("days", &unfinished)]);
    html! {
        div.columns {
            (figure(lang, words::CURVES, Some(words::CURVES_NOTE.get(lang)), |title| {
                chart::lines(by_day(lang, title, days), &daily, None)
            }))
            (figure(lang, words::AVERTED, Some(&words::AVERTED_NOTE.fill(lang, &lowest)), |title| {
                chart::points(by_adoption(lang, title, plan), &[(String::new(), averted.collect())])
            }))
            (figure(lang, words::ISOLATION, Some(words::ISOLATION_NOTE.get(lang)), |title| {
                chart::bars(by_adoption(lang, title, plan), &isolation, &format!("hatch-{}-{number}", lang.code()))
            }))
            (figure(lang, words::REPRODUCTION, Some(&reproduction_note), |title| {
                chart::lines(by_day(lang, title, days), &reproduction, Some(1.0))
            }))
        }
        h2 { (words::BY_STEP.get(lang)) }
        p.note { (words::BY_STEP_NOTE.fill(lang, &lowest)) }
        (steps_table(lang, &steps, scenario))
        h2 { (words::MEASURES.get(lang)) }
        p.note { (words::MEASURES_NOTE.fill(lang, &[("adoption", &words::percent(lang, plan.reference()))])) }
        (measures_table(lang, summary, number, scenario))
    }
}

fn by_day<'a>(lang: Lang, title: &'a str, range: (f64, f64)) -> Axes<'a> {
    Axes { lang, title, across: words::DAY_AXIS.get(lang), range, percent_across: false }
}

fn by_adoption<'a>(lang: Lang, title: &'a str, plan: &Plan) -> Axes<'a> {
    let (first, last) =
        (plan.adoption.first().copied().unwrap_or(0.0), plan.adoption.last().copied().unwrap_or(1.0));
    let margin = ((last - first) * 0.06).max(0.01);
    let range = (first - margin, last + margin);
    Axes { lang, title, across: words::ADOPTION_AXIS.get(lang), range, percent_across: true }
}

fn figure(lang: Lang, title: Text, note: Option<&str>, draw: impl FnOnce(&str) -> Markup) -> Markup {
    html! {
        figure {
            h3 { (title.get(lang)) }
            @if let Some(note) = note { p.note { (note) } }
            (draw(title.get(lang)))
        }
    }
}

/// At most [`LINES`] steps, evenly, with both ends.
fn chosen<'a>(steps: &[&'a Cell]) -> Vec<&'a Cell> {
    let count = steps.len().min(LINES);
    let place = |n: usize| if count > 1 { n * (steps.len() - 1) / (count - 1) } else { 0 };
    (0..count).filter_map(|n| steps.get(place(n)).copied()).collect()
}

/// A mean with its range under it.
fn band(lang: Lang, band: Band) -> Markup {
    let people = |value| words::people(lang, value);
    html! { span { (people(band.mean)) " " small { (people(band.low)) " – " (people(band.high)) } } }
}

/// A table whose rows become cards on a phone. What is wider than its frame is scrolled by the keys too.
pub fn table(head: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(head.join(", ")) {
            table {
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (name, cell) in head.iter().zip(row) { td data-name=(name) { (cell) } } }
                    }
                }
            }
        }
    }
}

fn pays(lang: Lang, effect: &Effect, scenario: &Scenario) -> Markup {
    let days = scenario.parameters.days.to_string();
    html! {
        @match effect.pays_from {
            Some(day) => (words::DAY.fill(lang, &[("day", &day.to_string())])),
            None => (words::NEVER.fill(lang, &[("days", &days)])),
        }
    }
}

fn steps_table(lang: Lang, steps: &[&Cell], scenario: &Scenario) -> Markup {
    let head = [
        words::COL_ADOPTION,
        words::COL_INFECTED,
        words::COL_AVERTED,
        words::COL_DEATHS,
        words::COL_HOSPITAL,
        words::COL_ISOLATED,
        words::COL_NEEDLESS,
        words::COL_WARNED,
        words::COL_PAYS,
    ]
    .map(|text| text.get(lang));
    let nothing = || html! { (words::NOTHING.get(lang)) };
    let row = |cell: &&Cell| {
        vec![
            html! { (words::percent(lang, cell.adoption)) },
            band(lang, cell.infections),
            cell.effect.as_ref().map_or_else(nothing, |effect| band(lang, effect.averted)),
            band(lang, cell.deaths),
            band(lang, cell.hospital_peak),
            band(lang, cell.isolated),
            html! { (words::percent(lang, ratio(cell.isolated_needlessly.mean, cell.isolated.mean))) },
            html! { span { (words::people(lang, cell.warned.mean)) "; " (words::percent(lang, cell.warned_rightly.mean)) } },
            cell.effect.as_ref().map_or_else(nothing, |effect| pays(lang, effect, scenario)),
        ]
    };
    table(&head, &steps.iter().map(row).collect::<Vec<_>>())
}

fn measures_table(lang: Lang, summary: &Summary, number: usize, scenario: &Scenario) -> Markup {
    let head =
        [words::COL_MEASURE, words::COL_AVERTED, words::COL_PRICE, words::COL_EACH, words::COL_BREAK_EVEN]
            .map(|text| text.get(lang));
    let rows: Vec<Vec<Markup>> = summary
        .levers(number)
        .filter_map(|(lever, cell)| {
            let effect = cell.effect.as_ref()?;
            let each = match ratio(effect.needless_days.mean, effect.averted.mean) {
                each if effect.averted.mean > 0.0 && each > 0.0 => words::decimal(lang, each, 1),
                _ if effect.needless_days.mean <= 0.0 => words::SAVES.get(lang).to_owned(),
                _ => words::NOTHING.get(lang).to_owned(),
            };
            Some(vec![
                html! { (words::lever(lever).get(lang)) },
                band(lang, effect.averted),
                band(lang, effect.isolation_days),
                html! { (each) },
                pays(lang, effect, scenario),
            ])
        })
        .collect();
    table(&head, &rows)
}

/// All scenarios in one chart and one table.
pub fn comparison(lang: Lang, plan: &Plan, summary: &Summary) -> Markup {
    let series: Vec<(String, Vec<(f64, Band)>)> = plan
        .scenarios
        .iter()
        .enumerate()
        .map(|(number, scenario)| {
            let points = summary.steps(number).map(|cell| (cell.adoption, cell.infections)).collect();
            (name(lang, scenario).to_owned(), points)
        })
        .collect();
    let head = [
        words::COL_SCENARIO,
        words::COL_ADOPTION,
        words::COL_INFECTED,
        words::COL_DEATHS,
        words::COL_ISOLATED,
        words::COL_DIFFERENCE,
    ]
    .map(|text| text.get(lang));
    let rows: Vec<Vec<Markup>> = plan
        .adoption
        .iter()
        .flat_map(|&adoption| {
            summary.cells.iter().filter(move |c| c.adoption == adoption && c.without.is_none())
        })
        .map(|cell| {
            vec![
                html! { (name(lang, &plan.scenarios[cell.scenario])) },
                html! { (words::percent(lang, cell.adoption)) },
                band(lang, cell.infections),
                band(lang, cell.deaths),
                band(lang, cell.isolated),
                cell.difference.map_or_else(|| html! { (words::NOTHING.get(lang)) }, |more| band(lang, more)),
            ]
        })
        .collect();
    let unpaired = (0..plan.scenarios.len()).filter(|&number| !plan.is_paired(number));
    let unpaired: Vec<&str> = unpaired.map(|number| name(lang, &plan.scenarios[number])).collect();
    html! {
        h2 { (words::COMPARISON.get(lang)) }
        p.note {
            (words::DIFFERENCE_NOTE.get(lang))
            @if !unpaired.is_empty() { " " (words::UNPAIRED.fill(lang, &[("scenarios", &unpaired.join(", "))])) }
        }
        (figure(lang, words::COL_INFECTED, None, |title| chart::points(by_adoption(lang, title, plan), &series)))
        (table(&head, &rows))
    }
}

#[cfg(test)]
mod tests {
    use super::convex;

    #[test]
    fn convexity_is_that_of_a_point_of_adoption() {
        let steps = |value: fn(f64) -> f64, at: &[f64]| {
            at.iter().map(|&adoption| (adoption, value(adoption))).collect::<Vec<_>>()
        };
        let linear = |adoption: f64| 1_000.0 * adoption;
        // The middle of the list is not that of the adoptions.
        for at in [&[0.0, 0.1, 0.8][..], &[0.0, 0.4, 0.8], &[0.0, 0.7, 0.8]] {
            assert!(!convex(&steps(linear, at)), "linear: {at:?}");
            assert!(!convex(&steps(|adoption| 1_000.0 * adoption.sqrt(), at)), "concave: {at:?}");
            assert!(convex(&steps(|adoption| 1_000.0 * adoption * adoption, at)), "convex: {at:?}");
        }
        assert!(!convex(&steps(linear, &[0.0, 0.8])) && !convex(&[]), "two steps have no shape");
    }
}
