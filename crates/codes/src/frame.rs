//! Reads the QR code in a picture of a camera: one frame, as bytes of brightness.
//!
//! For browsers that have no reader of their own (`BarcodeDetector`): the page makes the frame small and grey and sends it to
//! its own origin - the phone itself, or the server, which looks at it in memory only. Finding and correcting is `rqrr`'s.

use rqrr::PreparedImage;
use thiserror::Error;

/// Fewest pixels of a side: the smallest QR code has 21 modules.
pub const LEAST_SIDE: usize = 21;
/// Most pixels of a side.
pub const MOST_SIDE: usize = 1280;
/// Most pixels of a frame. A code that fills a third of 640 × 640 has some 5 pixels a module: more only takes longer.
pub const MOST_PIXELS: usize = 1 << 20;
/// Frames with a shorter side are not made smaller: a code in them would not survive it.
const HALVED_FROM: usize = 240;

/// Why a frame was not looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BadFrame {
    /// Too small for a code, or larger than anybody needs.
    #[error("a frame has 21 to 1,280 pixels a side and no more than 1,048,576 together")]
    Size,
    /// Another number of bytes than its sides say.
    #[error("a frame has one byte for each pixel")]
    Length,
}

/// The text of the first QR code in a frame of `width` pixels a row; none if there is none that can be read. One byte of
/// `luma` a pixel, row by row, 0 is black.
///
/// # Errors
/// [`BadFrame`].
pub fn decode(width: usize, luma: &[u8]) -> Result<Option<String>, BadFrame> {
    let sides = LEAST_SIDE..=MOST_SIDE;
    if !sides.contains(&width) || luma.len() > MOST_PIXELS {
        return Err(BadFrame::Size);
    }
    let height = luma.len() / width;
    if height * width != luma.len() {
        return Err(BadFrame::Length);
    }
    if !sides.contains(&height) {
        return Err(BadFrame::Size);
    }
    if let Some(text) = read(width, height, luma) {
        return Ok(Some(text));
    }
    if width.min(height) < HALVED_FROM {
        return Ok(None);
    }
    // What a poor camera adds from pixel to pixel is gone at half the size.
    let (width, small) = halved(width, luma);
    Ok(read(width, small.len() / width, &small))
}

fn read(width: usize, height: usize, luma: &[u8]) -> Option<String> {
    let at = |x: usize, y: usize| luma.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut image = PreparedImage::prepare_from_greyscale(width, height, at);
    image.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

/// The mean of every four pixels.
fn halved(width: usize, luma: &[u8]) -> (usize, Vec<u8>) {
    let rows: Vec<&[u8]> = luma.chunks_exact(width).collect();
    let mean = |[a, b]: [&[u8]; 2]| {
        let sum: u16 = a.iter().chain(b).copied().map(u16::from).sum();
        (sum / 4) as u8
    };
    let pairs = rows.as_chunks::<2>().0.iter();
    let small = pairs.flat_map(|[a, b]| a.chunks_exact(2).zip(b.chunks_exact(2)).map(|(a, b)| mean([a, b])));
    (width / 2, small.collect())
}
