//! Padding: keys of nobody, so that counting the keys of an export does not count who reported.
//!
//! All that a published key tells besides its bytes is its [`Cell`]: day, class of infectiousness, report type
//! ([`bluezone_domain::form`]). Each cell of a file is filled to a rung of a ladder ([`rung`]), the first one even when
//! nobody reported: so long as no cell has more keys than the floor, files of nobody and of many have the same number of
//! keys in every cell. Revised keys are filled the same way by [`Change`], with padding that an earlier file holds for
//! the purpose: which file, and so how much more than a rung there is in each, only the server's secret tells.
//!
//! Nothing of this is stored. A padding key is one AES block under a key of the server's own: what it encrypts is where the
//! key stands. So a file that is written again has the same padding, no key is used twice, nobody without the secret can
//! tell padding from random keys, and the server recognises its own ([`Padding::made`]) when somebody publishes it.
//!
//! What it does not hide: the order of magnitude where a cell has more keys than the floor; and, from one who keeps all
//! files, changes of report. Revisions of one person come from one file, those of padding from many; the keys of a cell
//! less those revised later are never fewer than the floor for padding alone; no padding is revised twice.

use crate::secrets::Secrets;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Block};
use bluezone_domain::Timestamp;
use bluezone_domain::form::{Cell, Change, Form, REVISED_FLOOR, Span, changes, first_types, rung};
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{INTERVALS_PER_DAY, IntervalNumber};
use bluezone_store::{Batch, BatchId};
use std::collections::BTreeMap;

/// A revised padding key stood in a file at most this many files before.
const FARTHEST: i64 = 168;
/// So many files back it is looked for, at random: most test results come within a day, at twelve files a day.
const HORIZONS: [i64; 4] = [6, 12, 36, FARTHEST];
/// A block has eight numbers to draw with.
const _: () = assert!(changes(Stream::Cases).len() * REVISED_FLOOR <= 8);

/// What a block is for: its first two bits.
#[derive(Clone, Copy)]
enum Purpose {
    /// Fills a cell up.
    Fill = 1,
    /// Waits in a cell for its revision.
    Reserve = 2,
    /// No key: draws where revisions come from.
    Draw = 3,
}

/// The server's secret permutation of blocks, another for each stream.
pub struct Padding {
    cipher: Aes128,
    stream: Stream,
}

impl Padding {
    /// Of this server.
    pub fn new(secrets: &Secrets, stream: Stream) -> Self {
        Padding { cipher: Aes128::new(&Block::from(secrets.padding_key(stream))), stream }
    }

    /// Whether a key is padding that this server made. Another key is taken for one once in 2^32 times.
    pub fn made(&self, key: &TemporaryExposureKey) -> bool {
        let mut block = Block::from(*key.as_bytes());
        self.cipher.decrypt_block(&mut block);
        let purpose = block[0] >> 6;
        block[12..] == [0; 4] && (purpose == Purpose::Fill as u8 || purpose == Purpose::Reserve as u8)
    }

    /// `number` and `index` tell apart what is in one cell.
    fn block(&self, purpose: Purpose, cell: Cell, number: i64, index: u32) -> [u8; 16] {
        let day = cell.span.start.0 / INTERVALS_PER_DAY;
        let mut plain = [0; 16];
        plain[0] = (purpose as u8) << 6 | cell.report_type.number() as u8;
        plain[1..5].copy_from_slice(&(number as u32).to_le_bytes());
        plain[5..7].copy_from_slice(&(day as u16).to_le_bytes());
        plain[7] = cell.span.period as u8;
        plain[8] = cell.days_since_onset.unwrap_or_default() as u8;
        plain[9..12].copy_from_slice(&index.to_le_bytes()[..3]);
        let mut block = Block::from(plain);
        self.cipher.encrypt_block(&mut block);
        block.into()
    }

    /// A key of a cell in the file that ends at `end`. No two files end in one minute.
    fn key(&self, purpose: Purpose, cell: Cell, end: Timestamp, index: u32) -> TemporaryExposureKey {
        TemporaryExposureKey::from_bytes(self.block(purpose, cell, end.0.div_euclid(60), index))
    }
}

/// The padding of one file.
pub struct Filling<'a> {
    /// Makes the keys.
    pub padding: &'a Padding,
    /// Which cells there are.
    pub form: &'a Form,
    /// Fewest keys in a cell.
    pub floor: usize,
    /// The file, and those before it back to [`Filling::since`], oldest first.
    pub batches: &'a [Batch],
}

/// One revision in a file to come, or in this one.
struct Revision {
    /// In which file.
    target: BatchId,
    /// What kind: its place in [`changes`].
    change: usize,
    /// Which of the [`REVISED_FLOOR`].
    place: usize,
}

impl Revision {
    fn types(&self, stream: Stream) -> (ReportType, ReportType) {
        changes(stream)[self.change]
    }

    /// Tells it apart from the others whose keys stand in one cell of `source`.
    fn index(&self, source: BatchId) -> u32 {
        let back = self.target.0 - source.0;
        (back as u32) << 8 | (self.change as u32) << 4 | self.place as u32
    }
}

