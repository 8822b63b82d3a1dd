//! The two sides of the characteristic against each other and against nonsense.

use super::att::{self, Refusal};
use super::client::Client;
use super::server::{Budget, IDENTIFIER, Session, answer};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::frame::{BLUEZONE_CHARACTERISTIC_UUID, BLUEZONE_SERVICE_UUID};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use proptest::prelude::*;

const SHORT: Identifier = Identifier::Bluezone2020(BluezoneId([7; 12]));
const LONG: Identifier = Identifier::Gaen { rpi: RollingProximityIdentifier([9; 16]), aem: [1, 2, 3, 4] };

/// Runs our client against our server; gives what the client read and what the server was told.
fn exchange(theirs: Identifier, ours: Option<Identifier>) -> (Option<Identifier>, Option<Identifier>) {
    let (mut session, mut budget) = (Session::default(), Budget(1));
    let (mut client, mut request) = Client::start();
    let (mut read, mut written) = (None, None);
    for _ in 0..10 {
        assert!(request.len() <= usize::from(att::MTU));
        let answer = answer(&request, Some(&theirs), &mut session, &mut budget);
        written = written.or(answer.written);
        let reply = answer.reply.expect("every request is answered");
        assert!(reply.len() <= usize::from(att::MTU));
        let progress = client.response(&reply, ours.as_ref());
        read = read.or(progress.read);
        if progress.done {
            return (read, written);
        }
        request = progress.send.expect("a client that is not done asks on");
    }
    panic!("the exchange does not end");
}

#[test]
fn our_client_reads_our_server_and_writes_back() {
    assert_eq!(exchange(SHORT, Some(LONG)), (Some(SHORT), Some(LONG)));
    assert_eq!(exchange(LONG, Some(SHORT)), (Some(LONG), Some(SHORT)));
    assert_eq!(exchange(LONG, None), (Some(LONG), None));
}

fn ask(request: &[u8], identifier: Option<&Identifier>) -> Vec<u8> {
    answer(request, identifier, &mut Session::default(), &mut Budget(1)).reply.unwrap()
}

#[test]
fn discovery_as_phones_do_it() {
    // All primary services, one by one since their UUIDs differ in length.
    assert_eq!(ask(&[0x10, 1, 0, 255, 255, 0, 0x28], None), [0x11, 6, 1, 0, 5, 0, 0, 0x18]);
    let mut service = vec![0x11, 20, 6, 0, 8, 0];
    service.extend(BLUEZONE_SERVICE_UUID);
    assert_eq!(ask(&[0x10, 6, 0, 255, 255, 0, 0x28], None), service);
    assert_eq!(ask(&[0x10, 9, 0, 255, 255, 0, 0x28], None), att::error(0x10, 9, Refusal::NotFound));
    // Characteristics of the service: read and write, value in the next handle.
    let mut characteristic = vec![0x09, 21, 7, 0, 0x0A, 8, 0];
    characteristic.extend(BLUEZONE_CHARACTERISTIC_UUID);
    assert_eq!(ask(&[0x08, 6, 0, 8, 0, 3, 0x28], None), characteristic);
    assert_eq!(ask(&[0x08, 8, 0, 8, 0, 3, 0x28], None), att::error(0x08, 8, Refusal::NotFound));
    assert_eq!(ask(&[0x04, 8, 0, 255, 255], None)[..4], [0x05, 2, 8, 0]);
    assert_eq!(ask(&[0x04, 9, 0, 255, 255], None), att::error(0x04, 9, Refusal::NotFound));
    // Device name.
    assert_eq!(ask(&[0x0A, 3, 0], None), b"\x0BBluezone");
    assert_eq!(ask(&[0x02, 0, 2], None), [0x03, 23, 0], "the smallest MTU is ours");
}

#[test]
fn the_identifier_is_read_whole_and_only_while_there_is_one() {
    let handle = IDENTIFIER as u8;
    assert_eq!(ask(&[0x0A, handle, 0], Some(&LONG)), [&[0x0B], LONG.to_bytes().as_slice()].concat());
    assert_eq!(ask(&[0x0A, handle, 0], Some(&SHORT)), [&[0x0B], SHORT.to_bytes().as_slice()].concat());
    assert_eq!(ask(&[0x0A, handle, 0], None), att::error(0x0A, 8, Refusal::ReadNotPermitted));
    assert_eq!(ask(&[0x0C, handle, 0, 16, 0], Some(&LONG)), [0x0D, 1, 2, 3, 4]);
    assert_eq!(ask(&[0x0C, handle, 0, 20, 0], Some(&LONG)), [0x0D]);
    assert_eq!(ask(&[0x0C, handle, 0, 21, 0], Some(&LONG)), att::error(0x0C, 8, Refusal::InvalidOffset));
    let by_type = [&[0x08, 1, 0, 255, 255], BLUEZONE_CHARACTERISTIC_UUID.as_slice()].concat();
    assert_eq!(ask(&by_type, Some(&SHORT)), [&[0x09, 14, 8, 0], SHORT.to_bytes().as_slice()].concat());
    assert_eq!(ask(&by_type, None), att::error(0x08, 8, Refusal::ReadNotPermitted));
    assert_eq!(ask(&[0x0A, 9, 0], Some(&LONG)), att::error(0x0A, 9, Refusal::InvalidHandle));
}

