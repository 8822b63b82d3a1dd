//! The air: who says what, and what a scan hears of it.

use crate::cells::Cells;
use crate::loss::{LossModel, Path, TX_POWER_DBM};
use crate::scenario::Scenario;
use crate::track::Track;
use bluezone_protocol::identifier::Identifier;

/// The longest scan; longer ones must be made of several.
pub const MAX_SCAN_S: u32 = 180;

/// The grid of neighbours is made anew this often, seconds.
pub const SPAN_S: f64 = 300.0;

/// One phone as a scan heard it.
#[derive(Clone, PartialEq, Debug)]
pub struct Heard {
    /// Whose it is: index in the scenario. For the record; a phone does not learn it.
    pub phone: usize,
    /// What it said.
    pub identifier: Identifier,
    /// Strength of each packet that arrived; never empty.
    pub rssi_dbm: Vec<i8>,
}

/// The simulated air of one scenario.
///
/// Times are seconds since the scenario's start, in true time (a phone's skewed clock is its own matter).
pub struct Air {
    seed: u64,
    model: LossModel,
    step_s: f64,
    tracks: Vec<Track>,
    on_air: Vec<OnAir>,
    cells: Cells,
    /// Start of the span that `cells` holds.
    span: Option<f64>,
}

/// What a phone says now, and what it said until `since_s`: a scan across a rotation hears both.
#[derive(Copy, Clone, Default)]
struct OnAir {
    now: Option<Identifier>,
    since_s: f64,
    before: Option<Identifier>,
}

impl Air {
    /// Nobody says anything yet.
    pub fn new(scenario: &Scenario) -> Self {
        let tracks: Vec<Track> = scenario.phones.iter().map(Track::new).collect();
        Self {
            seed: scenario.seed,
            model: scenario.area.model,
            step_s: scenario.step_s,
            on_air: vec![OnAir::default(); tracks.len()],
            tracks,
            cells: Cells::default(),
            span: None,
        }
    }

    /// Transmit power of all phones, dBm.
    pub fn tx_power_dbm(&self) -> i8 {
        TX_POWER_DBM
    }

    /// Where the phones are.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// From now on the phone says this.
    pub fn advertise(&mut self, phone: usize, now_s: f64, identifier: Identifier) {
        let on_air = &mut self.on_air[phone];
        *on_air = OnAir { now: Some(identifier), since_s: now_s, before: on_air.now };
    }

    /// Makes the neighbours known for scans that start within [`MAX_SCAN_S`] before `now_s` or within [`SPAN_S`] after.
    pub fn prepare(&mut self, now_s: f64) {
        let span = (now_s / SPAN_S).floor() * SPAN_S;
        if self.span != Some(span) {
            let (from, to) = Self::covered(span);
            self.cells.fill(&self.tracks, from, to, self.model.reach_m(), 0.0);
            self.span = Some(span);
        }
    }

    /// What the phone hears from `start_s` on for `duration_s` (at most [`MAX_SCAN_S`]), by index of the sender.
    ///
    /// To hear rotations within the scan, ask when it is over; only the last rotation of each phone is remembered.
    /// A radio that is off hears nothing and is not heard.
    pub fn scan(&mut self, phone: usize, start_s: f64, duration_s: u32) -> Vec<Heard> {
        self.prepare(start_s);
        self.hear(phone, start_s, duration_s)
    }

    /// [`Self::scan`] for several threads at once, after [`Self::prepare`].
    ///
    /// # Panics
    /// If the scan is not within what was prepared.
    pub fn hear(&self, phone: usize, start_s: f64, duration_s: u32) -> Vec<Heard> {
        let duration_s = f64::from(duration_s.min(MAX_SCAN_S));
        let prepared = self.span.map(Self::covered);
        assert!(
            prepared.is_some_and(|(from, to)| from <= start_s && start_s + duration_s <= to),
            "a scan outside of what was prepared would miss phones"
        );
        let mut heard: Vec<Heard> = Vec::new();
        let pieces = (duration_s / self.step_s).ceil().max(1.0);
        let length = duration_s / pieces;
        for piece in 0..pieces as u32 {
            self.listen(phone, start_s + f64::from(piece) * length, length, &mut heard);
        }
        heard.sort_by_key(|heard| heard.phone);
        heard
    }

    fn covered(span: f64) -> (f64, f64) {
        let longest = f64::from(MAX_SCAN_S);
        (span - longest, span + SPAN_S + longest)
    }

    fn listen(&self, rx: usize, start_s: f64, duration_s: f64, heard: &mut Vec<Heard>) {
        let track = &self.tracks[rx];
        let t_s = start_s + duration_s / 2.0;
        if !track.is_on(t_s) {
            return;
        }
        let here = track.position(t_s);
        let reach = self.model.reach_m();
        for (cell, tx) in self.cells.around(self.cells.cell(here)) {
            let tx = tx as usize;
            let there = self.tracks[tx].position(t_s);
            // One who moves stands in several cells, and counts in the one where it is now.
            if tx == rx || self.cells.cell(there) != cell || !self.tracks[tx].is_on(t_s) {
                continue;
            }
            let distance_m = (there[0] - here[0]).hypot(there[1] - here[1]);
            let on_air = &self.on_air[tx];
            let identifier = if t_s < on_air.since_s { on_air.before } else { on_air.now };
            let (Some(identifier), true) = (identifier, distance_m <= reach) else { continue };
            let path = Path { seed: self.seed, rx, tx, distance_m, t_s };
            let known = heard.iter_mut().find(|known| known.phone == tx && known.identifier == identifier);
            if let Some(known) = known {
                self.model.receive(&path, duration_s, &mut known.rssi_dbm);
                continue;
            }
            let mut rssi_dbm = Vec::new();
            self.model.receive(&path, duration_s, &mut rssi_dbm);
            if !rssi_dbm.is_empty() {
                heard.push(Heard { phone: tx, identifier, rssi_dbm });
            }
        }
    }
}
