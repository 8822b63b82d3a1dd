//! Our side of the identifier characteristic: a service of one characteristic, as the original iPhone app has it, plus
//! the generic access service that every device must have.
//!
//! **Read**: the identifier of the moment, 20 bytes (`gaen`) or 12 (`bluezone-2020`).
//!
//! **Write** (not in the original): whoever read ours may tell its own, so that phones that cannot advertise are heard
//! too. The value is the writer's identifier and nothing else, exactly 12 or exactly 20 bytes: the length tells the scheme,
//! and 20 bytes are what the smallest MTU carries. The strength is not in the value, because a claim proves nothing: the
//! phone that receives the write measures the strength of the connection itself, and a sighting without a measured
//! strength counts nothing for risk. One write a connection, [`Budget`] writes a rotation.

use super::att::{self, Refusal};
use bluezone_protocol::frame::{BLUEZONE_CHARACTERISTIC_UUID, BLUEZONE_SERVICE_UUID};
use bluezone_protocol::identifier::Identifier;
use std::ops::RangeInclusive;

const DEVICE_NAME: u16 = 0x2A00;
const APPEARANCE: u16 = 0x2A01;
const GENERIC_ACCESS: u16 = 0x1800;
/// The name that original iPhones advertise.
const NAME: &[u8] = b"Bluezone";
/// Appearance "phone".
const PHONE: [u8; 2] = [0x40, 0];

/// Handle of the identifier's value.
pub const IDENTIFIER: u16 = 8;
/// Services: first handle, last handle.
const SERVICES: [(u16, u16); 2] = [(1, 5), (6, 8)];
const LAST: u16 = 8;

/// How many writes are still taken in this rotation.
pub struct Budget(pub u32);

/// What the server knows of one connection.
#[derive(Default)]
pub struct Session {
    written: bool,
}

/// What comes of a request.
#[derive(Default)]
pub struct Answer {
    /// To send back.
    pub reply: Option<Vec<u8>>,
    /// An identifier that was written, with everything checked.
    pub written: Option<Identifier>,
}

/// A UUID as the attribute protocol writes it: 2 or 16 bytes, least significant first.
fn kind(handle: u16) -> &'static [u8] {
    const SHORT: [[u8; 2]; 4] = [
        att::PRIMARY_SERVICE.to_le_bytes(),
        att::CHARACTERISTIC.to_le_bytes(),
        DEVICE_NAME.to_le_bytes(),
        APPEARANCE.to_le_bytes(),
    ];
    match handle {
        1 | 6 => &SHORT[0],
        2 | 4 | 7 => &SHORT[1],
        3 => &SHORT[2],
        5 => &SHORT[3],
        _ => &BLUEZONE_CHARACTERISTIC_UUID,
    }
}

/// The value of an attribute; `None` where there is nothing to read.
fn value(handle: u16, identifier: Option<&Identifier>) -> Option<Vec<u8>> {
    let declaration = |properties: u8, uuid: &[u8]| {
        let [low, high] = (handle + 1).to_le_bytes();
        Some([&[properties, low, high], uuid].concat())
    };
    match handle {
        1 => Some(GENERIC_ACCESS.to_le_bytes().to_vec()),
        2 | 4 => declaration(att::PROPERTY_READ, kind(handle + 1)),
        3 => Some(NAME.to_vec()),
        5 => Some(PHONE.to_vec()),
        6 => Some(BLUEZONE_SERVICE_UUID.to_vec()),
        7 => declaration(att::PROPERTY_READ | att::PROPERTY_WRITE, kind(IDENTIFIER)),
        IDENTIFIER => identifier.map(Identifier::to_bytes),
        _ => None,
    }
}

