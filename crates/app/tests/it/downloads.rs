//! Downloads that break off go on where they stopped, and believe no part that is not the next one.

use bluezone_app::client::{Client, ClientError, MAX_EXPORT_BYTES};
use bluezone_device::Publisher;
use bluezone_protocol::place_warning::MAX_FILE_BYTES;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A server that closes after each answer, finished or not. Gone when dropped.
struct Breaking {
    client: Client,
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Breaking {
    /// `answer` makes the bytes of an answer from how many were given before and where the range that is asked for begins.
    fn start(answer: impl Fn(usize, Option<usize>) -> Vec<u8> + Send + 'static) -> Breaking {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (heads, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (asked, stopped) = (heads.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                let head = head(&mut stream);
                let from = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
                let from = from.map(|from| from.strip_suffix('-').unwrap().parse().unwrap());
                let before = {
                    let mut asked = asked.lock().unwrap();
                    asked.push(head.clone());
                    asked.len() - 1
                };
                // A client that does not want all of it closes.
                let _ = stream.write_all(&answer(before, from));
            }
        });
        let client = Client::new(&format!("http://{address}")).unwrap();
        Breaking { client, address, heads, stop, thread: Some(thread) }
    }

    fn export(&self) -> (Result<u64, ClientError>, Vec<u8>) {
        let mut into = Vec::new();
        (self.client.export(Publisher::Case, "a.zip", &mut into), into)
    }

    /// The `Range` of each request.
    fn ranges(&self) -> Vec<Option<String>> {
        let range =
            |head: &String| head.lines().find_map(|line| line.strip_prefix("range: ").map(str::to_owned));
        self.heads.lock().unwrap().iter().map(range).collect()
    }
}

impl Drop for Breaking {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
        let _ = self.thread.take().unwrap().join();
    }
}

/// A request without its body, in small letters.
fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().to_lowercase()
}

