//! Nothing from outside panics, and what passes validation reads back.

use crate::support::*;
use bluezone_forms::response::{Envelope, read, write};
use bluezone_forms::*;
use bluezone_pages::Lang;
use proptest::prelude::*;

/// A value near to what an item takes, or anything.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("yes".to_owned()),
        Just("no".to_owned()),
        Just("healthy".to_owned()),
        Just("fever".to_owned()),
        Just("19".to_owned()),
        Just("2026-11-25".to_owned()),
        Just("9999-12-31".to_owned()),
        Just("1e999".to_owned()),
        Just("-9223372036854775808".to_owned()),
        "[0-9]{1,20}",
        "[0-9]{1,3}[.,/-][0-9]{1,9}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_fields(at in 0..7usize, values in prop::collection::vec((any::<prop::sample::Index>(), value()), 0..60)) {
        let scene = Scene::new(FILES[at].0);
        let questions = scene.form.questions();
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(index, value)| (index.get(&questions).link_id.as_str(), value.as_str()))
            .collect();
        let setting = scene.setting();
        let sent = read_fields(scene.form, pairs, [], &setting);
        for lang in Lang::ALL {
            let drawing = Drawing { form: scene.form, lang, setting, entries: &sent.entries, problems: &sent.problems };
            let _ = drawing.render();
            let _ = print::filled(scene.form, &sent.answers, lang, &setting);
        }
        let _ = advise(scene.form, &sent.answers, &setting);
        let envelope = Envelope { id: None, authored: "2026-11-25T08:00:00+07:00", lang: Lang::Vi };
        let json = write(scene.form, &sent.answers, &setting, &envelope);
        if sent.problems.is_empty() {
            prop_assert_eq!(read(scene.form, &json).unwrap(), sent.answers);
        }
    }

    #[test]
    fn any_change_of_a_form(cut in any::<prop::sample::Index>(), length in 0..40usize, with in "\\PC{0,12}") {
        let file = include_str!("../forms/school.json");
        let mut at = cut.index(file.len());
        while !file.is_char_boundary(at) { at -= 1; }
        let mut end = (at + length).min(file.len());
        while !file.is_char_boundary(end) { end += 1; }
        let _ = Questionnaire::read(&format!("{}{with}{}", &file[..at], &file[end..]));
    }

    #[test]
    fn any_change_of_a_response(cut in any::<prop::sample::Index>(), length in 0..40usize, with in "\\PC{0,12}") {
        let scene = Scene::new("khai-bao-lai");
        let sent = scene.send(&fields(&[("showSignal", "fever"), ("signalSince", "2026-11-20"), ("showSignalNote", "x")]));
        let envelope = Envelope { id: None, authored: "2026-11-25T08:00:00+07:00", lang: Lang::En };
        let text = write(scene.form, &sent.answers, &scene.setting(), &envelope).to_string();
        let mut at = cut.index(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        let mut end = (at + length).min(text.len());
        while !text.is_char_boundary(end) { end += 1; }
        if let Ok(json) = serde_json::from_str(&format!("{}{with}{}", &text[..at], &text[end..]))
            && let Ok(answers) = read(scene.form, &json)
        {
            let _ = validate(scene.form, &answers, &scene.setting());
        }
    }
}