#[test]
fn a_write_is_taken_once_a_connection_exactly_long_and_within_the_budget() {
    let write = |id: &Identifier| [&[0x12, IDENTIFIER as u8, 0], id.to_bytes().as_slice()].concat();
    let (mut budget, mut first) = (Budget(2), Session::default());
    let mut send = |request: &[u8], session: &mut Session| {
        let a = answer(request, Some(&LONG), session, &mut budget);
        (a.reply.unwrap(), a.written)
    };
    // Wrong lengths are refused and cost neither the connection's write nor the budget.
    for length in (0..=22).filter(|&n| n != 12 && n != 20) {
        let request = [&[0x12, IDENTIFIER as u8, 0], vec![5; length].as_slice()].concat();
        let refused = att::error(0x12, 8, Refusal::InvalidLength);
        assert_eq!(send(&request, &mut first), (refused, None), "{length} bytes");
    }
    assert_eq!(send(&write(&SHORT), &mut first), (vec![0x13], Some(SHORT)));
    assert_eq!(send(&write(&LONG), &mut first), (att::error(0x12, 8, Refusal::Again), None));
    assert_eq!(send(&write(&LONG), &mut Session::default()), (vec![0x13], Some(LONG)));
    let spent = att::error(0x12, 8, Refusal::InsufficientResources);
    assert_eq!(send(&write(&LONG), &mut Session::default()), (spent, None));
    assert_eq!(
        send(&[0x12, 3, 0, 1], &mut Session::default()).0,
        att::error(0x12, 3, Refusal::WriteNotPermitted)
    );
}

#[test]
fn commands_are_not_answered_and_unknown_requests_are_refused() {
    let silent = |request: &[u8]| {
        let a = answer(request, Some(&LONG), &mut Session::default(), &mut Budget(1));
        a.reply.is_none() && a.written.is_none()
    };
    let command = [&[0x52, IDENTIFIER as u8, 0], SHORT.to_bytes().as_slice()].concat();
    assert!(silent(&command), "a write without response is not taken");
    assert!(silent(&[]) && silent(&[0x1E]));
    assert_eq!(
        ask(&[0x16, 8, 0, 0, 0, 1], None),
        att::error(0x16, 0, Refusal::NotSupported),
        "prepared write"
    );
}

/// A server that always says the same characteristic, whatever was asked.
#[test]
fn a_peer_that_repeats_itself_does_not_keep_us_busy() {
    let (mut client, _) = Client::start();
    client.response(&[0x07, 10, 0, 255, 255], None);
    let mut same = vec![0x09, 21, 20, 0, 2, 21, 0];
    same.extend([0xAB; 16]);
    assert!(client.response(&same, None).send.is_some(), "on to the next");
    assert!(client.response(&same, None).done);
}

#[test]
fn refusals_and_wrong_values_end_the_exchange() {
    let (mut client, _) = Client::start();
    assert!(client.response(&att::error(0x06, 1, Refusal::NotFound), None).done);

    let (mut client, _) = Client::start();
    assert!(client.response(&[0x07, 0, 0, 0, 0], None).done, "handle 0");

    let found = |properties: u8| {
        let (mut client, _) = Client::start();
        client.response(&[0x07, 10, 0, 12, 0], None);
        let mut entry = vec![0x09, 21, 11, 0, properties, 12, 0];
        entry.extend(BLUEZONE_CHARACTERISTIC_UUID);
        assert_eq!(client.response(&entry, None).send, Some(vec![0x0A, 12, 0]));
        client
    };
    let progress = found(0x0A).response(&[0x0B, 1, 2, 3], Some(&LONG));
    assert!(progress.done && progress.read.is_none(), "3 bytes are no identifier");
    let value = [&[0x0B], SHORT.to_bytes().as_slice()].concat();
    let progress = found(0x02).response(&value, Some(&LONG));
    assert_eq!((progress.read, progress.send, progress.done), (Some(SHORT), None, true), "not writable");
    let mut client = found(0x0A);
    let progress = client.response(&value, Some(&LONG));
    assert_eq!(progress.send, Some([&[0x12, 12, 0], LONG.to_bytes().as_slice()].concat()));
    assert!(!progress.done);
    assert!(
        !client.response(&att::error(0x0A, 12, Refusal::NotFound), None).done,
        "answers an older request"
    );
    assert!(client.response(&att::error(0x12, 12, Refusal::WriteNotPermitted), None).done);
}

proptest! {
    #[test]
    fn any_request_gets_a_short_answer_and_any_write_is_an_identifier(
        requests in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..20)
    ) {
        let (mut session, mut budget) = (Session::default(), Budget(3));
        for request in &requests {
            let a = answer(request, Some(&LONG), &mut session, &mut budget);
            prop_assert!(a.reply.is_none_or(|r| r.len() <= usize::from(att::MTU)));
            if let Some(id) = a.written {
                prop_assert_eq!(&id.to_bytes(), &request[3..]);
            }
        }
    }

    /// Well-formed beginnings with any handles and any rest.
    #[test]
    fn requests_of_every_kind_never_panic(
        opcode in 0u8..0x20, first in 0u16..12, last in prop_oneof![0u16..12, Just(u16::MAX)],
        rest in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let request = [&[opcode][..], &first.to_le_bytes(), &last.to_le_bytes(), &rest].concat();
        let a = answer(&request, Some(&SHORT), &mut Session::default(), &mut Budget(1));
        prop_assert!(a.reply.is_none_or(|r| r.len() <= usize::from(att::MTU)));
    }

    #[test]
    fn any_responses_never_panic(responses in proptest::collection::vec(
        (prop_oneof![Just(0x01u8), Just(0x07), Just(0x09), Just(0x0B), Just(0x13), any::<u8>()],
         proptest::collection::vec(any::<u8>(), 0..30)), 0..20)
    ) {
        let (mut client, _) = Client::start();
        for (opcode, rest) in responses {
            let response = [&[opcode], rest.as_slice()].concat();
            let progress = client.response(&response, Some(&LONG));
            prop_assert!(progress.send.is_none_or(|s| s.len() <= usize::from(att::MTU)));
        }
    }
}
