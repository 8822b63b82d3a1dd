//! Line lists: where one is taken out (`line_list_export.rs`) and read in (`line_list_import.rs`).

use crate::console::access::Signed;
use crate::console::line_list_export::{self, Typed};
use crate::console::line_list_import::{self, CHOOSE_FILE};
use crate::console::shell::{Shell, View};
use crate::console::{line, routes};
use axum::extract::Query;
use axum::response::Response;
use bluezone_domain::policy::Action;
use bluezone_pages::form::{CSRF_FIELD, Field, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, button, card};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Danh sách ca", "Line list";
    IN, "Nhập danh sách", "Read a list in";
    IN_WHY, "Dòng có mã hệ thống sửa ca đó; dòng không có mã là ca mới. Máy xem trước cả tệp và chưa lưu gì cho đến khi bạn đồng ý.",
        "A row with a system id changes that case; a row without is a new case. The whole file is looked at first, and nothing is saved until you agree.";
    FILE, "Tệp XLSX hoặc CSV (UTF-8), dòng đầu là tên cột", "XLSX or CSV (UTF-8) file, the first row names the columns";
    LOOK, "Xem trước", "Look at it first";
    TAKEN, "Đã nhập danh sách", "The list is taken in";
    TAKEN_WHY, "{new} ca mới, {changed} ca được sửa.", "{new} new cases, {changed} cases changed.";
    LEFT, "{wrong} dòng có lỗi chưa được nhập.", "{wrong} wrong rows were left out.";
    GET_LEFT, "Tải các dòng lỗi", "Get the wrong rows"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    problem: String,
    done: String,
    new: u32,
    changed: u32,
    wrong: u32,
    list: String,
}

/// `GET /console/line-list`
pub async fn page(signed: Signed, view: View, Query(done): Query<Done>) -> Response {
    shown(&signed, &view, &done, &Typed::default(), &[])
}

/// The page, with what was typed to take a list out and what is wrong with it.
pub fn shown(
    signed: &Signed,
    view: &View,
    done: &Done,
    typed: &Typed,
    problems: &[(&'static str, Text)],
) -> Response {
    let lang = view.lang;
    let listed = line::listed(lang, problems);
    let body = html! {
        (happened(lang, done))
        (to_mend(lang, &listed))
        @if signed.may(Action::ExportLineList) { (line_list_export::draw(lang, signed, typed, &listed)) }
        @if signed.may(Action::ImportLineList) { (into(lang, signed, done)) }
    };
    let view = view.clone().at(routes::LINE_LIST);
    Shell { view: &view, signed: Some(signed), title: TITLE.get(lang), lead: None, wide: false, body }
        .render()
}

fn happened(lang: Lang, done: &Done) -> Markup {
    if done.done.is_empty() {
        return html! {};
    }
    let (new, changed, wrong) = (done.new.to_string(), done.changed.to_string(), done.wrong.to_string());
    let words = html! {
        p { (TAKEN_WHY.fill(lang, &[("new", &new), ("changed", &changed)])) }
        @if done.wrong > 0 {
            p {
                (LEFT.fill(lang, &[("wrong", &wrong)])) " "
                a href=(routes::line_list_wrong(&done.list)) { (GET_LEFT.get(lang)) }
            }
        }
    };
    alert(if done.wrong > 0 { Tone::Caution } else { Tone::Good }, TAKEN.get(lang), words)
}

fn into(lang: Lang, signed: &Signed, done: &Done) -> Markup {
    let problem = line_list_import::problem(&done.problem).map(|words| words.get(lang));
    card(
        IN.get(lang),
        html! {
            p { (IN_WHY.get(lang)) }
            form.form method="post" action=(routes::LINE_LIST) enctype="multipart/form-data" {
                // First, so that the gate finds it without reading the file.
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                (Field::input(lang, "file", "file", FILE.get(lang)).error(problem))
                (button(Weight::Primary, LOOK.get(lang)))
                @if problem.is_some() { p.soft { (CHOOSE_FILE.get(lang)) } }
            }
        },
    )
}
