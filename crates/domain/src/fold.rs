//! Text as people search for it and as names are compared: without diacritics, in small letters, one space between words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text in its one spelling (NFC), without spaces around it and with one between its words.
pub fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// `  NGUYỄN   Văn Đức ` is `nguyen van duc`. Everything that is neither letter nor digit parts words. Vietnamese marks
/// all decompose; `đ` does not, and becomes `d`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        if c == 'đ' {
            folded.push('d');
        } else if c.is_alphanumeric() {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_and_capitals_do_not_count() {
        for (name, folded) in [
            ("  NGUYỄN   Văn Đức ", "nguyen van duc"),
            ("Hồ Thị Kỷ", "ho thi ky"),
            ("Hồ Thị Kỷ", "ho thi ky"),
            ("ưỡng ấy ổ Ẵ ỷ", "uong ay o a y"),
            ("H'Hen Niê", "h hen nie"),
            ("Lý-Thường.Kiệt", "ly thuong kiet"),
            ("", ""),
            (" - ", ""),
        ] {
            assert_eq!(fold(name), folded, "{name}");
        }
        // The same name typed with combining marks.
        let typed: String = "Nguyễn Văn Đức".nfd().collect();
        assert_eq!(fold(&typed), "nguyen van duc");
        assert_eq!(tidy(&format!("  {typed} ")), "Nguyễn Văn Đức");
    }
}
