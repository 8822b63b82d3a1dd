//! An agency's list for a meeting: who declared today, whose app runs, who has not.

use crate::PrintError;
use crate::report::{Block, Report, Section, Table, report};
use bluezone_pages::{Lang, text};

text! {
    TITLE, "Danh sách khai báo y tế", "Health declarations of staff";
    AT, "Lúc {at}", "As of {at}";
    NUMBER, "STT", "No.";
    NAME, "Họ và tên", "Name";
    DECLARED, "Khai báo hôm nay", "Declared today";
    APP, "Ứng dụng đang bật", "App running";
    NOTE, "Ghi chú", "Note";
    YES, "Có", "Yes";
    NOT_YET, "Chưa", "Not yet";
    UNKNOWN, "chưa cho biết", "not told";
    ALL, "Số người", "People";
    COUNT, "{yes} có, {not} chưa, {unknown} chưa cho biết", "{yes} yes, {not} not yet, {unknown} not told";
    FOOT, "Bluezone · Mỗi người tự quyết định cho cơ quan biết điều gì", "Bluezone · Everybody decides for themself what the agency may know"
}

/// A list.
pub struct StaffList {
    /// The agency's name.
    pub agency: String,
    /// When it was made, as it is to be read.
    pub at: String,
    /// People, in their order.
    pub lines: Vec<Line>,
}

/// One of the staff.
pub struct Line {
    /// Their name.
    pub name: String,
    /// Whether they declared today; none where they did not let it be known.
    pub declared: Option<bool>,
    /// Whether their app runs; none where they did not let it be known.
    pub app: Option<bool>,
}

/// Draws it.
pub fn staff_list(list: &StaffList, lang: Lang) -> Result<Vec<u8>, PrintError> {
    let answer = |answer: Option<bool>| match answer {
        Some(true) => YES.get(lang).to_owned(),
        Some(false) => NOT_YET.get(lang).to_owned(),
        None => UNKNOWN.get(lang).to_owned(),
    };
    let count = |of: fn(&Line) -> Option<bool>| {
        let count = |wanted| list.lines.iter().filter(|line| of(line) == wanted).count().to_string();
        COUNT.fill(
            lang,
            &[("yes", &count(Some(true))), ("not", &count(Some(false))), ("unknown", &count(None))],
        )
    };
    let facts = vec![
        (ALL.get(lang).to_owned(), list.lines.len().to_string()),
        (DECLARED.get(lang).to_owned(), count(|line| line.declared)),
        (APP.get(lang).to_owned(), count(|line| line.app)),
    ];
    let columns = [(NUMBER, 1.0), (NAME, 5.0), (DECLARED, 2.4), (APP, 2.4), (NOTE, 3.0)];
    let row = |(n, line): (usize, &Line)| {
        vec![(n + 1).to_string(), line.name.clone(), answer(line.declared), answer(line.app), String::new()]
    };
    let table = Table {
        columns: columns.map(|(title, share)| (title.get(lang).to_owned(), share)).to_vec(),
        rows: list.lines.iter().enumerate().map(row).collect(),
    };
    report(&Report {
        lang,
        title: TITLE.get(lang).to_owned(),
        about: vec![list.agency.clone(), AT.fill(lang, &[("at", &list.at)])],
        sections: vec![Section {
            title: String::new(),
            blocks: vec![Block::Facts(facts), Block::Table(table)],
        }],
        foot: FOOT.get(lang).to_owned(),
    })
}
