//! Laying out: pieces fall down a page and go on at the top of the next.

use super::Table;
use crate::color::{ACCENT, INK, LINE, SOFT, WASH};
use crate::paper::Paper;
use crate::typeset::{Type, lines};

/// The white margin on each side.
pub const MARGIN: f32 = 18.0;
/// Where the footer's room begins, from below.
const FOOT: f32 = 18.0;
/// Above and below the words of a table's cell, and to their left and right.
const PAD: (f32, f32) = (1.4, 1.0);

/// The most lines of a table's head: a taller one would leave no room for rows.
const HEAD_LINES: usize = 3;

/// Something that was laid out.
pub enum Piece {
    /// Lines of text from their upper left corner.
    Lines { at: (f32, f32), of: Type, color: [u8; 3], lines: Vec<String> },
    /// A filled rectangle.
    Rect { at: [f32; 4], color: [u8; 3] },
    /// A line.
    Rule { from: (f32, f32), to: (f32, f32), width: f32, color: [u8; 3] },
}

/// Pages that fill.
#[derive(Default)]
pub struct Flow {
    full: Vec<Vec<Piece>>,
    page: Vec<Piece>,
    /// How much of the page is used, below the margin.
    used: f32,
}

/// The room for content.
fn room() -> (f32, f32) {
    let (width, height) = Paper::A4.size();
    (width - 2.0 * MARGIN, height - MARGIN - FOOT)
}

impl Flow {
    pub fn title(&mut self, title: &str, about: &[String]) {
        let (wide, _) = room();
        self.paragraph(title, Type::bold(20.0), INK, 0.0);
        for line in about {
            self.paragraph(line, Type::regular(10.0), SOFT, 0.0);
        }
        self.used += 2.0;
        let y = MARGIN + self.used;
        self.page.push(Piece::Rule { from: (MARGIN, y), to: (MARGIN + wide, y), width: 0.6, color: ACCENT });
        self.used += 2.0;
    }

    pub fn heading(&mut self, title: &str) {
        self.used += 4.0;
        // No heading alone at the bottom of a page.
        self.need(30.0);
        self.paragraph(title, Type::bold(13.0), ACCENT, 1.0);
    }

    pub fn words(&mut self, words: &str) {
        self.paragraph(words, Type::regular(10.0), INK, 1.5);
    }

    pub fn facts(&mut self, facts: &[(String, String)]) {
        let (wide, _) = room();
        let widths = [wide * 0.36, wide * 0.64];
        for (name, value) in facts {
            self.row(&widths, &[name, value], &[Type::bold(9.5), Type::regular(9.5)]);
        }
        self.used += 2.0;
    }

    pub fn table(&mut self, table: &Table) {
        let (wide, _) = room();
        let all: f32 = table.columns.iter().map(|(_, share)| share.max(0.01)).sum();
        let widths: Vec<f32> = table.columns.iter().map(|(_, share)| share.max(0.01) / all * wide).collect();
        let head: Vec<&str> = table.columns.iter().map(|(title, _)| title.as_str()).collect();
        self.need(25.0);
        self.head(&widths, &head);
        let types = vec![Type::regular(9.0); widths.len()];
        for row in &table.rows {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            let mut cells = broken(&widths, &cells, &types);
            // What does not fit goes on below the head on the next page.
            while let Some(rest) = self.cells(&widths, cells, &types) {
                self.turn();
                self.head(&widths, &head);
                cells = rest;
            }
        }
        self.used += 2.0;
    }

    fn head(&mut self, widths: &[f32], titles: &[&str]) {
        let types = vec![Type::bold(9.0); widths.len()];
        let mut cells = broken(widths, titles, &types);
        cells.iter_mut().for_each(|lines| lines.truncate(HEAD_LINES));
        let tall = height(&cells, &types);
        let at = [MARGIN, MARGIN + self.used, widths.iter().sum(), tall];
        self.page.push(Piece::Rect { at, color: WASH });
        self.cells(widths, cells, &types);
    }

    fn row(&mut self, widths: &[f32], cells: &[&str], types: &[Type]) {
        let mut cells = broken(widths, cells, types);
        while let Some(rest) = self.cells(widths, cells, types) {
            self.turn();
            cells = rest;
        }
    }

    /// Draws the lines of a row's cells that fit on the page, and returns those that do not. A row that fits on one page is
    /// not torn apart.
    fn cells(
        &mut self,
        widths: &[f32],
        mut cells: Vec<Vec<String>>,
        types: &[Type],
    ) -> Option<Vec<Vec<String>>> {
        let (_, tall) = room();
        let left = tall - self.used;
        let whole = height(&cells, types);
        if whole > left && whole < tall * 0.4 {
            return Some(cells);
        }
        let line = types.iter().map(|of| of.line()).fold(0.1, f32::max);
        let most = ((left - 2.0 * PAD.1) / line).max(0.0) as usize;
        let rest: Vec<Vec<String>> =
            cells.iter_mut().map(|lines| lines.split_off(most.min(lines.len()))).collect();
        let more = rest.iter().any(|lines| !lines.is_empty());
        // On an empty page at least one line goes, so that there is an end.
        if most == 0 {
            return more.then_some(rest);
        }
        let drawn = height(&cells, types);
        let top = MARGIN + self.used;
        let mut x = MARGIN;
        for ((lines, of), width) in cells.into_iter().zip(types).zip(widths) {
            self.page.push(Piece::Lines { at: (x + PAD.0, top + PAD.1), of: *of, color: INK, lines });
            x += width;
        }
        self.used += drawn;
        let y = MARGIN + self.used;
        self.page.push(Piece::Rule { from: (MARGIN, y), to: (x, y), width: 0.15, color: LINE });
        more.then_some(rest)
    }

    /// A paragraph, its lines on as many pages as it takes.
    fn paragraph(&mut self, words: &str, of: Type, color: [u8; 3], after: f32) {
        let (wide, _) = room();
        for line in lines(words, of, wide) {
            self.need(of.line());
            let at = (MARGIN, MARGIN + self.used);
            self.page.push(Piece::Lines { at, of, color, lines: vec![line] });
            self.used += of.line();
        }
        self.used += after;
    }

    /// Turns the page unless so much of it is left.
    fn need(&mut self, tall: f32) {
        if self.used + tall > room().1 {
            self.turn();
        }
    }

    fn turn(&mut self) {
        self.full.push(std::mem::take(&mut self.page));
        self.used = 0.0;
    }

    /// The pages.
    pub fn finish(mut self) -> Vec<Vec<Piece>> {
        self.full.push(self.page);
        self.full
    }
}

fn broken(widths: &[f32], cells: &[&str], types: &[Type]) -> Vec<Vec<String>> {
    widths
        .iter()
        .zip(cells)
        .zip(types)
        .map(|((width, cell), of)| lines(cell, *of, width - 2.0 * PAD.0))
        .collect()
}

fn height(cells: &[Vec<String>], types: &[Type]) -> f32 {
    let tallest =
        cells.iter().zip(types).map(|(lines, of)| lines.len() as f32 * of.line()).fold(0.0, f32::max);
    tallest + 2.0 * PAD.1
}
