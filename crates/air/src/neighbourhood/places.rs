//! Where things are, in metres. Blocks stand in a row from west to east; each has its office 4 km south.

/// A position: metres east, metres north.
pub(super) type Spot = [f64; 2];

/// A block of houses with its market and bus stop, by number from the west.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Block(pub usize);

/// A house, by number within its block.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct House {
    pub block: Block,
    pub index: usize,
}

/// From one block to the next.
const BLOCK_PITCH_M: f64 = 400.0;

/// How far the office is.
pub(super) const ROUTE_M: f64 = 4_000.0;

/// Seats of a bus: 11 rows of two and two.
pub(super) const SEATS: usize = 44;

/// Stalls of a market.
pub(super) const STALLS: usize = 18;

fn add(a: Spot, b: Spot) -> Spot {
    [a[0] + b[0], a[1] + b[1]]
}

impl Block {
    fn corner(self) -> Spot {
        [self.0 as f64 * BLOCK_PITCH_M, 0.0]
    }

    /// Where the bus stands at the block, and from where its street leads south.
    pub(super) fn bus_stop(self) -> Spot {
        add(self.corner(), [110.0, -20.0])
    }

    /// A place in the queue beside the bus stop.
    pub(super) fn queue(self, place: usize) -> Spot {
        add(self.bus_stop(), [3.0, 0.9 * (place % 25) as f64])
    }

    /// A desk: two at a table 1.5 m apart, tables 3.2 m and 2.8 m apart.
    pub(super) fn desk(self, index: usize) -> Spot {
        let (table, side) = (index / 2, index % 2);
        let (column, row) = ((table % 4) as f64, (table / 4) as f64);
        add(self.office(), [column * 3.2 + side as f64 * 1.5, row * 2.8])
    }

    /// A seat of the canteen behind the office: tables for four, 3.5 m apart.
    pub(super) fn canteen(self, index: usize) -> Spot {
        let (table, seat) = (index / 4, index % 4);
        let corner = [(table % 3) as f64 * 3.5, 40.0 + (table / 3) as f64 * 3.5];
        add(add(self.office(), corner), [(seat % 2) as f64 * 0.9, (seat / 2) as f64 * 1.1])
    }

    fn office(self) -> Spot {
        add(self.bus_stop(), [20.0, -ROUTE_M])
    }

    /// Where the vendor of a stall stands: three rows of six, 4.5 m apart, lanes of 6 m.
    pub(super) fn stall(self, index: usize) -> Spot {
        let index = index % STALLS;
        add(self.corner(), [150.0 + (index % 6) as f64 * 4.5, 40.0 + (index / 6) as f64 * 6.0])
    }
}

/// A seat of a bus whose middle is at the origin: rows 0.8 m apart, an aisle between.
pub(super) fn seat(index: usize) -> Spot {
    const ACROSS: [f64; 4] = [-1.0, -0.55, 0.55, 1.0];
    let (row, across) = ((index / 4) as f64, index % 4);
    [ACROSS[across], row * 0.8 - 4.0]
}

impl House {
    /// South-west corner: six houses of 10 m a row, 4 m between them, rows 25 m apart.
    fn corner(self) -> Spot {
        let (column, row) = ((self.index % 6) as f64, (self.index / 6) as f64);
        add(self.block.corner(), [column * 14.0, row * 25.0])
    }

    /// Beds: two and two in rooms, a mattress apart.
    pub(super) fn bed(self, member: usize) -> Spot {
        let (room, side) = ((member / 2) as f64, (member % 2) as f64);
        add(self.corner(), [0.8 + room * 3.6, 3.5 + side * if member < 2 { 0.8 } else { 1.3 }])
    }

    /// Around the table; six seats, nobody farther than 1.7 m from another.
    pub(super) fn table(self, member: usize) -> Spot {
        let angle = std::f64::consts::TAU * member as f64 / 6.0;
        add(self.corner(), [7.5 + 0.85 * angle.cos(), 1.6 + 0.85 * angle.sin()])
    }

    /// Somewhere in the house.
    pub(super) fn anywhere(self, east: f64, north: f64) -> Spot {
        add(self.corner(), [east * 10.0, north * 5.5])
    }
}
