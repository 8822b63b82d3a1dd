//! A PDF, looked at with poppler and zbar (`./test` installs them).

use std::path::{Path, PathBuf};
use std::process::Command;

const POINT: f32 = 72.0 / 25.4;
/// Dots in an inch of what is rendered for zbar.
const DPI: f32 = 150.0;

/// A word as it stands on a page, in millimetres from the upper left.
pub struct Word {
    pub page: usize,
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    pub text: String,
}

/// A QR code: what zbar reads in it, and the box around it in millimetres, without the quiet zone.
pub struct Code {
    pub text: String,
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

/// A PDF in a folder of its own.
pub struct Seen {
    folder: tempfile::TempDir,
    /// Width and height of each page in millimetres.
    pub pages: Vec<(f32, f32)>,
    pub words: Vec<Word>,
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; ./test installs it"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    // zbar complains of a missing desktop bus; poppler only of a file that is not as it should be.
    let complains = String::from_utf8_lossy(&output.stderr);
    assert!(program == "zbarimg" || complains.is_empty(), "{program}: {complains}");
    // Poppler writes a title's emoji as two halves, which is no UTF-8.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The numbers of attributes.
fn number(line: &str, attribute: &str) -> f32 {
    let rest = line.split_once(&format!("{attribute}=\"")).unwrap().1;
    rest.split('"').next().unwrap().parse().unwrap()
}

impl Seen {
    pub fn new(pdf: &[u8]) -> Seen {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("it.pdf"), pdf).unwrap();
        let boxes = run("pdftotext", &["-bbox", "it.pdf", "-"], folder.path());
        let (mut pages, mut words) = (Vec::new(), Vec::new());
        for line in boxes.lines().map(str::trim) {
            if line.starts_with("<page") {
                pages.push((number(line, "width") / POINT, number(line, "height") / POINT));
            } else if line.starts_with("<word") {
                let text = line.split_once('>').unwrap().1.rsplit_once("</word>").unwrap().0;
                words.push(Word {
                    page: pages.len() - 1,
                    left: number(line, "xMin") / POINT,
                    top: number(line, "yMin") / POINT,
                    right: number(line, "xMax") / POINT,
                    bottom: number(line, "yMax") / POINT,
                    text: text.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&"),
                });
            }
        }
        Seen { folder, pages, words }
    }

    /// All text, as it is selected and copied, lines joined by spaces.
    pub fn text(&self) -> String {
        let text = run("pdftotext", &["-layout", "it.pdf", "-"], self.folder.path());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// No word leaves its page.
    pub fn fits(&self) {
        for word in &self.words {
            let (width, height) = self.pages[word.page];
            assert!(
                word.left >= 2.0 && word.right <= width - 2.0 && word.top >= 0.0 && word.bottom <= height,
                "{:?} stands at {:?} on {width} x {height}",
                word.text,
                (word.left, word.top, word.right, word.bottom)
            );
        }
    }

    /// The QR codes of the first page: what zbar reads, and the boxes around what is printed in plain black, which nothing but
    /// QR codes is.
    pub fn codes(&self) -> Vec<Code> {
        let png = self.picture(DPI as u32);
        let arguments = ["-q", "--raw", "-Sdisable", "-Sqrcode.enable", png.to_str().unwrap()];
        let texts = run("zbarimg", &arguments, self.folder.path());
        let boxes = self.black_boxes();
        assert_eq!(texts.lines().count(), boxes.len(), "zbar reads each code that is there");
        let code = |(text, [left, top, right, bottom]): (&str, [f32; 4])| Code {
            text: text.to_owned(),
            left,
            top,
            right,
            bottom,
        };
        texts.lines().zip(boxes).map(code).collect()
    }

    /// Left, top, right and bottom of what is black on the first page, in millimetres; white of 8 mm parts two.
    fn black_boxes(&self) -> Vec<[f32; 4]> {
        let dpi = DPI.to_string();
        run("pdftoppm", &["-gray", "-r", &dpi, "-singlefile", "it.pdf", "gray"], self.folder.path());
        let pgm = std::fs::read(self.folder.path().join("gray.pgm")).unwrap();
        // P5, width, height, 255, each with one white space after it; then a byte for each dot.
        let head: Vec<&[u8]> = pgm.splitn(5, |byte| byte.is_ascii_whitespace()).collect();
        let width: usize = std::str::from_utf8(head[1]).unwrap().parse().unwrap();
        let dots = head[4];
        let black = |x: usize, y: usize| dots[y * width + x] < 12;
        let height = dots.len() / width;
        let part = 8.0 / 25.4 * DPI;
        let spans = |length: usize, any: &dyn Fn(usize) -> bool| {
            let mut spans: Vec<(usize, usize)> = Vec::new();
            for at in (0..length).filter(|at| any(*at)) {
                match spans.last_mut() {
                    Some(last) if ((at - last.1) as f32) < part => last.1 = at,
                    _ => spans.push((at, at)),
                }
            }
            spans
        };
        let rows = spans(height, &|y| (0..width).any(|x| black(x, y)));
        let mm = |dots: usize| dots as f32 / DPI * 25.4;
        let mut boxes = Vec::new();
        for (top, bottom) in rows {
            for (left, right) in spans(width, &|x| (top..=bottom).any(|y| black(x, y))) {
                boxes.push([mm(left), mm(top), mm(right + 1), mm(bottom + 1)]);
            }
        }
        boxes
    }

    /// No word stands within the quiet zone of a QR code of so many modules at least.
    pub fn quiet(&self, code: &Code, modules: f32) {
        let quiet = (code.right - code.left) / modules * 4.0;
        for word in self.words.iter().filter(|word| word.page == 0) {
            let clear = word.right < code.left - quiet
                || word.left > code.right + quiet
                || word.bottom < code.top - quiet
                || word.top > code.bottom + quiet;
            assert!(clear, "{:?} stands in the quiet zone", word.text);
        }
    }

    /// Renders the first page.
    fn picture(&self, dpi: u32) -> PathBuf {
        let dpi = dpi.to_string();
        run("pdftoppm", &["-png", "-r", &dpi, "-singlefile", "it.pdf", &dpi], self.folder.path());
        self.folder.path().join(format!("{dpi}.png"))
    }

    /// Keeps a picture of the first page where `BLUEZONE_PICTURES` says, to be looked at by people.
    pub fn keep(&self, name: &str) {
        if let Some(folder) = std::env::var_os("BLUEZONE_PICTURES") {
            std::fs::copy(self.picture(60), PathBuf::from(folder).join(format!("print-{name}.png"))).unwrap();
        }
    }
}
