//! The few colours: those of the pages' light theme, so that paper and screen are one thing. All text on white has a contrast of
//! 4.5:1 at least, and everything can be read when printed without colour.

use krilla::color::rgb::Color;

pub const INK: [u8; 3] = [0x12, 0x26, 0x3a];
pub const SOFT: [u8; 3] = [0x4c, 0x60, 0x73];
pub const LINE: [u8; 3] = [0xa9, 0xb8, 0xc6];
pub const ACCENT: [u8; 3] = [0x0b, 0x5a, 0x9d];
pub const WASH: [u8; 3] = [0xe5, 0xf0, 0xfa];
pub const WHITE: [u8; 3] = [0xff, 0xff, 0xff];
pub const BLACK: [u8; 3] = [0, 0, 0];

pub fn rgb([r, g, b]: [u8; 3]) -> Color {
    Color::new(r, g, b)
}