impl Filling<'_> {
    /// The first batch that the padding of this one depends on.
    pub fn since(batch: BatchId) -> BatchId {
        BatchId(batch.0 - FARTHEST)
    }

    /// Keys to add to the new ones, in the order of their bytes. `counts`: how many there are.
    pub fn new_keys(&self, counts: &BTreeMap<Cell, usize>) -> Vec<DiagnosisKey> {
        let Some(batch) = self.batches.last() else { return Vec::new() };
        let mut cells: BTreeMap<Cell, usize> = counts.clone();
        for span in self.form.spans(batch.start, batch.end) {
            for days_since_onset in self.form.days_since_onset().map(Some) {
                for report_type in first_types(self.padding.stream).iter().copied() {
                    cells.entry(Cell { span, days_since_onset, report_type }).or_default();
                }
            }
        }
        let mut keys = Vec::new();
        for (cell, count) in cells {
            let missing = rung(count, self.floor) - count;
            let key = |index| cell.key(self.padding.key(Purpose::Fill, cell, batch.end, index));
            keys.extend((0..missing as u32).map(key));
        }
        keys.extend(self.reserves(batch));
        keys.sort_by(|a, b| a.key.cmp(&b.key));
        keys
    }

    /// The keys of this file that files to come will revise.
    fn reserves(&self, batch: &Batch) -> Vec<DiagnosisKey> {
        let mut keys = Vec::new();
        let whole = self.form.whole_days(batch.start, batch.end).map(|span| (span, Some(span)));
        let cut = self.form.slots(batch.start, batch.end).into_iter().take(1).map(|span| (span, None));
        for (span, day) in whole.chain(cut) {
            let oldest = self.oldest(day);
            for target in (batch.id.0 + 1..=batch.id.0 + FARTHEST).map(BatchId) {
                for days_since_onset in self.form.days_since_onset().map(Some) {
                    for (revision, source) in self.revisions(target, day, days_since_onset, oldest) {
                        if source == batch.id {
                            let cell = Cell {
                                span,
                                days_since_onset,
                                report_type: revision.types(self.padding.stream).0,
                            };
                            let index = revision.index(source);
                            keys.push(cell.key(self.padding.key(Purpose::Reserve, cell, batch.end, index)));
                        }
                    }
                }
            }
        }
        keys
    }

    /// Keys to add to the revised ones, in the order of their bytes. `counts`: how many there are.
    pub fn revised_keys(&self, counts: &BTreeMap<Change, usize>) -> Vec<DiagnosisKey> {
        let Some(batch) = self.batches.last() else { return Vec::new() };
        let mut keys = Vec::new();
        // Days that a file before this one had.
        let days = self.form.whole_days(batch.start, batch.start).map(Some).chain([None]);
        for day in days {
            let oldest = self.oldest(day);
            for days_since_onset in self.form.days_since_onset().map(Some) {
                for (revision, source) in self.revisions(batch.id, day, days_since_onset, oldest) {
                    let (from, to) = revision.types(self.padding.stream);
                    let day_start = day.map(|span| span.start);
                    let change = Change { day: day_start, days_since_onset, from, to };
                    let present = counts.get(&change).copied().unwrap_or_default();
                    if revision.place + present < REVISED_FLOOR {
                        keys.extend(self.reserved(source, &revision, day, days_since_onset));
                    }
                }
            }
        }
        keys.sort_by(|a, b| a.key.cmp(&b.key));
        keys
    }

    /// The key that `source` holds for a revision, as revised. `None` if there was no such file.
    fn reserved(
        &self,
        source: BatchId,
        revision: &Revision,
        day: Option<Span>,
        days_since_onset: Option<i32>,
    ) -> Option<DiagnosisKey> {
        let (from, to) = revision.types(self.padding.stream);
        let at = self.batches.binary_search_by_key(&source, |batch| batch.id).ok()?;
        let source = self.batches[at];
        let span = day.or_else(|| self.form.slots(source.start, source.end).first().copied())?;
        let before = Cell { span, days_since_onset, report_type: from };
        let key = self.padding.key(Purpose::Reserve, before, source.end, revision.index(source.id));
        Some(Cell { report_type: to, ..before }.key(key))
    }

    /// The first file that has, or may have had, whole keys of a day; the very first one for days cut short.
    fn oldest(&self, day: Option<Span>) -> BatchId {
        let Some(day) = day else { return BatchId(1) };
        let released = self.form.released(day);
        self.batches.iter().find(|batch| batch.end >= released).map_or(BatchId(1), |batch| batch.id)
    }

    /// The padding that `target` revises of a day and class, each with the file that has it first: drawn from the secret,
    /// so that both files agree on it.
    fn revisions(
        &self,
        target: BatchId,
        day: Option<Span>,
        days_since_onset: Option<i32>,
        oldest: BatchId,
    ) -> impl Iterator<Item = (Revision, BatchId)> {
        let span = day.unwrap_or(Span { start: IntervalNumber(0), period: 0 });
        let cell = Cell { span, days_since_onset, report_type: ReportType::Unknown };
        let drawn = self.padding.block(Purpose::Draw, cell, target.0, 0);
        let farthest = (target.0 - oldest.0).min(FARTHEST);
        let each = (0..changes(self.padding.stream).len())
            .flat_map(|change| (0..REVISED_FLOOR).map(move |place| (change, place)));
        each.zip(0..).filter(move |_| farthest > 0).map(move |((change, place), n)| {
            let number = u16::from_le_bytes([drawn[2 * n], drawn[2 * n + 1]]);
            let horizon = HORIZONS[usize::from(number % 4)].min(farthest);
            let back = 1 + i64::from(number / 4) % horizon;
            (Revision { target, change, place }, BatchId(target.0 - back))
        })
    }
}
