//! Lists and reports: a title, sections with words, facts and tables, over as many A4 pages as they need. The head of a table
//! stands on each of its pages, and each page says which of how many it is.

mod flow;

use crate::PrintError;
use crate::canvas::{Align, Pdf};
use crate::color::SOFT;
use crate::paper::Paper;
use crate::typeset::{Type, fit};
use bluezone_pages::{Lang, text};
use flow::{Flow, MARGIN, Piece};

text! {
    PAGE, "Trang {n} / {all}", "Page {n} of {all}"
}

/// A report.
pub struct Report {
    /// The language of what is added to it.
    pub lang: Lang,
    /// Its title.
    pub title: String,
    /// Lines below the title: who, when, of whom.
    pub about: Vec<String>,
    /// Its sections.
    pub sections: Vec<Section>,
    /// What stands at the bottom of each page.
    pub foot: String,
}

/// A part of a report.
pub struct Section {
    /// Its heading; empty for none.
    pub title: String,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// Something in a section.
pub enum Block {
    /// A paragraph.
    Words(String),
    /// Names and what they are, in two columns.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
}

/// A table.
pub struct Table {
    /// Its columns: heading, and how wide compared with the others.
    pub columns: Vec<(String, f32)>,
    /// Its rows. Cells beyond the columns are left out.
    pub rows: Vec<Vec<String>>,
}

/// Draws a report.
pub fn report(report: &Report) -> Result<Vec<u8>, PrintError> {
    let mut flow = Flow::default();
    flow.title(&report.title, &report.about);
    for section in &report.sections {
        if !section.title.is_empty() {
            flow.heading(&section.title);
        }
        for block in &section.blocks {
            match block {
                Block::Words(words) => flow.words(words),
                Block::Facts(facts) => flow.facts(facts),
                Block::Table(table) => flow.table(table),
            }
        }
    }
    let pages = flow.finish();
    let all = pages.len().to_string();
    let mut pdf = Pdf::new(&report.title, report.lang);
    for (n, pieces) in pages.iter().enumerate() {
        pdf.page(Paper::A4.size(), |canvas| {
            for piece in pieces {
                match piece {
                    Piece::Lines { at, of, color, lines } => {
                        canvas.lines(*at, *of, *color, Align::Left, lines);
                    }
                    Piece::Rect { at, color } => canvas.rect(*at, 0.0, *color),
                    Piece::Rule { from, to, width, color } => canvas.line(&[*from, *to], *width, *color),
                }
            }
            let (width, height) = Paper::A4.size();
            let page = PAGE.fill(report.lang, &[("n", &(n + 1).to_string()), ("all", &all)]);
            let of = Type::regular(8.0);
            let y = height - 10.0;
            canvas.text((width - MARGIN, y), of, SOFT, Align::Right, &page);
            let wide = width - 2.0 * MARGIN - of.width(&page) - 6.0;
            let (of, foot) = fit(&report.foot, of, 6.0, wide, 1);
            canvas.text((MARGIN, y), of, SOFT, Align::Left, foot.first().map_or("", String::as_str));
        });
    }
    pdf.finish()
}
