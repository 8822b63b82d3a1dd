//! Filler that gives every body of one kind the same length.

use super::{
    CertificateRequest, CertificateResponse, ConsentRequest, ConsentResponse, ErrorResponse, PublishRequest,
    PublishResponse, VerifyRequest, VerifyResponse, WithdrawRequest, encode_base64, to_json,
};
use rand::Rng;
use serde::Serialize;

/// A body with a `padding` field.
pub trait Padded: Serialize {
    /// The filler.
    fn padding_mut(&mut self) -> &mut String;
}

macro_rules! padded {
    ($($name:ident),*) => { $(
        impl Padded for $name {
            fn padding_mut(&mut self) -> &mut String {
                &mut self.padding
            }
        }
    )* };
}
padded!(
    VerifyRequest,
    VerifyResponse,
    CertificateRequest,
    CertificateResponse,
    ErrorResponse,
    PublishRequest,
    PublishResponse,
    ConsentRequest,
    ConsentResponse,
    WithdrawRequest
);

/// `length` characters of random base64. Random, so that compression on the way does not undo it.
pub fn padding(rng: &mut (impl Rng + ?Sized), length: usize) -> String {
    let mut bytes = vec![0; length.div_ceil(4) * 3];
    rng.fill_bytes(&mut bytes);
    let mut text = encode_base64(&bytes);
    text.truncate(length);
    text
}

/// Fills `body` so that its JSON is exactly `total` bytes long, and returns that JSON. A body that is longer by
/// itself (which ours never is) is filled to the next multiple of `total`.
pub fn pad(body: &mut impl Padded, total: usize, rng: &mut (impl Rng + ?Sized)) -> Vec<u8> {
    body.padding_mut().clear();
    let bare = to_json(body).len();
    *body.padding_mut() = padding(rng, bare.next_multiple_of(total.max(1)) - bare);
    to_json(body)
}