/// Answers one request. `identifier` is what is on the air now; without one the characteristic cannot be read.
pub fn answer(
    request: &[u8],
    identifier: Option<&Identifier>,
    session: &mut Session,
    budget: &mut Budget,
) -> Answer {
    let Some((&opcode, body)) = request.split_first() else { return Answer::default() };
    if opcode & att::COMMAND_BIT != 0 || opcode == att::CONFIRMATION {
        return Answer::default(); // a command is never answered, and the characteristic takes none
    }
    if opcode == att::WRITE_REQUEST {
        return match write(body, session, budget) {
            Ok(id) => Answer { reply: Some(vec![att::WRITE_RESPONSE]), written: Some(id) },
            Err((handle, refusal)) => {
                Answer { reply: Some(att::error(opcode, handle, refusal)), written: None }
            }
        };
    }
    let reply = match opcode {
        att::MTU_REQUEST => match body {
            [_, _] => Ok([&[att::MTU_RESPONSE][..], &att::MTU.to_le_bytes()].concat()),
            _ => Err((0, Refusal::InvalidPdu)),
        },
        att::FIND_INFORMATION_REQUEST => find_information(body),
        att::FIND_BY_VALUE_REQUEST => find_by_value(body),
        att::READ_BY_TYPE_REQUEST => read_by_type(body, identifier),
        att::READ_BY_GROUP_REQUEST => read_by_group(body),
        att::READ_REQUEST => read(body, identifier),
        att::READ_BLOB_REQUEST => read_blob(body, identifier),
        _ => Err((0, Refusal::NotSupported)),
    };
    Answer {
        reply: Some(reply.unwrap_or_else(|(handle, refusal)| att::error(opcode, handle, refusal))),
        written: None,
    }
}

/// The handle that an error response names, and why.
type Refused = (u16, Refusal);
type Reply = Result<Vec<u8>, Refused>;

fn u16_at(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?]))
}

/// First and last handle asked for, and what follows them.
fn range(body: &[u8]) -> Result<(RangeInclusive<u16>, &[u8]), Refused> {
    let (Some(first), Some(last)) = (u16_at(body, 0), u16_at(body, 2)) else {
        return Err((0, Refusal::InvalidPdu));
    };
    if first == 0 || first > last {
        return Err((first, Refusal::InvalidHandle));
    }
    Ok((first..=last.min(LAST), &body[4..]))
}

fn find_information(body: &[u8]) -> Reply {
    let (handles, rest) = range(body)?;
    let first = *handles.start();
    if !rest.is_empty() {
        return Err((first, Refusal::InvalidPdu));
    }
    let mut out = Vec::new();
    let mut length = 0;
    for handle in handles {
        let uuid = kind(handle);
        if out.is_empty() {
            length = uuid.len();
            out = vec![att::FIND_INFORMATION_RESPONSE, if length == 2 { 1 } else { 2 }];
        }
        if uuid.len() != length || out.len() + 2 + length > usize::from(att::MTU) {
            break;
        }
        out.extend(handle.to_le_bytes());
        out.extend(uuid);
    }
    if out.is_empty() { Err((first, Refusal::NotFound)) } else { Ok(out) }
}

fn find_by_value(body: &[u8]) -> Reply {
    let (handles, rest) = range(body)?;
    let first = *handles.start();
    let Some((&[low, high], wanted)) = rest.split_first_chunk::<2>() else {
        return Err((first, Refusal::InvalidPdu));
    };
    let mut out = vec![att::FIND_BY_VALUE_RESPONSE];
    if u16::from_le_bytes([low, high]) == att::PRIMARY_SERVICE {
        for (start, end) in SERVICES {
            if handles.contains(&start) && value(start, None).as_deref() == Some(wanted) {
                out.extend(start.to_le_bytes());
                out.extend(end.to_le_bytes());
            }
        }
    }
    if out.len() == 1 { Err((first, Refusal::NotFound)) } else { Ok(out) }
}

