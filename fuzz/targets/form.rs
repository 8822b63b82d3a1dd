//! Files of forms, as an administrator may upload them; each that is understood is drawn and answered with nothing.
#![no_main]

use bluezone_forms::{Drawing, Entries, Questionnaire, Schedule, Setting, read_fields, value_set::BuiltIn};
use bluezone_pages::Lang;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| {
    let Ok(form) = Questionnaire::read(json) else { return };
    let today = "2026-11-25".parse().expect("a date");
    let parameters = Schedule::default().parameters(&form, "covid-19", today);
    let setting = Setting { today, parameters: &parameters, sets: &BuiltIn };
    let sent = read_fields(&form, [], [], &setting);
    let entries = Entries::initial(&form);
    for lang in Lang::ALL {
        let _ = Drawing { form: &form, lang, setting, entries: &entries, problems: &sent.problems }.render();
        let _ = bluezone_forms::print::paper(&form, lang, &setting);
    }
});
