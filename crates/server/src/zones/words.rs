//! Words and small pieces that the pages about zones share, the public ones and the console's.

use crate::zones::places;
use bluezone_domain::Timestamp;
use bluezone_domain::zone::{Extent, Level, Standing, Step, Words, Zone, levels};
use bluezone_pages::time::{date_time, time_tag};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    NO_ZONE, "Không khoanh vùng", "No zone";
    A_PART, "một phần: {level}", "a part: {level}";
    WHOLE, "Toàn bộ", "All of it";
    AREA, "Địa bàn", "Area";
    LEVEL, "Cấp độ", "Level";
    IN_FORCE, "Áp dụng", "In force";
    DECISION, "Quyết định", "Decision";
    REASON, "Lý do", "Reason";
    LIFTED, "Gỡ bỏ", "Lifted";
    LEGEND, "Chú giải", "Legend";
    SOURCE, "Cấp độ theo {source}.", "Levels of {source}.";
    CREDIT, "Ranh giới: {source}, vẽ theo bản đồ hành chính nhà nước, đã đơn giản hóa; không có giá trị phân định địa giới.",
        "Boundaries: {source}, drawn from government maps, simplified; they decide nothing about where a border runs."
}

/// Words of data in one language.
pub fn of(lang: Lang, words: &'static Words) -> &'static str {
    match lang {
        Lang::Vi => &words.vi,
        Lang::En => &words.en,
    }
}

/// `Cấp 3 – nguy cơ cao`.
pub fn level(lang: Lang, level: Level) -> String {
    let words = level.words();
    format!("{} – {}", of(lang, &words.name), of(lang, &words.risk))
}

/// A level as a label: its pattern, number and meaning.
pub fn badge(lang: Lang, shown: Level) -> Markup {
    html! { span.level-badge { (swatch(Some(shown))) (level(lang, shown)) } }
}

/// A level's pattern; the words beside it say the same.
pub fn swatch(level: Option<Level>) -> Markup {
    html! {
        svg.level-swatch viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            rect class={ "level-" (level.map_or(0, Level::number)) } width="24" height="24" {}
            @if let Some(level) = level { path.level-lines d=(lines(level)) {} }
        }
    }
}

/// The lines of a level's pattern, on a square of 24 units that fits its neighbours: graver levels have more of them.
pub fn lines(level: Level) -> &'static str {
    match level.number() {
        1 => "M12 11v2",
        2 => "M0 6h24M0 18h24",
        3 => "M-2 14l16-16M-2 26l28-28M10 26l16-16",
        _ => "M-2 14l16-16M-2 26l28-28M10 26l16-16M-2 10l16 16M-2-2l28 28M10-2l16 16",
    }
}

/// What stands under every map: levels, source of the levels, source of the boundaries.
pub fn legend(lang: Lang) -> Markup {
    let levels = levels();
    html! {
        figcaption.legend {
            ul aria-label=(LEGEND.get(lang)) {
                @for words in &levels.levels { li { (badge(lang, words.level())) } }
                li { span.level-badge { (swatch(None)) (NO_ZONE.get(lang)) } }
            }
            p.small { (SOURCE.fill(lang, &[("source", &levels.source)])) " " (CREDIT.fill(lang, &[("source", bluezone_domain::map::CREDIT)])) }
        }
    }
}

/// How things stand in a commune, in words.
pub fn standing(lang: Lang, standing: Standing) -> String {
    let part = standing.part.map(|part| A_PART.fill(lang, &[("level", &level(lang, part))]));
    match (standing.whole.map(|whole| level(lang, whole)), part) {
        (Some(whole), Some(part)) => format!("{whole}; {part}"),
        (Some(words), None) | (None, Some(words)) => words,
        (None, None) => NO_ZONE.get(lang).to_owned(),
    }
}

/// What part of its commune a zone covers.
pub fn extent(lang: Lang, extent: &Extent) -> &str {
    match extent {
        Extent::Whole => WHOLE.get(lang),
        Extent::Part { places, .. } => places,
    }
}

/// `Phường Phan Đình Phùng, Tỉnh Thái Nguyên`.
pub fn commune(lang: Lang, zone: &Zone) -> String {
    let name = |code: &str| places::name_of(lang, code);
    format!("{}, {}", name(zone.commune.as_str()), name(zone.province.as_str()))
}

/// From when until when.
pub fn span(lang: Lang, step: Step) -> Markup {
    let instant = |at: Timestamp| time_tag(at.0, &date_time(lang, at.0));
    match step {
        Step::InForce { from, until, .. } => html! { span { (instant(from)) " – " (instant(until)) } },
        Step::Lifted { from } => html! { (instant(from)) },
    }
}

/// What a decision did: a level, or lifting.
pub fn step(lang: Lang, step: Step) -> Markup {
    match step {
        Step::InForce { level, .. } => badge(lang, level),
        Step::Lifted { .. } => html! { (LIFTED.get(lang)) },
    }
}
