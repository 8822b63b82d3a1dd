//! Files and lists that are fetched.

use super::{Client, ClientError};
use std::io::{Read, Write};
use ureq::Body;
use ureq::http::{Response, header};

/// How often something is asked for in one call, if each time brought a part of it.
pub(super) enum Tries {
    /// It may be another one the next time.
    Once,
    /// It never changes under its name: a download that breaks off goes on where it stopped.
    Unchanging,
}

impl Client {
    /// The answer's bytes go to `into`; how many there are. What goes on does so without `If-Range`, in which the server would get back a
    /// name that it gave.
    pub(super) fn get(
        &self,
        path: &str,
        what: &'static str,
        limit: u64,
        tries: Tries,
        into: &mut impl Write,
    ) -> Result<u64, ClientError> {
        let url = format!("{}/{path}", self.base);
        let mut answer = self.agent.get(&url).call().map_err(unreachable)?;
        must_be(200, &answer, what)?;
        let mut length = answer.body().content_length();
        let mut copied = 0;
        let mut more = match tries {
            Tries::Once => 0..0,
            Tries::Unchanging => 0..4,
        };
        loop {
            let before = copied;
            let broken = match copy_at_most(answer.body_mut().as_reader(), what, limit, &mut copied, into) {
                Err(error @ ClientError::Unreachable(_)) if copied > before && more.next().is_some() => error,
                ended => return ended.map(|()| copied),
            };
            let rest = format!("bytes={copied}-");
            answer = self.agent.get(&url).header(header::RANGE, rest).call().map_err(unreachable)?;
            if answer.status() == 200 {
                // A server without ranges, which would begin anew.
                return Err(broken);
            }
            must_be(206, &answer, what)?;
            let end = end_of_rest(&answer, copied).ok_or(ClientError::Unreadable { what })?;
            if length.is_some_and(|length| length != end) {
                return Err(ClientError::Unreadable { what });
            }
            length = Some(end);
        }
    }
}

fn must_be(wanted: u16, answer: &Response<Body>, what: &'static str) -> Result<(), ClientError> {
    match answer.status().as_u16() {
        status if status == wanted => Ok(()),
        status => Err(ClientError::Busy { what, status }),
    }
}

/// How long the whole file is, if this part of it begins at `start` and goes to its end.
fn end_of_rest(part: &Response<Body>, start: u64) -> Option<u64> {
    let range = part.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, length) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let end = last.parse::<u64>().ok()?.checked_add(1)?;
    let to_the_end = length == "*" || length.parse() == Ok(end);
    (first.parse() == Ok(start) && to_the_end).then_some(end)
}

/// Adds to `copied` what was written, also if it is an error that ends it; `limit` is for all of it.
pub(super) fn copy_at_most(
    mut body: impl Read,
    what: &'static str,
    limit: u64,
    copied: &mut u64,
    into: &mut impl Write,
) -> Result<(), ClientError> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = body.read(&mut buffer).map_err(|error| ClientError::Unreachable(error.to_string()))?;
        if read == 0 {
            return Ok(());
        }
        if *copied + read as u64 > limit {
            return Err(ClientError::TooLarge { what, limit });
        }
        into.write_all(&buffer[..read]).map_err(ClientError::Keep)?;
        *copied += read as u64;
    }
}

pub(super) fn unreachable(error: ureq::Error) -> ClientError {
    ClientError::Unreachable(error.to_string())
}
