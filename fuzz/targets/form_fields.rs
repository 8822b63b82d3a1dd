//! What a page sends for a form, as `name=value` lines, and responses of other systems. What is valid reads back.
#![no_main]

use bluezone_forms::response::{Envelope, read, write};
use bluezone_forms::{Library, Questionnaire, Schedule, Setting, advise, read_fields, validate, value_set::BuiltIn};
use bluezone_pages::Lang;
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};

static FORMS: LazyLock<Vec<Arc<Questionnaire>>> = LazyLock::new(|| Library::built_in().iter().cloned().collect());

fuzz_target!(|data: (u8, &str)| {
    let form = &*FORMS[usize::from(data.0) % FORMS.len()];
    let today = "2026-11-25".parse().expect("a date");
    let parameters = Schedule::default().parameters(form, "covid-19", today);
    let setting = Setting { today, parameters: &parameters, sets: &BuiltIn };
    if let Ok(json) = serde_json::from_str(data.1) {
        let _ = read(form, &json).map(|answers| validate(form, &answers, &setting));
        return;
    }
    let sent = read_fields(form, data.1.lines().filter_map(|line| line.split_once('=')), [], &setting);
    let _ = advise(form, &sent.answers, &setting);
    let envelope = Envelope { id: None, authored: "2026-11-25T08:00:00+07:00", lang: Lang::Vi };
    let json = write(form, &sent.answers, &setting, &envelope);
    if sent.problems.is_empty() {
        assert_eq!(read(form, &json).as_ref(), Ok(&sent.answers));
    }
});
