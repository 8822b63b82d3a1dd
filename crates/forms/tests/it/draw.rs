use crate::fillings::fillings;
use crate::support::*;
use bluezone_forms::*;
use bluezone_pages::Lang;

fn page(scene: &Scene, lang: Lang, entries: &Entries, problems: &[Problem]) -> String {
    let drawing = Drawing { form: scene.form, lang, setting: scene.setting(), entries, problems };
    drawing.render().into_string()
}

#[test]
fn every_question_is_on_the_page_without_a_script() {
    for form in LIBRARY.iter() {
        let scene = Scene::new(&form.name);
        for lang in Lang::ALL {
            let page = page(&scene, lang, &Entries::initial(form), &[]);
            for item in form.questions() {
                assert!(
                    page.contains(&format!("name=\"{}\"", item.link_id)),
                    "{}: {}",
                    form.name,
                    item.link_id
                );
                let words = item.question(lang, &scene.setting());
                let escaped = maud::html! { (words) }.into_string();
                assert!(page.contains(&escaped), "{}: {words}", form.name);
            }
            assert!(!page.contains("<script") && !page.contains("style="), "{page}");
        }
    }
}

#[test]
fn a_form_that_comes_back_holds_what_was_typed_and_says_what_is_wrong() {
    let scene = Scene::new("hang-ngay");
    let typed = [
        ("date", "hôm qua"),
        ("recorder", "self"),
        ("symptoms", "healthy"),
        ("symptoms", "fever"),
        ("temperature", "<99>"),
    ];
    let sent = read_fields(scene.form, typed, [], &scene.setting());
    assert_eq!(sent.problems.len(), 3);
    for (lang, words) in [(Lang::Vi, "không thể chọn cùng câu khác"), (Lang::En, "cannot be chosen together")]
    {
        let page = page(&scene, lang, &sent.entries, &sent.problems);
        assert!(page.contains(words), "{page}");
        assert!(page.contains("1. Ngày: Hãy viết ngày") || page.contains("1. Day: Please write a date"));
        assert!(page.contains("href=\"#symptoms\"") && page.contains("id=\"symptoms\""));
        assert!(page.contains("value=\"&lt;99&gt;\""));
        assert!(page.contains("value=\"fever\" checked") && !page.contains("value=\"cough\" checked"));
    }
}

#[test]
fn communes_are_listed_once_the_province_is_chosen() {
    let scene = Scene::new("phan-anh");
    let before = page(&scene, Lang::En, &Entries::default(), &[]);
    assert!(before.contains("then press “Show the list”") && !before.contains("Phan Dinh Phung"));
    assert!(before.contains("name=\"step\" value=\"redraw\""));
    let sent = read_fields(scene.form, [("provinceId", "19")], [], &scene.setting());
    let after = page(&scene, Lang::En, &sent.entries, &[]);
    assert!(after.contains("Phan Dinh Phung") && !after.contains("Ba Dinh"));
}

#[test]
fn what_applies_only_sometimes_says_when() {
    let scene = Scene::new("toan-dan");
    let [vi, en] = Lang::ALL.map(|lang| page(&scene, lang, &Entries::default(), &[]));
    let number =
        |link_id: &str| scene.form.questions().iter().position(|item| item.link_id == link_id).unwrap() + 1;
    let travel = number("showCountryPassing");
    assert!(vi.contains(&format!("Chỉ trả lời nếu câu {travel} là “Có”.")), "{vi}");
    assert!(en.contains(&format!("Answer only if question {travel} is “Yes”.")));
    let signs = number("showSignal");
    assert!(
        en.contains(&format!("Answer only if question {signs} is “Fever”, “Cough”, “Trouble breathing”"))
    );
    let born = number("birthYear");
    assert!(en.contains(&format!("Answer only if question {born} is 2010 or more.")));
}

#[test]
fn answers_come_back_into_their_fields() {
    for (name, fields) in fillings() {
        let scene = Scene::new(name);
        let answers = scene.send(&fields).answers;
        let entries = Entries::of(&answers);
        let again: Vec<(&str, &str)> = scene
            .form
            .questions()
            .iter()
            .flat_map(|item| {
                entries.get(&item.link_id).iter().map(|value| (item.link_id.as_str(), value.as_str()))
            })
            .collect();
        assert_eq!(read_fields(scene.form, again, [], &scene.setting()).answers, answers);
    }
}

#[test]
fn a_printed_form_holds_what_applied_and_an_empty_one_every_question() {
    for (name, fields) in fillings() {
        let scene = Scene::new(name);
        let setting = scene.setting();
        let answers = scene.send(&fields).answers;
        let apply = enabled(scene.form, &answers, &setting);
        for lang in Lang::ALL {
            let filled = print::filled(scene.form, &answers, lang, &setting).into_string();
            let paper = print::paper(scene.form, lang, &setting).into_string();
            for item in scene.form.questions() {
                let words = maud::html! { (item.question(lang, &setting)) }.into_string();
                assert!(paper.contains(&words), "{name}: {words}");
                let applies = apply.contains(item.link_id.as_str());
                assert!(filled.contains(&format!("<dt>{words}</dt>")) || !applies, "{name}: {words}");
            }
            assert!(filled.contains(&scene.form.version) && paper.contains(&scene.form.version));
        }
    }
    let scene = Scene::new("hang-ngay");
    let (_, fields) = fillings().into_iter().find(|(name, _)| *name == "hang-ngay").unwrap();
    let answers = scene.send(&fields).answers;
    let filled = print::filled(scene.form, &answers, Lang::Vi, &scene.setting()).into_string();
    assert!(
        filled.contains("36,6") && filled.contains("25/11/2026") && filled.contains("Khỏe mạnh"),
        "{filled}"
    );
}

#[test]
fn a_script_can_tell_when_a_question_applies() {
    let scene = Scene::new("toan-dan");
    let page = page(&scene, Lang::Vi, &Entries::default(), &[]);
    let unescaped = page.replace("&quot;", "\"");
    assert!(unescaped.contains(r#"data-when="[["otherUser","=","yes"]]">"#), "{page}");
    assert!(unescaped.contains(r#"data-when="[["birthYear","&gt;=",2010.0]]">"#));
    assert!(unescaped.contains(r#"["showSignal","=","fatigue"]]" data-any>"#));
    assert!(
        page.contains("value=\"healthy\" data-exclusive") && !page.contains("value=\"fever\" data-exclusive")
    );
}
