//! Reading someone's identifier characteristic, and telling ours in return.
//!
//! Service by its UUID, its characteristics, the value, the write, in this order, each answer to the one request that is
//! out; whatever else arrives is passed over. The peer decides what it answers, so nothing it says makes this loop: the
//! search for the characteristic only goes upwards.

use super::att;
use bluezone_protocol::frame::{BLUEZONE_CHARACTERISTIC_UUID, BLUEZONE_SERVICE_UUID};
use bluezone_protocol::identifier::Identifier;

enum Step {
    Service,
    Characteristic { from: u16, last: u16 },
    Read { handle: u16, writable: bool },
    Write,
}

/// One exchange with one peer.
pub struct Client {
    step: Step,
}

/// What to do after a packet from the peer.
#[derive(Default)]
pub struct Progress {
    /// To send now.
    pub send: Option<Vec<u8>>,
    /// The peer's identifier, read in this step.
    pub read: Option<Identifier>,
    /// Nothing more to do: disconnect.
    pub done: bool,
}

impl Progress {
    fn done() -> Self {
        Self { done: true, ..Self::default() }
    }
}

impl Client {
    /// A new exchange and its first request.
    pub fn start() -> (Self, Vec<u8>) {
        let mut request = vec![att::FIND_BY_VALUE_REQUEST];
        request.extend(1u16.to_le_bytes());
        request.extend(u16::MAX.to_le_bytes());
        request.extend(att::PRIMARY_SERVICE.to_le_bytes());
        request.extend(BLUEZONE_SERVICE_UUID);
        (Self { step: Step::Service }, request)
    }

    /// Takes a response. `own` is written to the peer if it takes it.
    pub fn response(&mut self, packet: &[u8], own: Option<&Identifier>) -> Progress {
        let Some((&opcode, body)) = packet.split_first() else { return Progress::default() };
        match (&self.step, opcode, body) {
            (Step::Service, att::FIND_BY_VALUE_RESPONSE, &[a, b, c, d, ..]) => {
                let (first, last) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
                self.search(first, last)
            }
            (Step::Characteristic { from, last }, att::READ_BY_TYPE_RESPONSE, [length, entries @ ..]) => {
                let (from, last) = (*from, *last);
                self.characteristics(usize::from(*length), entries, from, last)
            }
            (Step::Read { handle, writable }, att::READ_RESPONSE, value) => {
                let (handle, writable) = (*handle, *writable);
                let Ok(id) = Identifier::from_bytes(value) else { return Progress::done() };
                let write = own
                    .filter(|_| writable)
                    .map(|own| [&[att::WRITE_REQUEST][..], &handle.to_le_bytes(), &own.to_bytes()].concat());
                self.step = Step::Write;
                Progress { done: write.is_none(), send: write, read: Some(id) }
            }
            (Step::Write, att::WRITE_RESPONSE, _) => Progress::done(),
            (step, att::ERROR, [request, ..]) if *request == step.request() => Progress::done(),
            (step, opcode, _) if opcode == step.request() + 1 => Progress::done(), // malformed
            _ => Progress::default(),
        }
    }

    fn search(&mut self, from: u16, last: u16) -> Progress {
        if from == 0 || from > last {
            return Progress::done();
        }
        self.step = Step::Characteristic { from, last };
        let mut request = vec![att::READ_BY_TYPE_REQUEST];
        request.extend(from.to_le_bytes());
        request.extend(last.to_le_bytes());
        request.extend(att::CHARACTERISTIC.to_le_bytes());
        Progress { send: Some(request), ..Progress::default() }
    }

    fn characteristics(&mut self, length: usize, entries: &[u8], from: u16, last: u16) -> Progress {
        let mut declared = 0;
        if length > 0 {
            for entry in entries.chunks_exact(length) {
                let [a, b, properties, c, d, uuid @ ..] = entry else { return Progress::done() };
                declared = declared.max(u16::from_le_bytes([*a, *b]));
                let handle = u16::from_le_bytes([*c, *d]);
                if uuid == BLUEZONE_CHARACTERISTIC_UUID {
                    let writable = properties & att::PROPERTY_WRITE != 0;
                    self.step = Step::Read { handle, writable };
                    let request = [&[att::READ_REQUEST][..], &handle.to_le_bytes()].concat();
                    return Progress { send: Some(request), ..Progress::default() };
                }
            }
        }
        match declared.checked_add(1) {
            // A peer that answers with handles we did not ask for would keep us busy for ever.
            Some(next) if declared >= from => self.search(next, last),
            _ => Progress::done(),
        }
    }
}

impl Step {
    /// Opcode of the request that is out.
    fn request(&self) -> u8 {
        match self {
            Step::Service => att::FIND_BY_VALUE_REQUEST,
            Step::Characteristic { .. } => att::READ_BY_TYPE_REQUEST,
            Step::Read { .. } => att::READ_REQUEST,
            Step::Write => att::WRITE_REQUEST,
        }
    }
}
