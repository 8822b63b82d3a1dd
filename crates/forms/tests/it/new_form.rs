//! A form that Bluezone does not come with: a file, and nothing else.

use crate::support::*;
use bluezone_forms::*;
use bluezone_pages::Lang;

const FILE: &str = include_str!("../forms/school.json");

#[test]
fn a_new_form_is_a_file() {
    let mut library = Library::built_in();
    library.add(FILE).unwrap();
    let (schedule, day) = (Schedule::default(), today());
    let form = library.open("lop-hoc", &schedule, "covid-19", day).unwrap();
    let parameters = schedule.parameters(form, "covid-19", day);
    let setting = Setting { today: day, parameters: &parameters, sets: &Places };

    let entries = Entries::initial(form);
    let drawing = Drawing { form, lang: Lang::En, setting, entries: &entries, problems: &[] };
    assert!(drawing.render().into_string().contains("Pupils who were ill in the last 3 days"));

    let sent = read_fields(form, [("pupils", "5")], [], &setting);
    assert_eq!(sent.problems, [Problem { link_id: "names".into(), wrong: Wrong::Missing }]);
    let sent = read_fields(form, [("pupils", "6"), ("names", "Ho, sốt")], [], &setting);
    assert_eq!(sent.problems, []);
    assert_eq!(advise(form, &sent.answers, &setting).level, advice::Level::Call);

    let envelope = response::Envelope { id: None, authored: "2026-11-25T08:00:00+07:00", lang: Lang::Vi };
    let json = response::write(form, &sent.answers, &setting, &envelope);
    assert_eq!(json["questionnaire"], "https://school.example/fhir/Questionnaire/lop-hoc|1");
    assert_eq!(response::read(form, &json).unwrap(), sent.answers);
    assert!(print::filled(form, &sent.answers, Lang::Vi, &setting).into_string().contains("Ho, sốt"));
}

#[test]
fn a_new_version_stands_beside_the_old_one() {
    let mut library = Library::built_in();
    library.add(FILE).unwrap();
    assert!(matches!(library.add(FILE), Err(AddError::Known)));
    library.add(&FILE.replace("\"version\": \"1\"", "\"version\": \"1.10.0\"")).unwrap();
    library.add(&FILE.replace("\"version\": \"1\"", "\"version\": \"1.9.0\"")).unwrap();
    let form = library.open("lop-hoc", &Schedule::default(), "covid-19", today()).unwrap();
    assert_eq!(form.version, "1.10.0");
    assert!(
        library.get("https://school.example/fhir/Questionnaire/lop-hoc|1").is_some(),
        "old answers can be read"
    );
    let unknown = FILE.replace("\"valueCode\": \"declaration\"", "\"valueCode\": \"advertising\"");
    assert!(matches!(Library::default().add(&unknown), Err(AddError::NoConsent(_))));
}
