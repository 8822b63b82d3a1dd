//! Which phones may be near a place within a span of time: a grid of square cells.

use crate::track::Track;

/// A cell of the grid, by row then column, so that neighbours in a row stand together when sorted.
type Cell = (i32, i32);

/// For a span of time, the phones by the cells that their ways touch.
#[derive(Default)]
pub(crate) struct Cells {
    size_m: f64,
    /// Sorted, each pair once.
    entries: Vec<(Cell, u32)>,
}

impl Cells {
    /// Fills the grid with the ways between two times, each widened by `margin_m`.
    pub(crate) fn fill(&mut self, tracks: &[Track], from_s: f64, to_s: f64, size_m: f64, margin_m: f64) {
        self.size_m = size_m;
        self.entries.clear();
        for (phone, track) in tracks.iter().enumerate() {
            let phone = u32::try_from(phone).expect("a scenario has at most 100,000 phones");
            let mut last = None;
            for leg in track.legs(from_s, to_s) {
                // A long way in pieces: the box around all of it would hold every cell beside a diagonal.
                let length = (leg.to[0] - leg.from[0]).hypot(leg.to[1] - leg.from[1]);
                let jump = leg.to_s <= leg.from_s;
                // A jump passes over nothing, and no leg is worth more pieces than a grid of this span needs.
                let pieces = if jump { 1.0 } else { (length / size_m).ceil().clamp(1.0, 1_000_000.0) };
                let at = |share: f64| {
                    [
                        leg.from[0] + (leg.to[0] - leg.from[0]) * share,
                        leg.from[1] + (leg.to[1] - leg.from[1]) * share,
                    ]
                };
                for piece in 0..pieces as u32 {
                    let (a, b) = (at(f64::from(piece) / pieces), at(f64::from(piece + 1) / pieces));
                    let (a, b) = if jump { (leg.to, leg.to) } else { (a, b) };
                    let low = self.cell([a[0].min(b[0]) - margin_m, a[1].min(b[1]) - margin_m]);
                    let high = self.cell([a[0].max(b[0]) + margin_m, a[1].max(b[1]) + margin_m]);
                    if last == Some((low, high)) {
                        continue;
                    }
                    last = Some((low, high));
                    for row in low.0..=high.0 {
                        self.entries.extend((low.1..=high.1).map(|column| ((row, column), phone)));
                    }
                }
            }
        }
        self.entries.sort_unstable();
        self.entries.dedup();
    }

    /// The cell of a position.
    pub(crate) fn cell(&self, position: [f64; 2]) -> Cell {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of a float saturates; positions are checked"
        )]
        let index = |metres: f64| (metres / self.size_m).floor() as i32;
        (index(position[1]), index(position[0]))
    }

    /// The phones that touch a cell or the eight around it, with the cell they touch; a phone once for each.
    pub(crate) fn around(&self, cell: Cell) -> impl Iterator<Item = (Cell, u32)> + '_ {
        (cell.0 - 1..=cell.0 + 1).flat_map(move |row| {
            let from = self.entries.partition_point(|(c, _)| *c < (row, cell.1 - 1));
            self.entries[from..].iter().copied().take_while(move |(c, _)| *c <= (row, cell.1 + 1))
        })
    }

    /// The phones of each cell.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &[(Cell, u32)]> {
        self.entries.chunk_by(|a, b| a.0 == b.0)
    }
}
