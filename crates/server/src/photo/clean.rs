//! A photograph without anything but the picture.
//!
//! Nothing is cut out of the file that came: the picture is decoded and written anew, so whatever is not picture (EXIF with
//! position and serial number, XMP, comments, thumbnails, colour profiles, bytes behind the end) has no way through.

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage};
use std::fmt;
use std::io::Cursor;
use thiserror::Error;

/// Longest file that is read, in bytes.
pub const MOST_BYTES: usize = 10 << 20;
/// Most pixels that are decoded: phones of today take 12 to 50 million.
const MOST_PIXELS: u64 = 52_000_000;
/// Most that a decoder may take for its own work, in bytes, besides the picture.
const MOST_ALLOCATED: u64 = 256 << 20;
/// Pixels of the longer side of what is kept: enough to read a paper that was photographed.
const LONGEST_SIDE: u32 = 2048;
const QUALITY: u8 = 82;

/// MIME type of what [`clean`] gives.
pub const CONTENT_TYPE: &str = "image/jpeg";

/// A JPEG file with a picture and nothing else. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    /// The file.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Photo({} bytes)", self.bytes.len())
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BadPhoto {
    /// Longer than [`MOST_BYTES`].
    #[error("the file is longer than 10 MB")]
    TooLong,
    /// More pixels than are decoded.
    #[error("the picture has more than 52 million pixels")]
    TooManyPixels,
    /// Not JPEG, PNG or WebP, or broken.
    #[error("not a picture that can be read: send JPEG, PNG or WebP")]
    NotAPhoto,
}

/// Reads JPEG, PNG or WebP and writes the picture anew as JPEG, upright, at most 2,048 pixels on its longer side, on white
/// where it was transparent. Of an animation the first picture.
///
/// # Errors
/// [`BadPhoto`].
pub fn clean(bytes: &[u8]) -> Result<Photo, BadPhoto> {
    if bytes.len() > MOST_BYTES {
        return Err(BadPhoto::TooLong);
    }
    let (picture, orientation) = decoded(bytes)?;
    let mut picture = if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture.thumbnail(LONGEST_SIDE, LONGEST_SIDE)
    } else {
        picture
    };
    picture.apply_orientation(orientation);
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .encode_image(&on_white(picture))
        .map_err(|_| BadPhoto::NotAPhoto)?;
    Ok(Photo { bytes: file })
}

/// The picture, and how it must be turned.
fn decoded(bytes: &[u8]) -> Result<(DynamicImage, Orientation), BadPhoto> {
    let wrong = |_| BadPhoto::NotAPhoto;
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| BadPhoto::NotAPhoto)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_ALLOCATED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(wrong)?;
    let (width, height) = decoder.dimensions();
    let most_bytes = MOST_PIXELS * 4;
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > most_bytes {
        return Err(BadPhoto::TooManyPixels);
    }
    if width == 0 || height == 0 {
        return Err(BadPhoto::NotAPhoto);
    }
    // Where it cannot be read the picture stays as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(wrong)?, orientation))
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let with_alpha = picture.into_rgba8();
    let (width, height) = with_alpha.dimensions();
    let mut flat = RgbImage::new(width, height);
    for (to, from) in flat.pixels_mut().zip(with_alpha.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        // Of 255 parts, rounded.
        to.0 = [red, green, blue].map(|c| ((c * alpha + 255 * (255 - alpha) + 127) / 255) as u8);
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};

    /// Made by `tests/photos/make.py`, with Pillow and piexif.
    const FILES: [(&str, &[u8]); 3] = [
        ("jpg", include_bytes!("../../tests/photos/gps.jpg")),
        ("webp", include_bytes!("../../tests/photos/gps.webp")),
        ("png", include_bytes!("../../tests/photos/gps.png")),
    ];

    fn has(bytes: &[u8], text: &[u8]) -> bool {
        bytes.windows(text.len()).any(|window| window == text)
    }

    /// The markers of a JPEG file before its picture.
    fn segments(jpeg: &[u8]) -> Vec<u8> {
        let mut found = Vec::new();
        let mut at = 2;
        while jpeg[at + 1] != 0xda {
            assert_eq!(jpeg[at], 0xff);
            found.push(jpeg[at + 1]);
            at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        }
        found
    }

    #[test]
    fn nothing_but_the_picture_comes_through() {
        for (name, file) in FILES {
            let words: [&[u8]; 4] = [b"Canary", b"SERIALCANARY42", b"XMPCANARY", b"COMMENTCANARY"];
            assert!(has(file, b"Canary Camera") && has(file, b"XMPCANARY"), "{name}: it was there");
            let photo = clean(file).unwrap();
            for word in words.into_iter().chain([&b"Exif"[..], b"GPS", b"adobe", b"Nguy"]) {
                assert!(!has(&photo.bytes, word), "{name}: {}", String::from_utf8_lossy(word));
            }
            // The frame, its tables, and one application segment, JFIF's, that says how wide a pixel is.
            let segments = segments(&photo.bytes);
            let applications = segments.iter().filter(|marker| (0xe0..=0xef).contains(*marker));
            assert_eq!(applications.copied().collect::<Vec<_>>(), [0xe0], "{name}");
            assert!(!segments.contains(&0xfe), "{name}: no comment");
            assert!(photo.bytes.ends_with(&[0xff, 0xd9]), "{name}: nothing behind the end");
        }
    }

    /// Orientation 6: what lies on its side in the file stands upright, with the red corner at the upper right.
    #[test]
    fn it_stands_upright() {
        for (name, file) in FILES {
            let picture = image::load_from_memory(&clean(file).unwrap().bytes).unwrap().into_rgb8();
            assert_eq!(picture.dimensions(), (64, 96), "{name}");
            let red = |x, y| picture.get_pixel(x, y).0[0] > 150;
            assert!(red(56, 8) && !red(8, 8) && !red(8, 88) && !red(56, 88), "{name}");
        }
    }

    fn png(picture: RgbaImage) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    }

    #[test]
    fn it_is_made_smaller_and_stands_on_white() {
        let wide = png(RgbaImage::from_pixel(5000, 10, Rgba([0, 0, 0, 0])));
        let picture = image::load_from_memory(&clean(&wide).unwrap().bytes).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (2048, 4));
        assert!(picture.pixels().all(|pixel| pixel.0.iter().all(|c| *c > 250)));
    }

    #[test]
    fn what_is_no_picture_or_too_much_is_refused() {
        let [(_, jpeg), ..] = FILES;
        for wrong in [&b""[..], b"GIF89a", b"\xff\xd8\xff", b"%PDF-1.7", &jpeg[..600], b"RIFF\0\0\0\0WEBP"] {
            assert_eq!(clean(wrong), Err(BadPhoto::NotAPhoto));
        }
        assert_eq!(clean(&vec![0; MOST_BYTES + 1]), Err(BadPhoto::TooLong));
        // A header that promises 30,000 by 30,000 pixels in a few hundred bytes.
        let mut bomb = png(RgbaImage::new(1, 1));
        bomb[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(clean(&bomb), Err(BadPhoto::TooManyPixels));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }

    #[test]
    fn changed_files_never_panic() {
        for (_, file) in FILES {
            for at in (0..file.len()).step_by(3) {
                let mut changed = file.to_vec();
                changed[at] ^= 0xa5;
                let _ = clean(&changed);
                let _ = clean(&file[..at]);
            }
        }
    }
}
