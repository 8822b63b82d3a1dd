//! The attribute protocol's numbers (volume 3, part F), as far as one characteristic needs them.

/// Largest packet on the attribute channel, both ways: the protocol's smallest, which every device supports. Both
/// identifiers fit: 20 bytes are exactly what a write has room for.
pub const MTU: u16 = 23;

pub const ERROR: u8 = 0x01;
pub const MTU_REQUEST: u8 = 0x02;
pub const MTU_RESPONSE: u8 = 0x03;
pub const FIND_INFORMATION_REQUEST: u8 = 0x04;
pub const FIND_INFORMATION_RESPONSE: u8 = 0x05;
pub const FIND_BY_VALUE_REQUEST: u8 = 0x06;
pub const FIND_BY_VALUE_RESPONSE: u8 = 0x07;
pub const READ_BY_TYPE_REQUEST: u8 = 0x08;
pub const READ_BY_TYPE_RESPONSE: u8 = 0x09;
pub const READ_REQUEST: u8 = 0x0A;
pub const READ_RESPONSE: u8 = 0x0B;
pub const READ_BLOB_REQUEST: u8 = 0x0C;
pub const READ_BLOB_RESPONSE: u8 = 0x0D;
pub const READ_BY_GROUP_REQUEST: u8 = 0x10;
pub const READ_BY_GROUP_RESPONSE: u8 = 0x11;
pub const WRITE_REQUEST: u8 = 0x12;
pub const WRITE_RESPONSE: u8 = 0x13;
pub const CONFIRMATION: u8 = 0x1E;

/// Bit in an opcode: a command, which is never answered.
pub const COMMAND_BIT: u8 = 0x40;

/// Type of a primary service declaration.
pub const PRIMARY_SERVICE: u16 = 0x2800;
/// Type of a characteristic declaration.
pub const CHARACTERISTIC: u16 = 0x2803;
/// Characteristic property: it can be read.
pub const PROPERTY_READ: u8 = 0x02;
/// Characteristic property: it can be written, with a response.
pub const PROPERTY_WRITE: u8 = 0x08;

/// Error codes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Refusal {
    InvalidHandle = 0x01,
    ReadNotPermitted = 0x02,
    WriteNotPermitted = 0x03,
    InvalidPdu = 0x04,
    NotSupported = 0x06,
    InvalidOffset = 0x07,
    NotFound = 0x0A,
    InvalidLength = 0x0D,
    UnsupportedGroup = 0x10,
    InsufficientResources = 0x11,
    /// Application error: this connection has written already.
    Again = 0x80,
}

/// An error response.
pub fn error(request: u8, handle: u16, refusal: Refusal) -> Vec<u8> {
    let [low, high] = handle.to_le_bytes();
    vec![ERROR, request, low, high, refusal as u8]
}

/// Whether the opcode is one that a server receives (requests are even, responses odd, and a confirmation
/// stands apart).
pub fn is_for_server(opcode: u8) -> bool {
    opcode & COMMAND_BIT != 0 || (opcode.is_multiple_of(2) && opcode != CONFIRMATION)
}
