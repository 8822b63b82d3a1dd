use bluezone_pages::time::{
    ago, clock, date, date_time, date_time_value, date_value, day, duration, number, parse_date,
    parse_date_time, rfc3339,
};
use bluezone_pages::{Lang, lang_cookie, lang_href, text, unbroken};
use std::fs;
use std::path::Path;

text! {
    BOTH, "{n} ngày và {m}", "{m} and {n} days"
}

#[test]
fn places_are_filled_by_name_and_values_are_not_read_again() {
    assert_eq!(BOTH.fill(Lang::Vi, &[("n", "3"), ("m", "x")]), "3 ngày và x");
    assert_eq!(BOTH.fill(Lang::En, &[("n", "3"), ("m", "{n}")]), "{n} and 3 days");
    assert_eq!(BOTH.fill(Lang::En, &[]), "{m} and {n} days");
}

#[test]
fn the_address_outranks_the_cookie_and_the_cookie_the_browser() {
    let choose = Lang::choose;
    assert_eq!(choose(Some("a=1&lang=en"), Some("lang=vi"), Some("vi")), Lang::En);
    assert_eq!(choose(Some("lang=xx"), Some("s=1; lang=en"), Some("vi")), Lang::En);
    assert_eq!(choose(None, None, Some("fr-FR,en-GB;q=0.8,vi;q=0.2")), Lang::En);
    assert_eq!(choose(None, None, Some("vi-VN,en")), Lang::Vi);
    assert_eq!(choose(None, None, Some("fr")), Lang::Vi);
    assert_eq!(choose(None, None, None), Lang::Vi);
    assert_eq!(choose(Some("language=en"), Some("xlang=en"), None), Lang::Vi);
}

#[test]
fn the_switch_replaces_its_own_parameter_only() {
    assert_eq!(lang_href("/", Lang::En), "/?lang=en");
    assert_eq!(lang_href("/days?page=2&lang=vi", Lang::En), "/days?page=2&lang=en");
    assert!(lang_cookie(Lang::Vi).starts_with("lang=vi; Path=/;"));
}

#[test]
fn a_name_breaks_at_no_hyphen() {
    assert_eq!(unbroken("COVID-19"), "COVID\u{2011}19");
}

/// "xóa", not "xoá": one spelling for readers and for who searches. Official names of places stand as they are written.
#[test]
fn tones_stand_on_the_first_vowel_everywhere() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<_> =
        fs::read_dir(crates).unwrap().map(|of| of.unwrap().path().join("src")).collect();
    folders.push(crates.join("forms/data"));
    let (mut seen, mut odd) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "json") {
                seen += 1;
                let text = fs::read_to_string(&path).unwrap().to_lowercase();
                let words = text.split(|c: char| !c.is_alphabetic());
                odd.extend(words.filter(|word| on_the_second(word)).map(|word| format!("{path:?}: {word}")));
            }
        }
    }
    assert!(seen > 500, "only {seen} files");
    assert!(on_the_second("xoá") && on_the_second("huỷ") && !on_the_second("quý") && !on_the_second("khoán"));
    assert_eq!(odd, Vec::<String>::new());
}

/// Whether a syllable ends in "oa", "oe" or "uy" with its tone on the second vowel; the "u" of "qu" is no vowel.
fn on_the_second(word: &str) -> bool {
    let mut letters = word.chars().rev();
    let (last, first, before) = (letters.next(), letters.next(), letters.next());
    let toned = |of: &str| last.is_some_and(|last| of.contains(last));
    match first {
        Some('o') => toned("àáảãạèéẻẽẹ"),
        Some('u') => before != Some('q') && toned("ỳýỷỹỵ"),
        _ => false,
    }
}

#[test]
fn times_stand_on_vietnams_clock() {
    // 2026-11-22T20:30:00Z is half past three the next morning in Vietnam.
    let at = 1_795_379_400;
    assert_eq!(date_time(Lang::Vi, at), "03:30, 23/11/2026");
    assert_eq!(date(Lang::En, at), "23 Nov 2026");
    assert_eq!(clock(Lang::En, at), "03:30");
    assert_eq!(day(Lang::Vi, at), "Thứ hai, 23/11/2026");
    assert_eq!(day(Lang::En, at), "Monday, 23 Nov 2026");
    assert_eq!(date_value(at), "2026-11-23");
    assert_eq!(date(Lang::Vi, i64::MAX), "không rõ");
}

#[test]
fn dates_from_forms_begin_at_vietnams_midnight() {
    let midnight = parse_date("2026-11-23").unwrap();
    assert_eq!(date_time(Lang::Vi, midnight), "00:00, 23/11/2026");
    for wrong in ["", "2026-13-01", "23/11/2026", "2026-11-23T00:00"] {
        assert_eq!(parse_date(wrong), None, "{wrong}");
    }
}

#[test]
fn instants_from_forms_are_read_on_vietnams_clock() {
    let at = parse_date_time("2026-11-23T14:05").unwrap();
    assert_eq!(date_time(Lang::Vi, at), "14:05, 23/11/2026");
    assert_eq!(
        (date_time_value(at + 59), rfc3339(at)),
        ("2026-11-23T14:05".into(), "2026-11-23T14:05:00+07:00".into())
    );
    for wrong in ["", "2026-11-23", "2026-11-23T24:00", "14:05"] {
        assert_eq!(parse_date_time(wrong), None, "{wrong}");
    }
}

#[test]
fn lengths_and_counts_read_naturally() {
    assert_eq!(ago(Lang::Vi, 1000, 990), "vừa xong");
    assert_eq!(ago(Lang::Vi, 1000, 2000), "vừa xong");
    assert_eq!(ago(Lang::En, 10_000, 10_000 - 300), "5 min ago");
    assert_eq!(ago(Lang::Vi, 100_000, 100_000 - 7200), "2 giờ trước");
    assert_eq!(ago(Lang::Vi, 200_000, 100_000), "hôm qua");
    assert_eq!(ago(Lang::En, 500_000, 0), "5 days ago");
    assert_eq!(duration(Lang::Vi, 900), "15 phút");
    assert_eq!(duration(Lang::En, 5000), "1 h 23 min");
    assert_eq!(number(Lang::Vi, 1_234_567), "1.234.567");
    assert_eq!(number(Lang::En, 999), "999");
}
