use bluezone_forms::value_set::{BuiltIn, COMMUNES, PROVINCES};
use bluezone_forms::*;
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub static LIBRARY: LazyLock<Library> = LazyLock::new(Library::built_in);

/// 25 November 2026.
pub fn today() -> NaiveDate {
    day("2026-11-25")
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn form(name: &str) -> &'static Questionnaire {
    LIBRARY.iter().find(|form| form.name == name).unwrap()
}

/// Two provinces with two communes each.
pub struct Places;

impl ValueSets for Places {
    fn choices(&self, url: &str, of: Option<&str>) -> Option<Cow<'static, [Choice]>> {
        let choice = |code: &str, vi: &str, en: &str| Choice {
            system: None,
            code: code.into(),
            words: Words { vi: vi.into(), en: en.into() },
            exclusive: false,
        };
        match (url, of) {
            (PROVINCES, None) => Some(
                vec![choice("01", "Hà Nội", "Ha Noi"), choice("19", "Thái Nguyên", "Thai Nguyen")].into(),
            ),
            (COMMUNES, Some("19")) => {
                Some(vec![choice("05443", "Phan Đình Phùng", "Phan Dinh Phung")].into())
            }
            (COMMUNES, Some("01")) => Some(vec![choice("00004", "Ba Đình", "Ba Dinh")].into()),
            _ => BuiltIn.choices(url, of),
        }
    }
}

/// A form on 25 November 2026, without switches.
pub struct Scene {
    pub form: &'static Questionnaire,
    pub parameters: BTreeMap<String, i64>,
}

impl Scene {
    pub fn new(name: &str) -> Scene {
        Scene::on(name, today())
    }

    pub fn on(name: &str, day: NaiveDate) -> Scene {
        let form = form(name);
        Scene { form, parameters: Schedule::default().parameters(form, "covid-19", day) }
    }

    pub fn setting(&self) -> Setting<'_> {
        Setting { today: today(), parameters: &self.parameters, sets: &Places }
    }

    pub fn send(&self, fields: &Fields) -> Sent {
        let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        read_fields(self.form, pairs, [], &self.setting())
    }
}

pub type Fields = Vec<(String, String)>;

pub fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The fields with one of them set to these values.
pub fn with(fields: &Fields, name: &str, values: &[&str]) -> Fields {
    let mut out: Fields = fields.iter().filter(|(other, _)| other != name).cloned().collect();
    out.extend(values.iter().map(|value| (name.to_owned(), (*value).to_owned())));
    out
}
