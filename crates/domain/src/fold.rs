//! Text as people search for it: small letters without marks, `Đồng Hỷ` as `dong hy`.

/// The text in small letters, without Vietnamese marks, with single spaces. Marks that stand as characters of their own
/// (decomposed Unicode, as some keyboards send it) go too.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase).filter(|c| !is_mark(*c)).map(plain));
    }
    folded
}

/// A combining mark.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The letter under its marks, of a small letter of Vietnamese.
fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ă' | 'ạ'..='ặ' if is_small(c, 'ạ') => 'a',
        'è' | 'é' | 'ê' | 'ẹ'..='ệ' if is_small(c, 'ẹ') => 'e',
        'ì' | 'í' | 'ĩ' | 'ỉ' | 'ị' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ơ' | 'ọ'..='ợ' if is_small(c, 'ọ') => 'o',
        'ù' | 'ú' | 'ũ' | 'ư' | 'ụ'..='ự' if is_small(c, 'ụ') => 'u',
        'ý' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => 'y',
        'đ' => 'd',
        other => other,
    }
}

/// In the block of Vietnamese letters capitals and small ones alternate, `first` being a small one.
fn is_small(c: char, first: char) -> bool {
    c < first || (u32::from(c) - u32::from(first)) % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_loses_its_marks() {
        for (marked, letter) in [
            ("aàáảãạăằắẳẵặâầấẩẫậ", 'a'),
            ("eèéẻẽẹêềếểễệ", 'e'),
            ("iìíỉĩị", 'i'),
            ("oòóỏõọôồốổỗộơờớởỡợ", 'o'),
            ("uùúủũụưừứửữự", 'u'),
            ("yỳýỷỹỵ", 'y'),
            ("dđ", 'd'),
        ] {
            for text in [marked.to_owned(), marked.to_uppercase()] {
                assert!(fold(&text).chars().all(|c| c == letter), "{text}: {}", fold(&text));
            }
        }
    }

    #[test]
    fn decomposed_text_and_spaces_do_not_matter() {
        assert_eq!(fold("  Đồng   Hỷ\n"), "dong hy");
        assert_eq!(fold("Đo\u{302}\u{300}ng Hy\u{309}"), "dong hy");
        assert_eq!(fold("Phường 12, F1"), "phuong 12, f1");
        assert_eq!(fold(""), "");
    }
}
