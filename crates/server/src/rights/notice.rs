//! What is written about a breach: to the authority for data protection, and to those whose data it is.

use bluezone_domain::breach::Breach;
use bluezone_pages::time::{date_time, number};
use bluezone_pages::{Lang, Text, text};

text! {
    HEAD, "THÔNG BÁO VI PHẠM DỮ LIỆU CÁ NHÂN (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 23)", "NOTICE OF A BREACH OF PERSONAL DATA (Law on personal data protection 91/2025/QH15, Art. 23)";
    FROM, "Đơn vị thông báo: {unit}", "From: {unit}";
    FOUND, "Phát hiện lúc: {at}", "Found at: {at}";
    WHAT, "Diễn biến: {text}", "What happened: {text}";
    DATA, "Loại dữ liệu: {text}", "Kinds of data: {text}";
    PEOPLE, "Số người bị ảnh hưởng: khoảng {n}", "People concerned: about {n}";
    CONSEQUENCES, "Hậu quả có thể xảy ra: {text}", "What may follow: {text}";
    MEASURES, "Biện pháp đã và sẽ thực hiện: {text}", "What was done and will be: {text}";
    CONTACT, "Đầu mối liên hệ: {text}", "Whom to ask: {text}";
    MISSING, "(chưa có, sẽ bổ sung)", "(not known yet, will follow)";
    PERSON, "Dữ liệu của bạn liên quan đến một sự cố lộ dữ liệu phát hiện lúc {at}. {what}", "Your data is part of a breach found at {at}. {what}";
    PERSON_DATA, "Loại dữ liệu: {text}.", "Kinds of data: {text}.";
    PERSON_MEASURES, "Chúng tôi đã và sẽ làm: {text}", "What we did and will do: {text}"
}

fn part(lang: Lang, words: Text, text: &str) -> String {
    words.fill(lang, &[("text", if text.is_empty() { MISSING.get(lang) } else { text })])
}

/// The notice to the authority, a line each.
pub fn text(lang: Lang, breach: &Breach, unit: &str) -> String {
    let facts = &breach.facts;
    [
        HEAD.get(lang).to_owned(),
        FROM.fill(lang, &[("unit", unit)]),
        FOUND.fill(lang, &[("at", &date_time(lang, breach.found_at.0))]),
        part(lang, WHAT, &facts.what),
        part(lang, DATA, &facts.data),
        PEOPLE.fill(lang, &[("n", &number(lang, breach.about_people.into()))]),
        part(lang, CONSEQUENCES, &facts.consequences),
        part(lang, MEASURES, &facts.measures),
        part(lang, CONTACT, &facts.contact),
    ]
    .join("\n")
}

/// What somebody is told whose data it is.
pub fn to_person(lang: Lang, breach: &Breach) -> String {
    let facts = &breach.facts;
    let at = date_time(lang, breach.found_at.0);
    let mut lines = vec![
        PERSON.fill(lang, &[("at", &at), ("what", &facts.what)]),
        PERSON_DATA.fill(lang, &[("text", facts.data.trim_end_matches('.'))]),
    ];
    if !facts.measures.is_empty() {
        lines.push(PERSON_MEASURES.fill(lang, &[("text", &facts.measures)]));
    }
    if !facts.contact.is_empty() {
        lines.push(part(lang, CONTACT, &facts.contact));
    }
    lines.join("\n")
}