fn read_by_type(body: &[u8], identifier: Option<&Identifier>) -> Reply {
    let (handles, wanted) = range(body)?;
    let first = *handles.start();
    if !matches!(wanted.len(), 2 | 16) {
        return Err((first, Refusal::InvalidPdu));
    }
    let mut out = Vec::new();
    let mut length = 0;
    for handle in handles.filter(|&h| kind(h) == wanted) {
        let Some(mut value) = value(handle, identifier) else {
            if out.is_empty() {
                return Err((handle, Refusal::ReadNotPermitted));
            }
            break;
        };
        value.truncate(usize::from(att::MTU) - 4);
        if out.is_empty() {
            length = value.len();
            out = vec![att::READ_BY_TYPE_RESPONSE, (2 + length) as u8];
        }
        if value.len() != length || out.len() + 2 + length > usize::from(att::MTU) {
            break;
        }
        out.extend(handle.to_le_bytes());
        out.extend(value);
    }
    if out.is_empty() { Err((first, Refusal::NotFound)) } else { Ok(out) }
}

fn read_by_group(body: &[u8]) -> Reply {
    let (handles, wanted) = range(body)?;
    let first = *handles.start();
    if !matches!(wanted.len(), 2 | 16) {
        return Err((first, Refusal::InvalidPdu));
    }
    if wanted != att::PRIMARY_SERVICE.to_le_bytes() {
        return Err((first, Refusal::UnsupportedGroup));
    }
    // The two services have UUIDs of different lengths, so one answer holds one of them.
    let Some((start, end)) = SERVICES.into_iter().find(|(start, _)| handles.contains(start)) else {
        return Err((first, Refusal::NotFound));
    };
    let uuid = value(start, None).unwrap_or_default();
    let mut out = vec![att::READ_BY_GROUP_RESPONSE, (4 + uuid.len()) as u8];
    out.extend(start.to_le_bytes());
    out.extend(end.to_le_bytes());
    out.extend(uuid);
    Ok(out)
}

/// The value of a handle that a request names.
fn readable(handle: u16, identifier: Option<&Identifier>) -> Reply {
    if !(1..=LAST).contains(&handle) {
        return Err((handle, Refusal::InvalidHandle));
    }
    value(handle, identifier).ok_or((handle, Refusal::ReadNotPermitted))
}

/// A response with as much of the value as fits.
fn response(opcode: u8, value: &[u8]) -> Vec<u8> {
    let fits = value.len().min(usize::from(att::MTU) - 1);
    [&[opcode], &value[..fits]].concat()
}

fn read(body: &[u8], identifier: Option<&Identifier>) -> Reply {
    let handle = u16_at(body, 0).filter(|_| body.len() == 2).ok_or((0, Refusal::InvalidPdu))?;
    Ok(response(att::READ_RESPONSE, &readable(handle, identifier)?))
}

fn read_blob(body: &[u8], identifier: Option<&Identifier>) -> Reply {
    let (Some(handle), Some(offset), 4) = (u16_at(body, 0), u16_at(body, 2), body.len()) else {
        return Err((0, Refusal::InvalidPdu));
    };
    let value = readable(handle, identifier)?;
    match value.get(usize::from(offset)..) {
        Some(rest) => Ok(response(att::READ_BLOB_RESPONSE, rest)),
        None => Err((handle, Refusal::InvalidOffset)),
    }
}

fn write(body: &[u8], session: &mut Session, budget: &mut Budget) -> Result<Identifier, Refused> {
    let handle = u16_at(body, 0).ok_or((0, Refusal::InvalidPdu))?;
    if handle != IDENTIFIER {
        let refusal = match (1..=LAST).contains(&handle) {
            true => Refusal::WriteNotPermitted,
            false => Refusal::InvalidHandle,
        };
        return Err((handle, refusal));
    }
    if session.written {
        return Err((handle, Refusal::Again));
    }
    let id = Identifier::from_bytes(&body[2..]).map_err(|_| (handle, Refusal::InvalidLength))?;
    budget.0 = budget.0.checked_sub(1).ok_or((handle, Refusal::InsufficientResources))?;
    session.written = true;
    Ok(id)
}
