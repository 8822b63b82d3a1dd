use crate::fillings::fillings;
use crate::support::*;
use bluezone_forms::response::{BadResponse, Envelope, read, write};
use bluezone_forms::*;
use bluezone_pages::Lang;
use std::path::Path;
use std::process::{Command, Output};

fn responses() -> Vec<(Scene, Answers, serde_json::Value)> {
    let all = fillings().into_iter().zip([Lang::Vi, Lang::En].into_iter().cycle()).enumerate();
    all.map(|(at, ((name, fields), lang))| {
        let scene = Scene::new(name);
        let mut answers = scene.send(&fields).answers;
        if name == "phan-anh" {
            let photo = Attachment { content_type: "image/jpeg".into(), size: 12_345, sha256: [0xab; 32] };
            answers.set("photos", [Value::Attachment(photo)]);
        }
        let id = format!("r-{at}");
        let envelope = Envelope { id: Some(&id), authored: "2026-11-25T08:00:00+07:00", lang };
        let json = write(scene.form, &answers, &scene.setting(), &envelope);
        (scene, answers, json)
    })
    .collect()
}

#[test]
fn a_response_reads_back_as_the_same_answers() {
    for (scene, answers, json) in responses() {
        assert_eq!(read(scene.form, &json).unwrap(), answers);
        assert_eq!(json["questionnaire"], scene.form.canonical());
        assert_eq!(validate(scene.form, &answers, &scene.setting()), []);
    }
}

#[test]
fn the_question_as_it_was_put_and_the_parameters_are_in_it() {
    let (_, _, json) = responses().remove(0);
    let text = json.to_string();
    assert!(text.contains("Trong vòng 21 ngày qua"), "{text}");
    assert!(
        text.contains(r#"{"url":"name","valueCode":"look-back"},{"url":"value","valueInteger":21}"#),
        "{text}"
    );
    assert!(text.contains(r#""display":"Khỏe mạnh, không có dấu hiệu nào""#));
}

#[test]
fn what_does_not_apply_is_left_out() {
    let scene = Scene::new("khai-bao-lai");
    let mut answers = scene.send(&fields(&[("showSignal", "healthy")])).answers;
    answers.set("showSignalNote", [Value::Text("x".into())]);
    let envelope = Envelope { id: None, authored: "2026-11-25T08:00:00+07:00", lang: Lang::En };
    let json = write(scene.form, &answers, &scene.setting(), &envelope);
    assert_eq!(json["item"].as_array().unwrap().len(), 1);
}

#[test]
fn a_response_that_is_none_is_refused() {
    let scene = Scene::new("hang-ngay");
    let form = scene.form;
    let ok = |item: serde_json::Value| serde_json::json!({ "resourceType": "QuestionnaireResponse", "questionnaire": form.canonical(), "item": item });
    let item =
        |answer: serde_json::Value| ok(serde_json::json!([{ "linkId": "symptoms", "answer": [answer] }]));
    let answer = |json| read(form, &item(json));
    let wrong = Err(BadResponse::Answer("symptoms".into()));
    assert!(answer(serde_json::json!({ "valueCoding": { "code": "fever" } })).is_ok());
    assert_eq!(answer(serde_json::json!({ "valueCoding": { "code": "fever", "system": "urn:x" } })), wrong);
    assert_eq!(answer(serde_json::json!({ "valueCoding": { "display": "Fever" } })), wrong);
    assert_eq!(answer(serde_json::json!({ "valueBoolean": true, "valueInteger": 1 })), wrong);
    assert_eq!(answer(serde_json::json!({ "valueReference": {} })), wrong);
    assert_eq!(read(form, &serde_json::json!({})), Err(BadResponse::NotAResponse));
    let mut other = ok(serde_json::json!([]));
    other["questionnaire"] = "https://bluezone.example/fhir/Questionnaire/hang-ngay|0.9.0".into();
    assert!(matches!(read(form, &other), Err(BadResponse::OtherForm(_))));
    let twice = serde_json::json!([{ "linkId": "note", "answer": [] }, { "linkId": "note", "answer": [] }]);
    assert_eq!(read(form, &ok(twice)), Err(BadResponse::Item("note".into())));
    let unknown = serde_json::json!([{ "linkId": "0912345678" }]);
    assert!(!read(form, &ok(unknown)).unwrap_err().to_string().contains("0912345678"));
    // It is read, and then found not to fit.
    let mut typed = answer(serde_json::json!({ "valueString": "fever" })).unwrap();
    typed.set("recorder", [Value::Code("self".into())]);
    assert!(validate(form, &typed, &scene.setting()).iter().any(|problem| problem.wrong == Wrong::WrongType));
}

fn check(folder: &Path) -> Output {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let python = Command::new(scripts.join("venv.sh")).output().expect("venv.sh can be run");
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    let python = String::from_utf8(python.stdout).unwrap();
    Command::new(python.trim()).arg(scripts.join("check_fhir.py")).arg(folder).output().unwrap()
}

#[test]
fn forms_and_responses_validate_against_the_schema_of_fhir_r4() {
    let dir = tempfile::tempdir().unwrap();
    for (name, json) in FILES {
        std::fs::write(dir.path().join(format!("form-{name}.json")), json).unwrap();
    }
    let responses = responses();
    for (at, (_, _, json)) in responses.iter().enumerate() {
        std::fs::write(dir.path().join(format!("response-{at:02}.json")), json.to_string()).unwrap();
    }
    let output = check(dir.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = format!("{} files are valid\n", FILES.len() + responses.len());
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);

    // It can say no.
    for (from, to) in [("\"authored\":\"2026", "\"authored\":\"yesterday 2026"), ("valueString", "valueText")]
    {
        let dir = tempfile::tempdir().unwrap();
        let changed = responses[0].2.to_string().replacen(from, to, 1);
        std::fs::write(dir.path().join("response.json"), changed).unwrap();
        assert!(!check(dir.path()).status.success(), "{to}");
    }
}