fn file(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

/// An answer that promises `length` bytes and holds what there is of them.
fn said(status: &str, headers: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// What a server of `file` answers that knows ranges, cut off after `most` bytes of the body.
fn honest(file: &[u8], from: Option<usize>, most: usize) -> Vec<u8> {
    let rest = &file[from.unwrap_or(0)..];
    let body = &rest[..most.min(rest.len())];
    match from {
        None => said("200 OK", "", rest.len(), body),
        Some(from) => {
            let range = format!("content-range: bytes {from}-{}/{}\r\n", file.len() - 1, file.len());
            said("206 Partial Content", &range, rest.len(), body)
        }
    }
}

#[test]
fn a_download_that_breaks_off_twice_goes_on_where_it_stopped() {
    let whole = file(1_000_000);
    let served = whole.clone();
    let server = Breaking::start(move |_, from| honest(&served, from, 400_000));
    let (got, into) = server.export();
    assert_eq!(got.unwrap(), 1_000_000);
    assert!(into == whole, "what was put together is the file");
    let range = |from: &str| Some(format!("bytes={from}-"));
    assert_eq!(server.ranges(), [None, range("400000"), range("800000")]);
    // Nothing in a request but where the part begins.
    let heads = server.heads.lock().unwrap();
    assert!(heads.iter().all(|head| !head.contains("\r\nif-")), "{heads:?}");
    assert_eq!(heads[1].replace("range: bytes=400000-\r\n", ""), heads[0]);
}

#[test]
fn a_file_of_place_warnings_goes_on_too_and_an_index_begins_anew() {
    let whole = file(1000);
    let served = whole.clone();
    let server = Breaking::start(move |_, from| honest(&served, from, 600));
    assert_eq!(server.client.place_file("a.bzp").unwrap(), whole);
    assert_eq!(server.ranges().len(), 2);
    for index in [server.client.index(Publisher::Case), server.client.place_index()] {
        assert!(matches!(index, Err(ClientError::Unreachable(_))), "{index:?}");
    }
    assert_eq!(server.ranges()[2..], [None, None], "an index changes under its name");
}

#[test]
fn a_server_without_ranges_has_nothing_appended() {
    let server = Breaking::start(|_, _| honest(&file(1000), None, 600));
    let (got, into) = server.export();
    assert!(matches!(got, Err(ClientError::Unreachable(_))), "{got:?}");
    assert_eq!(into, file(1000)[..600]);
    assert_eq!(server.ranges().len(), 2);
}

#[test]
fn a_part_that_is_not_the_rest_is_not_believed() {
    let lies = [
        "content-range: bytes 599-999/1000\r\n",
        "content-range: bytes 601-999/1000\r\n",
        "content-range: bytes 0-999/1000\r\n",
        // Another file, and one of which more is to come.
        "content-range: bytes 600-1000/1001\r\n",
        "content-range: bytes 600-998/999\r\n",
        "content-range: bytes 600-799/1000\r\n",
        "content-range: bytes 600-1000/*\r\n",
        "content-range: bytes 600-999\r\n",
        "content-range: bytes */1000\r\n",
        "content-range: bytes 600-18446744073709551615/*\r\n",
        "content-range: lines 600-999/1000\r\n",
        "content-range: \r\n",
        "",
    ];
    for lie in lies {
        let server = Breaking::start(move |_, from| match from {
            None => honest(&file(1000), None, 600),
            Some(from) => said("206 Partial Content", lie, 1000 - from, &file(1000)[from..]),
        });
        let (got, into) = server.export();
        assert!(matches!(got, Err(ClientError::Unreadable { .. })), "{lie} {got:?}");
        assert_eq!((into.len(), server.ranges().len()), (600, 2), "{lie}");
    }
}

#[test]
fn a_length_that_is_told_late_holds_from_then_on() {
    // Chunked: how long it is stands in no header.
    let chunked = || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n".to_vec();
    let told = |range: &str, body: &[u8]| said("206 Partial Content", range, body.len() + 1, body);
    let server = Breaking::start(move |before, _| match before {
        0 => chunked(),
        1 => told("content-range: bytes 3-6/7\r\n", b"def"),
        _ => said("206 Partial Content", "content-range: bytes 6-6/*\r\n", 1, b"g"),
    });
    let (got, into) = server.export();
    assert_eq!((got.unwrap(), into), (7, b"abcdefg".to_vec()));
    for (second, third) in [("3-6/7", "6-7/8"), ("3-6/7", "6-7/*"), ("3-5/7", "")] {
        let server = Breaking::start(move |before, _| match before {
            0 => chunked(),
            1 => told(&format!("content-range: bytes {second}\r\n"), b"def"),
            _ => told(&format!("content-range: bytes {third}\r\n"), b"g"),
        });
        let (got, _) = server.export();
        assert!(matches!(got, Err(ClientError::Unreadable { .. })), "{second} {third} {got:?}");
    }
}

#[test]
fn a_server_that_gives_nothing_more_is_left_and_so_is_one_that_gives_a_byte_at_a_time() {
    let server = Breaking::start(|_, from| honest(&file(1000), from, if from.is_none() { 600 } else { 0 }));
    let (got, into) = server.export();
    assert!(matches!(got, Err(ClientError::Unreachable(_))), "{got:?}");
    assert_eq!((into.len(), server.ranges().len()), (600, 2));

    let server = Breaking::start(|_, from| honest(&file(1000), from, 0));
    let (got, into) = server.export();
    assert!(matches!(got, Err(ClientError::Unreachable(_))), "{got:?}");
    assert_eq!((into.len(), server.ranges().len()), (0, 1), "nothing came: there is nothing to go on from");

    let server = Breaking::start(|_, from| honest(&file(1000), from, 1));
    let (got, into) = server.export();
    assert!(matches!(got, Err(ClientError::Unreachable(_))), "{got:?}");
    assert_eq!((into.len(), server.ranges().len()), (5, 5));
}

#[test]
fn the_limit_is_for_all_parts_together() {
    let longer = |length| Breaking::start(move |_, from| honest(&file(length), from, length * 2 / 3));
    let server = longer(MAX_FILE_BYTES);
    assert_eq!(server.client.place_file("a.bzp").unwrap().len(), MAX_FILE_BYTES);
    let server = longer(MAX_FILE_BYTES + 1);
    let got = server.client.place_file("a.bzp");
    assert!(matches!(got, Err(ClientError::TooLarge { .. })), "{:?}", got.map(|file| file.len()));
    let server = longer(usize::try_from(MAX_EXPORT_BYTES).unwrap() + 1);
    let (got, into) = server.export();
    assert!(matches!(got, Err(ClientError::TooLarge { limit: MAX_EXPORT_BYTES, .. })), "{got:?}");
    assert!(into.len() as u64 <= MAX_EXPORT_BYTES);
}

#[test]
fn what_a_server_refuses_after_a_break_is_said_with_its_status() {
    for status in [404, 416, 503, 302] {
        let server = Breaking::start(move |_, from| match from {
            None => honest(&file(1000), None, 600),
            Some(_) => said(&format!("{status} No"), "", 0, b""),
        });
        let (got, _) = server.export();
        assert!(matches!(got, Err(ClientError::Busy { status: said, .. }) if said == status), "{got:?}");
    }
}
