//! Small drawings, each in a square of 24 units: the steps on a poster, the reasons to install.

use crate::canvas::Canvas;
use crate::color::{ACCENT, WASH};

/// What is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drawing {
    /// A phone with its camera on.
    Phone,
    /// A phone that looks at a QR code.
    Scan,
    /// A door, and an arrow in and one out.
    Door,
    /// A bus.
    Bus,
    /// A phone that hears others.
    Radio,
    /// A lock.
    Lock,
    /// A sheet with ticks.
    Sheet,
}

/// Draws with the upper left corner at a point, `side` wide.
pub fn draw(canvas: &mut Canvas<'_, '_>, what: Drawing, (x, y): (f32, f32), side: f32) {
    let u = side / 24.0;
    let pen = 1.5 * u;
    canvas.rect([x, y, side, side], 5.0 * u, WASH);
    let mut frame = |[left, top, width, height]: [f32; 4], radius: f32| {
        let at = [x + left * u, y + top * u, width * u, height * u];
        canvas.frame(at, radius * u, pen, ACCENT);
    };
    let mut strokes: Vec<Vec<(f32, f32)>> = Vec::new();
    match what {
        Drawing::Phone => {
            frame([7.5, 3.5, 9.0, 17.0], 2.0);
            frame([10.0, 9.0, 4.0, 4.0], 2.0);
            strokes.push(vec![(11.0, 17.5), (13.0, 17.5)]);
        }
        Drawing::Scan => {
            frame([6.5, 6.5, 4.0, 4.0], 0.0);
            frame([13.5, 6.5, 4.0, 4.0], 0.0);
            frame([6.5, 13.5, 4.0, 4.0], 0.0);
            strokes.push(vec![(14.0, 14.0), (14.0, 17.5), (17.5, 17.5), (17.5, 14.5)]);
            for (corner_x, corner_y, to_x, to_y) in [
                (3.5, 3.5, 3.0, 3.0),
                (20.5, 3.5, -3.0, 3.0),
                (3.5, 20.5, 3.0, -3.0),
                (20.5, 20.5, -3.0, -3.0),
            ] {
                strokes.push(vec![
                    (corner_x + to_x, corner_y),
                    (corner_x, corner_y),
                    (corner_x, corner_y + to_y),
                ]);
            }
        }
        Drawing::Door => {
            frame([4.0, 3.5, 9.0, 17.0], 1.0);
            strokes.push(vec![(20.5, 8.5), (9.5, 8.5)]);
            strokes.push(vec![(12.0, 6.0), (9.5, 8.5), (12.0, 11.0)]);
            strokes.push(vec![(9.5, 15.5), (20.5, 15.5)]);
            strokes.push(vec![(18.0, 13.0), (20.5, 15.5), (18.0, 18.0)]);
        }
        Drawing::Bus => {
            frame([3.5, 5.0, 17.0, 12.0], 2.0);
            frame([6.0, 16.5, 3.5, 3.5], 1.75);
            frame([14.5, 16.5, 3.5, 3.5], 1.75);
            strokes.push(vec![(3.5, 11.5), (20.5, 11.5)]);
            strokes.push(vec![(12.0, 5.0), (12.0, 11.5)]);
        }
        Drawing::Radio => {
            frame([9.0, 6.0, 6.0, 12.0], 1.5);
            strokes.push(vec![(6.0, 8.0), (4.8, 12.0), (6.0, 16.0)]);
            strokes.push(vec![(18.0, 8.0), (19.2, 12.0), (18.0, 16.0)]);
        }
        Drawing::Lock => {
            frame([5.5, 10.5, 13.0, 9.5], 2.0);
            strokes.push(vec![
                (8.5, 10.5),
                (8.5, 7.5),
                (10.0, 5.0),
                (12.0, 4.3),
                (14.0, 5.0),
                (15.5, 7.5),
                (15.5, 10.5),
            ]);
            strokes.push(vec![(12.0, 14.0), (12.0, 16.5)]);
        }
        Drawing::Sheet => {
            frame([5.5, 3.5, 13.0, 17.0], 1.5);
            for row in [8.0, 12.0, 16.0] {
                strokes.push(vec![(8.0, row), (9.0, row + 1.0), (10.8, row - 1.2)]);
                strokes.push(vec![(13.0, row), (16.0, row)]);
            }
        }
    }
    for points in strokes {
        let points: Vec<(f32, f32)> =
            points.into_iter().map(|(left, top)| (x + left * u, y + top * u)).collect();
        canvas.line(&points, pen, ACCENT);
    }
}
