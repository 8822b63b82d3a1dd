//! What real phones did with a piece of a run.

use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};

use super::sections::table;
use super::words::{decimal, people, percent};
use crate::replay::{Measure, Replay, Row};

text! {
    TITLE, "Đối chiếu với điện thoại thật", "Beside real phones";
    WHAT, "{phones} người của một lần chạy ({adoption} dân số cài) được trao máy thật trên sóng mô phỏng, từ ngày {from} đến ngày {to}: {contacts} lượt tiếp xúc; {published} trong {positives} ca dương tính công bố khóa qua máy chủ thật.",
        "{phones} people of a run ({adoption} of the population with the app) were given real phones on a simulated air, from day {from} to day {to}: {contacts} contacts; {published} of {positives} cases published their keys through a real server.";
    HOW, "Khoảng cách và thời gian của mỗi lượt tiếp xúc được rút ngẫu nhiên như khi đo tỷ lệ ghi nhận: 15 đến 60 phút trong vòng 2 m; ngoài gia đình có thêm năm người ở xa hơn. Mã được nhập ngay, nên thời gian người bệnh chần chừ không có trong đó. Trong ngoặc: khoảng 95 %.",
        "How near and how long each contact was is drawn as where detection was measured: 15 to 60 minutes within 2 m; outside the household five others farther away. Codes are typed at once, so the time that people hesitate is not in it. In brackets: 95 %.";
    AGREES, "Đã phát lại với {phones} điện thoại thật. Nằm trong sai số: {what}.", "Replayed with {phones} real phones. Within the uncertainty: {what}.";
    DIFFERS, "Mô hình khác quá sai số ở: {what}. Xem “Đối chiếu với điện thoại thật”.",
        "The model differs by more than the uncertainty in: {what}. See \"Beside real phones\".";
    UNSURE, "Quá ít người để kết luận: {what}.", "Too few people to tell: {what}.";
    SMALL, "Đã phát lại với {phones} điện thoại thật; chưa đủ ca bệnh trong phần phát lại để kết luận.",
        "Replayed with {phones} real phones; too few cases to tell anything.";
    LEFT_OUT, "{count} lượt tiếp xúc không có chỗ trong ngày và bị bỏ qua.", "{count} contacts found no time in their day and were left out.";
    COL_WHAT, "Điều gì", "What";
    COL_ASSUMED, "Mô hình giả định", "The model assumes";
    COL_REPLAYED, "Điện thoại thật", "Real phones";
    COL_PEOPLE, "Số người", "People";
    COL_VERDICT, "Kết luận", "Verdict";
    WITHIN, "trong sai số", "within";
    OUTSIDE, "khác quá sai số", "differs";
    TOO_FEW, "quá ít người", "too few to tell";
    WARNED, "Người gặp ca bệnh được cảnh báo", "Those who met a case and are warned";
    WARNED_OF_PUBLISHED, "Trong đó gặp vào ngày có khóa được công bố", "Of them, who met it on a day whose keys are published";
    DETECTION, "Một lượt tiếp xúc được ghi nhận", "One contact is recorded";
    FALSE_WARNINGS, "Người bị cảnh báo nhầm cho mỗi tiếp xúc ngoài gia đình", "People warned in error for each contact outside the household";
    NEAR_NOBODY, "Người không ở gần ca nào mà bị cảnh báo", "Warned without having been near a case";
    DELAY, "Ngày từ kết quả đến cảnh báo", "Days from the result to the warning"
}

fn name(measure: Measure) -> Text {
    match measure {
        Measure::Warned => WARNED,
        Measure::WarnedOfPublished => WARNED_OF_PUBLISHED,
        Measure::Detection => DETECTION,
        Measure::FalseWarnings => FALSE_WARNINGS,
        Measure::NearNobody => NEAR_NOBODY,
        Measure::Delay => DELAY,
    }
}

