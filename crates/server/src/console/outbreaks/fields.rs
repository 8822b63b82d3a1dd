//! What is asked of the planner, as fields.

use super::words;
use crate::console::once;
use crate::planning::{MEASURES, Sweep, usual};
use bluezone_domain::area::ProvinceCode;
use bluezone_domain::disease::{self, USUAL};
use bluezone_domain::outbreak_plan::Terms;
use bluezone_pages::form::{Field, tick};
use bluezone_pages::{Lang, Text, text};
use bluezone_planner::Province;
use bluezone_planner::plan::Lever;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Most runs that one plan may take: steps and measures times seeds.
pub const MOST_RUNS: u32 = 1_000;

/// How long a plan may run.
pub const DAYS_OF_A_PLAN: RangeInclusive<u32> = 30..=365;

/// What is wrong, by field.
pub type Problems = Vec<(&'static str, Text)>;

text! {
    PROVINCE, "Tỉnh, thành phố", "Province";
    DISEASE, "Bệnh", "Disease";
    FROM, "Mức cài thấp nhất, % dân số", "Lowest adoption, % of the people";
    TO, "Mức cài cao nhất, %", "Highest adoption, %";
    TO_HINT, "Trên khoảng 55 %, phải phát thiết bị cho người không có điện thoại thông minh.",
        "Above about 55 % devices are needed for those who have no smartphone.";
    STEP, "Bước, %", "Step, %";
    MEASURES_OF, "Các biện pháp ngoài ứng dụng", "Measures besides the app";
    DAYS, "Số ngày", "Days";
    INFECTED, "Số người nhiễm ban đầu trong tỉnh", "People infected at the start, in the province";
    SEEDS, "Số lần chạy mỗi mức", "Runs of each step";
    SEEDS_HINT, "Nhiều lần chạy thì khoảng dao động rõ hơn, nhưng lâu hơn.", "More of them make the ranges surer, and take longer.";
    AGENTS, "Số người trong mô hình", "People in the model";
    AGENTS_HINT, "Mỗi người đại diện cho nhiều người của tỉnh lớn. 100.000 người, 200 ngày: khoảng nửa giây một lần chạy.",
        "Each stands for several people of a large province. 100,000 people over 200 days take about half a second a run.";
    CHOOSE, "Hãy chọn một mục trong danh sách.", "Choose one of the list.";
    BETWEEN_PERCENT, "Hãy ghi một số từ 0 đến 100.", "Write a number from 0 to 100.";
    HIGHER, "Không được thấp hơn mức thấp nhất.", "Not below the lowest.";
    BETWEEN_STEP, "Hãy ghi một số từ 1 đến 100.", "Write a number from 1 to 100.";
    BETWEEN_DAYS, "Hãy ghi một số từ 30 đến 365.", "Write a number from 30 to 365.";
    BETWEEN_INFECTED, "Hãy ghi một số từ 1 đến 100.000.", "Write a number from 1 to 100,000.";
    BETWEEN_SEEDS, "Hãy ghi một số từ 1 đến 50.", "Write a number from 1 to 50.";
    BETWEEN_AGENTS, "Hãy ghi một số từ 1.000 đến 100.000.", "Write a number from 1,000 to 100,000.";
    TOO_MANY, "Quá nhiều lần chạy. Hãy bớt mức cài hoặc số lần chạy mỗi mức.",
        "Too many runs. Ask for fewer steps or fewer runs of each."
}

/// What was typed, as it was typed. A measure that is ticked has its code as a field.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Typed {
    province: String,
    disease: String,
    from: String,
    to: String,
    step: String,
    days: String,
    infected: String,
    seeds: String,
    agents: String,
    /// The form's ticket.
    pub ticket: String,
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

impl Default for Typed {
    /// What stands in the form at first.
    fn default() -> Self {
        let usual = MEASURES.into_iter().filter(|measure| usual(*measure));
        let text = str::to_owned;
        Typed {
            province: String::new(),
            disease: text(USUAL),
            from: text("0"),
            to: text("60"),
            step: text("20"),
            days: text("200"),
            infected: text("200"),
            seeds: text("10"),
            agents: text("100000"),
            ticket: String::new(),
            ticked: usual.map(|measure| (text(measure.code()), text("yes"))).collect(),
        }
    }
}

fn number(
    name: &'static str,
    typed: &str,
    range: RangeInclusive<u32>,
    words: Text,
    problems: &mut Problems,
) -> u32 {
    let read = typed.trim().parse().ok().filter(|number| range.contains(number));
    if read.is_none() {
        problems.push((name, words));
    }
    read.unwrap_or(*range.start())
}

impl Typed {
    /// A new form with this ticket.
    pub fn with(ticket: String) -> Typed {
        Typed { ticket, ..Typed::default() }
    }

    /// Reads all fields; the province is one of these.
    pub fn read(&self, provinces: &[Province], problems: &mut Problems) -> Option<(ProvinceCode, Terms)> {
        let before = problems.len();
        // Whoever has one province has nothing to choose.
        let province = match provinces {
            [only] => Some(only),
            several => several.iter().find(|province| province.code == self.province),
        };
        let province = province.and_then(|province| province.code.parse().ok());
        if province.is_none() {
            problems.push(("province", CHOOSE));
        }
        if disease::find(&self.disease).is_none() {
            problems.push(("disease", CHOOSE));
        }
        let Sweep { adoption, seeds, agents } = self.sweep(problems);
        let days = number("days", &self.days, DAYS_OF_A_PLAN, BETWEEN_DAYS, problems);
        let infected = number("infected", &self.infected, 1..=100_000, BETWEEN_INFECTED, problems);
        let measures: Vec<String> = self.measures().map(|measure| measure.code().to_owned()).collect();
        let [from, to, step] = adoption;
        let cells = (to.saturating_sub(from)) / step + 2 + measures.len() as u32;
        if problems.len() == before && cells * seeds > MOST_RUNS {
            problems.push(("seeds", TOO_MANY));
        }
        let days = u16::try_from(days).unwrap_or(u16::MAX);
        let disease = self.disease.clone();
        let terms = Terms { disease, adoption, measures, days, infected, seeds, agents, scenario: None };
        province.filter(|_| problems.len() == before).map(|province| (province, terms))
    }

    /// Reads the fields of every plan.
    pub fn sweep(&self, problems: &mut Problems) -> Sweep {
        let from = number("from", &self.from, 0..=100, BETWEEN_PERCENT, problems);
        let to = number("to", &self.to, 0..=100, BETWEEN_PERCENT, problems);
        if to < from {
            problems.push(("to", HIGHER));
        }
        let step = number("step", &self.step, 1..=100, BETWEEN_STEP, problems);
        let seeds = number("seeds", &self.seeds, 1..=50, BETWEEN_SEEDS, problems);
        let agents = number("agents", &self.agents, 1_000..=100_000, BETWEEN_AGENTS, problems);
        Sweep { adoption: [from, to, step], seeds, agents }
    }

    /// Takes one of the fields of every plan from a form with a file.
    pub fn take(&mut self, name: &str, value: String) {
        match name {
            "from" => self.from = value,
            "to" => self.to = value,
            "step" => self.step = value,
            "seeds" => self.seeds = value,
            "agents" => self.agents = value,
            once::FIELD => self.ticket = value,
            _ => {}
        }
    }

    fn measures(&self) -> impl Iterator<Item = Lever> {
        MEASURES.into_iter().filter(|measure| self.ticked.contains_key(measure.code()))
    }

    /// Draws the fields.
    pub fn draw(&self, lang: Lang, provinces: &[Province], problems: &[(&str, &'static str)]) -> Markup {
        let wrong = |field: &str| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
        let number = |name, label: Text, value, digits| {
            let field = Field::input(lang, "text", name, label.get(lang)).digits(digits).value(value);
            field.error(wrong(name))
        };
        let [steps, size] = self.draw_sweep(lang, problems);
        let several = provinces.iter().map(|province| (province.code.as_str(), province.name.as_str()));
        let diseases = words::diseases(lang);
        html! {
            @if provinces.len() > 1 {
                (Field::select(lang, "province", PROVINCE.get(lang), several.collect())
                    .value(&self.province).error(wrong("province")))
            } @else {
                @for province in provinces { p { (PROVINCE.get(lang)) ": " strong { (province.name) } } }
            }
            (Field::select(lang, "disease", DISEASE.get(lang), diseases).value(&self.disease).error(wrong("disease")))
            (steps)
            fieldset.field.choices {
                legend { (MEASURES_OF.get(lang)) }
                @for measure in MEASURES {
                    @let ticked = self.ticked.contains_key(measure.code());
                    (tick(measure.code(), words::measure(measure, false).get(lang), ticked, None))
                }
            }
            (number("days", DAYS, &self.days, 3))
            (number("infected", INFECTED, &self.infected, 6))
            (size)
        }
    }

    /// Draws the fields of every plan: the steps of adoption, the runs and their size.
    pub fn draw_sweep(&self, lang: Lang, problems: &[(&str, &'static str)]) -> [Markup; 2] {
        let number = |name, label: Text, value, digits| {
            let wrong = problems.iter().find(|(of, _)| *of == name).map(|(_, words)| *words);
            Field::input(lang, "text", name, label.get(lang)).digits(digits).value(value).error(wrong)
        };
        let steps = html! {
            (number("from", FROM, &self.from, 3))
            (number("to", TO, &self.to, 3).hint(TO_HINT.get(lang)))
            (number("step", STEP, &self.step, 3))
        };
        let size = html! {
            (number("seeds", SEEDS, &self.seeds, 2).hint(SEEDS_HINT.get(lang)))
            (number("agents", AGENTS, &self.agents, 6).hint(AGENTS_HINT.get(lang)))
        };
        [steps, size]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_values_are_named_and_the_usual_ones_are_not() {
        let provinces: Vec<_> = Province::all().filter(|province| province.code == "19").collect();
        let read = |typed: &Typed| {
            let mut problems = Problems::new();
            let read = typed.read(&provinces, &mut problems);
            assert_eq!(read.is_some(), problems.is_empty());
            problems.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert!(read(&Typed::default()).is_empty());
        let text = str::to_owned;
        assert_eq!(read(&Typed { to: text("140"), ..Typed::default() }), ["to"]);
        assert_eq!(read(&Typed { from: text("70"), ..Typed::default() }), ["to"]);
        assert_eq!(read(&Typed { agents: text("2000000"), ..Typed::default() }), ["agents"]);
        assert_eq!(
            read(&Typed { disease: text("plague"), step: text("0"), ..Typed::default() }),
            ["disease", "step"]
        );
        let fine = Typed { step: text("1"), seeds: text("50"), ..Typed::default() };
        assert_eq!(read(&fine), ["seeds"], "3,000 runs");
    }
}
