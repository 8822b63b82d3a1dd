//! Reports over several pages.

use crate::paper::Seen;
use bluezone_forms::*;
use bluezone_pages::Lang;
use bluezone_print::declaration::declaration;
use bluezone_print::report::{Block, Report, Section, Table, report};
use bluezone_print::staff::{Line, StaffList, staff_list};
use proptest::prelude::*;

/// A paper with everything in it, `rows` long.
fn data(rows: usize, cell: &str) -> Report {
    let facts = [
        ("Họ và tên", "Nguyễn Thị Ánh Nguyệt"),
        ("Số điện thoại", "0912 345 678"),
        ("Nơi ở", "Phường Phan Đình Phùng, Thái Nguyên"),
    ];
    let row = |n: usize| {
        vec![format!("{n}"), format!("Chợ Thái {n}"), "07:05, 25/11/2026".to_owned(), cell.to_owned()]
    };
    Report {
        lang: Lang::Vi,
        title: "Dữ liệu của tôi".to_owned(),
        about: vec!["Lập lúc 08:30, 25/11/2026".to_owned()],
        sections: vec![
            Section {
                title: "Tài khoản".to_owned(),
                blocks: vec![
                    Block::Words("Đây là tất cả những gì máy chủ này lưu về bạn.".to_owned()),
                    Block::Facts(facts.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()),
                ],
            },
            Section {
                title: "Nơi đã đến".to_owned(),
                blocks: vec![Block::Table(Table {
                    columns: [("STT", 1.0), ("Nơi", 4.0), ("Vào", 3.0), ("Ghi chú", 4.0)]
                        .map(|(title, share)| (title.to_owned(), share))
                        .to_vec(),
                    rows: (1..=rows).map(row).collect(),
                })],
            },
        ],
        foot: "Bluezone · chỉ để chính chủ dùng".to_owned(),
    }
}

#[test]
fn a_name_that_pages_do_not_break_is_printed() {
    let seen = Seen::new(&report(&data(1, "COVID\u{2011}19")).unwrap());
    assert!(seen.text().contains("COVID-19"));
}

#[test]
fn a_table_goes_on_over_pages_below_its_head() {
    let seen = Seen::new(&report(&data(120, "tự khai")).unwrap());
    let pages = seen.pages.len();
    assert!(pages >= 3, "{pages} pages");
    seen.fits();
    let text = seen.text();
    assert_eq!(text.matches("Ghi chú").count(), pages, "the head stands on each page");
    for n in 1..=pages {
        assert!(text.contains(&format!("Trang {n} / {pages}")));
    }
    for n in 1..=120 {
        assert!(text.contains(&format!("Chợ Thái {n} ")), "row {n} is lost");
    }
    seen.keep("my-data");
}

#[test]
fn a_cell_longer_than_a_page_loses_nothing() {
    let words: Vec<String> = (0..3000).map(|n| format!("từ{n}")).collect();
    let seen = Seen::new(&report(&data(2, &words.join(" "))).unwrap());
    seen.fits();
    let found: std::collections::HashSet<&str> = seen.words.iter().map(|word| word.text.as_str()).collect();
    for word in &words {
        assert!(found.contains(word.as_str()), "{word} is lost");
    }
}

#[test]
fn a_declaration_prints_what_applied_and_was_answered() {
    let library = Library::built_in();
    let (schedule, day) = (Schedule::default(), "2026-11-25".parse().unwrap());
    let form = library.open("hang-ngay", &schedule, "covid-19", day).unwrap();
    let parameters = schedule.parameters(form, "covid-19", day);
    let setting = Setting { today: day, parameters: &parameters, sets: &value_set::BuiltIn };
    let fields =
        [("date", "2026-11-25"), ("recorder", "self"), ("symptoms", "fever"), ("temperature", "38,2")];
    let sent = read_fields(form, fields, [], &setting);
    assert_eq!(sent.problems, []);
    for lang in Lang::ALL {
        let about = vec!["Nguyễn Thị Ánh Nguyệt".to_owned()];
        let seen = Seen::new(
            &declaration(form, &sent.answers, lang, &setting, about, "Bluezone".to_owned()).unwrap(),
        );
        seen.fits();
        let text = seen.text();
        for words in [
            "Nguyễn Thị Ánh Nguyệt",
            form.title.get(lang),
            "hang-ngay",
            if lang == Lang::Vi { "38,2" } else { "38.2" },
        ] {
            assert!(text.contains(words), "{words:?} is not in {text}");
        }
        seen.keep(&format!("declaration-{}", lang.code()));
    }
}

#[test]
fn the_list_for_a_meeting_says_who_declared_and_who_did_not_tell() {
    let answers = [Some(true), Some(false), None];
    let line = |n: usize| Line {
        name: format!("Nguyễn Thị Ánh Nguyệt {n}"),
        declared: answers[n % 3],
        app: answers[n / 3 % 3],
    };
    for lang in Lang::ALL {
        let list = StaffList {
            agency: "Trường Tiểu học Đội Cấn".to_owned(),
            at: "08:30, 25/11/2026".to_owned(),
            lines: (0..90).map(line).collect(),
        };
        let seen = Seen::new(&staff_list(&list, lang).unwrap());
        seen.fits();
        let text = seen.text();
        let count = if lang == Lang::Vi {
            "30 có, 30 chưa, 30 chưa cho biết"
        } else {
            "30 yes, 30 not yet, 30 not told"
        };
        assert_eq!(text.matches(count).count(), 2, "{text}");
        assert!(text.contains("Nguyễn Thị Ánh Nguyệt 89") && text.contains("Trường Tiểu học Đội Cấn"));
        seen.keep(&format!("staff-{}", lang.code()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_words_make_a_report(
        title in any::<String>(),
        head in proptest::collection::vec((any::<String>(), -1.0_f32..9.0), 0..9),
        rows in proptest::collection::vec(proptest::collection::vec("\\PC{0,300}", 0..9), 0..9),
    ) {
        let words = title.clone();
        let facts = vec![(title.clone(), rows.concat().concat())];
        let blocks = vec![Block::Words(words), Block::Facts(facts), Block::Table(Table { columns: head, rows })];
        let made = report(&Report {
            lang: Lang::En,
            title: title.clone(),
            about: vec![title.clone()],
            sections: vec![Section { title: title.clone(), blocks }],
            foot: title,
        });
        prop_assert!(made.is_ok());
    }
}
