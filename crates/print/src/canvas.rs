//! A PDF and its pages, drawn in millimetres.

use crate::color::{self, rgb};
use crate::font::{clean, shape};
use crate::typeset::{POINT, Type};
use crate::{PrintError, qr::Qr};
use bluezone_pages::Lang;
use krilla::Document;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;

/// Where a line of text stands relative to its point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Center,
    Right,
}

/// A PDF that is being made.
pub struct Pdf(Document);

impl Pdf {
    /// An empty one. The title is what a reader shows above it.
    pub fn new(title: &str, lang: Lang) -> Pdf {
        let mut document = Document::new();
        document.set_metadata(
            Metadata::new()
                .title(clean(title))
                .language(lang.code().to_owned())
                .creator("Bluezone".to_owned()),
        );
        Pdf(document)
    }

    /// Adds a page of a size in millimetres.
    pub fn page(&mut self, (width, height): (f32, f32), draw: impl FnOnce(&mut Canvas<'_, '_>)) {
        let settings = PageSettings::from_wh(width * POINT, height * POINT).unwrap_or_default();
        let mut page = self.0.start_page_with(settings);
        let mut surface = page.surface();
        draw(&mut Canvas(&mut surface));
        surface.finish();
        page.finish();
    }

    /// Its bytes.
    pub fn finish(self) -> Result<Vec<u8>, PrintError> {
        self.0.finish().map_err(|error| PrintError::Pdf(format!("{error:?}")))
    }
}

/// One page.
pub struct Canvas<'a, 'b>(&'a mut Surface<'b>);

impl Canvas<'_, '_> {
    /// One line of text, its baseline at `y`.
    pub fn text(&mut self, (x, y): (f32, f32), of: Type, color: [u8; 3], align: Align, text: &str) {
        let Some(shaped) = shape(&clean(text), of.weight) else { return };
        let width = shaped.width * of.size / POINT;
        let left = match align {
            Align::Left => x,
            Align::Center => x - width / 2.0,
            Align::Right => x - width,
        };
        self.fill(color);
        let start = Point::from_xy(left * POINT, y * POINT);
        self.0.draw_glyphs(start, &shaped.glyphs, shaped.font, &shaped.text, of.size, false);
    }

    /// Lines of text, the top of the first at `y`. Returns the bottom of the last.
    pub fn lines(
        &mut self,
        (x, y): (f32, f32),
        of: Type,
        color: [u8; 3],
        align: Align,
        lines: &[String],
    ) -> f32 {
        let mut top = y;
        for line in lines {
            // The baseline stands where ascent and descent, 1 and .265 of the size, are centred in the line.
            self.text((x, top + of.line() * 0.77), of, color, align, line);
            top += of.line();
        }
        top
    }

    /// A filled rectangle: left, top, width, height; its corners rounded with a radius.
    pub fn rect(&mut self, at: [f32; 4], radius: f32, color: [u8; 3]) {
        if let Some(path) = rounded(at, radius) {
            self.fill(color);
            self.0.draw_path(&path);
        }
    }

    /// The outline of a rectangle.
    pub fn frame(&mut self, at: [f32; 4], radius: f32, width: f32, color: [u8; 3]) {
        if let Some(path) = rounded(at, radius) {
            self.stroke(width, color, None);
            self.0.draw_path(&path);
            self.0.set_stroke(None);
        }
    }

    /// Lines from point to point.
    pub fn line(&mut self, points: &[(f32, f32)], width: f32, color: [u8; 3]) {
        self.polyline(points, width, color, None);
    }

    /// A line to cut along.
    pub fn dashed(&mut self, points: &[(f32, f32)], width: f32, color: [u8; 3]) {
        self.polyline(points, width, color, Some(vec![2.0 * POINT, 1.6 * POINT]));
    }

    fn polyline(&mut self, points: &[(f32, f32)], width: f32, color: [u8; 3], dash: Option<Vec<f32>>) {
        let mut builder = PathBuilder::new();
        for (n, (x, y)) in points.iter().enumerate() {
            match n {
                0 => builder.move_to(x * POINT, y * POINT),
                _ => builder.line_to(x * POINT, y * POINT),
            }
        }
        if let Some(path) = builder.finish() {
            self.stroke(width, color, dash);
            self.0.draw_path(&path);
            self.0.set_stroke(None);
        }
    }

    /// A QR code whose modules, without the quiet zone, are `side` wide; nothing else may be drawn within
    /// [`Qr::quiet`] of it. Modules are one path, so no printer leaves hairlines between them.
    pub fn qr(&mut self, (x, y): (f32, f32), side: f32, code: &Qr) {
        let module = side * POINT / code.modules() as f32;
        let mut builder = PathBuilder::new();
        for (row, from, to) in code.runs() {
            let at = |n: usize| n as f32 * module;
            if let Some(rect) = Rect::from_ltrb(at(from), at(row), at(to), at(row + 1)) {
                builder.push_rect(rect);
            }
        }
        if let Some(path) = builder.finish() {
            self.fill(color::BLACK);
            self.0.push_transform(&Transform::from_translate(x * POINT, y * POINT));
            self.0.draw_path(&path);
            self.0.pop();
        }
    }

    fn fill(&mut self, color: [u8; 3]) {
        self.0.set_stroke(None);
        self.0.set_fill(Some(Fill {
            paint: rgb(color).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::NonZero,
        }));
    }

    fn stroke(&mut self, width: f32, color: [u8; 3], dash: Option<Vec<f32>>) {
        self.0.set_fill(None);
        self.0.set_stroke(Some(Stroke {
            paint: rgb(color).into(),
            width: width * POINT,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            dash: dash.map(|array| StrokeDash { array, offset: 0.0 }),
            ..Stroke::default()
        }));
    }
}

fn rounded([x, y, width, height]: [f32; 4], radius: f32) -> Option<Path> {
    let [left, top, right, bottom] = [x, y, x + width, y + height].map(|mm| mm * POINT);
    let mut builder = PathBuilder::new();
    if radius <= 0.0 {
        builder.push_rect(Rect::from_ltrb(left, top, right, bottom)?);
        return builder.finish();
    }
    let r = radius * POINT;
    // A quarter of a circle as a cubic curve.
    let k = r * 0.447_7;
    builder.move_to(left + r, top);
    builder.line_to(right - r, top);
    builder.cubic_to(right - k, top, right, top + k, right, top + r);
    builder.line_to(right, bottom - r);
    builder.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    builder.line_to(left + r, bottom);
    builder.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
    builder.line_to(left, top + r);
    builder.cubic_to(left, top + k, left + k, top, left + r, top);
    builder.close();
    builder.finish()
}