/// For the first page: whether the assumptions hold, of those that enough people say something about.
pub fn verdict(lang: Lang, replay: &Replay) -> Markup {
    let phones = people(lang, replay.phones as f64);
    let parameters = [Measure::Detection, Measure::FalseWarnings, Measure::Delay];
    let of = |which: &dyn Fn(&Row) -> bool, values: bool| {
        let rows = replay.rows.iter().filter(|row| parameters.contains(&row.measure) && which(row));
        let said = rows.map(|row| {
            let called = name(row.measure).get(lang).to_lowercase();
            let (assumed, replayed) = (value(lang, row, row.assumed), value(lang, row, row.replayed));
            if values { format!("{called} ({assumed} → {replayed})") } else { called }
        });
        said.collect::<Vec<_>>().join("; ")
    };
    let agree = of(&|row| row.tells() && !row.differs(), false);
    let differ = of(&|row| row.tells() && row.differs(), true);
    let unsure = of(&|row| !row.tells(), false);
    html! {
        p {
            @if agree.is_empty() && differ.is_empty() { (SMALL.fill(lang, &[("phones", &phones)])) " " }
            @if !agree.is_empty() { (AGREES.fill(lang, &[("phones", &phones), ("what", &agree)])) " " }
            @if !differ.is_empty() { (DIFFERS.fill(lang, &[("what", &differ)])) " " }
            @if !unsure.is_empty() { (UNSURE.fill(lang, &[("what", &unsure)])) }
        }
    }
}

/// The comparison.
pub fn section(lang: Lang, replay: &Replay) -> Markup {
    let count = |number: usize| people(lang, number as f64);
    let what = WHAT.fill(
        lang,
        &[
            ("phones", &count(replay.phones)),
            ("adoption", &percent(lang, replay.adoption)),
            ("from", &replay.first.to_string()),
            ("to", &(replay.first + replay.days - 1).to_string()),
            ("contacts", &count(replay.contacts)),
            ("published", &count(replay.published)),
            ("positives", &count(replay.positives)),
        ],
    );
    let head = [COL_WHAT, COL_ASSUMED, COL_REPLAYED, COL_PEOPLE, COL_VERDICT].map(|text| text.get(lang));
    let row = |row: &Row| {
        let shown = |number| value(lang, row, number);
        vec![
            html! { (name(row.measure).get(lang)) },
            html! { (shown(row.assumed)) },
            html! { span { (shown(row.replayed)) " " small { (shown(row.low)) " – " (shown(row.high)) } } },
            html! { (count(row.of)) },
            html! { (concluded(row).get(lang)) },
        ]
    };
    html! {
        h2 { (TITLE.get(lang)) }
        p { (what) }
        p.note {
            (HOW.get(lang))
            @if replay.left_out > 0 { " " (LEFT_OUT.fill(lang, &[("count", &count(replay.left_out))])) }
        }
        (table(&head, &replay.rows.iter().map(row).collect::<Vec<_>>()))
    }
}

fn concluded(row: &Row) -> Text {
    match (row.tells(), row.differs()) {
        (false, _) => TOO_FEW,
        (true, true) => OUTSIDE,
        (true, false) => WITHIN,
    }
}

fn value(lang: Lang, row: &Row, value: f64) -> String {
    match row.measure {
        Measure::FalseWarnings | Measure::Delay => decimal(lang, value, 2),
        _ => percent(lang, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_or_a_few_said_is_not_called_agreement() {
        let row = |measure, replayed, of| Row { measure, assumed: 0.8, replayed, low: 0.6, high: 1.0, of };
        let said = |rows: Vec<Row>| {
            let replay = Replay::sample(rows);
            (verdict(Lang::En, &replay).into_string(), section(Lang::En, &replay).into_string())
        };
        let (short, table) =
            said(vec![row(Measure::Detection, 0.9, 3), row(Measure::FalseWarnings, 0.9, 71)]);
        assert_eq!(
            short,
            "<p>Replayed with 200 real phones. Within the uncertainty: people warned in error for each contact outside the household. \
             Too few people to tell: one contact is recorded.</p>"
        );
        assert!(table.contains("too few to tell") && table.contains(">within<"), "{table}");
        assert!(said(vec![row(Measure::Delay, 0.9, 2)]).0.contains("too few cases to tell anything"));
        let far = Row { low: 0.1, high: 0.2, ..row(Measure::Delay, 0.15, 40) };
        assert!(said(vec![far]).0.contains("differs by more than the uncertainty in: days from the result"));
    }
}
