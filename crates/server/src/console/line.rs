//! Texts that everybody will read in the public log, as they are typed into a form.

use bluezone_pages::{Lang, Text, text};
use bluezone_transparency::text::Line;

text! {
    EMPTY, "Hãy ghi ở đây.", "Write something here.";
    LONG, "Dài quá 400 byte (khoảng 200 chữ cái có dấu).", "Longer than 400 bytes.";
    ODD, "Có ký tự không dùng được.", "Holds a character that cannot be used.";
    DIGITS, "Trông có số điện thoại hoặc số giấy tờ. Sổ công khai ai cũng đọc được.",
        "This seems to hold a phone or identity number. Everybody can read the public log."
}

/// What is wrong, by field, in the order of the form.
pub type Problems = [(&'static str, Text)];

/// Reads a text for the log; what looks like a person's number is refused.
pub fn read(name: &'static str, typed: &str, problems: &mut Vec<(&'static str, Text)>) -> Option<Line> {
    if longest_digits(typed) >= 9 {
        problems.push((name, DIGITS));
        return None;
    }
    read_private(name, typed, problems)
}

/// Reads a text for one person's eyes.
pub fn read_private(
    name: &'static str,
    typed: &str,
    problems: &mut Vec<(&'static str, Text)>,
) -> Option<Line> {
    let typed = typed.trim();
    let problem = match typed {
        "" => EMPTY,
        typed if typed.len() > Line::MAX => LONG,
        _ => ODD,
    };
    let read = Line::new(typed).ok();
    if read.is_none() {
        problems.push((name, problem));
    }
    read
}

/// Digits in a row, spaces, dots and dashes between them not counted.
fn longest_digits(text: &str) -> usize {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !" .-+".contains(c));
    runs.map(|run| run.bytes().filter(u8::is_ascii_digit).count()).max().unwrap_or(0)
}

/// The problems in words.
pub fn listed(lang: Lang, problems: &Problems) -> Vec<(&'static str, &'static str)> {
    problems.iter().map(|(name, words)| (*name, words.get(lang))).collect()
}

/// The problem of one field.
pub fn of<'a>(listed: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    listed.iter().find(|(field, _)| *field == name).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_do_not_get_into_the_log() {
        let read = |text| read("purpose", text, &mut Vec::new());
        assert!(read("Truy vết tại chợ Thái Nguyên, Luật 2025, Điều 20").is_some());
        for wrong in ["gọi 0912 345 678", "CCCD 019123456789", "+84-912-345-678", "", "a\u{202e}b"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
