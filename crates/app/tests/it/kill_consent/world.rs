//! The server, and what it knows of the owner's wishes.

use super::super::promise::{Promise, opened, scope, upload};
use super::child::{Request, Settings, Wish, config};
use bluezone_app::storage::SqliteStorage;
use bluezone_device::{Device, SharingState};
use bluezone_protocol::api::{ConsentRequest, Mailbox, decode_base64};
use bluezone_protocol::history::HistoryKind;
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_transparency::entry::Entry;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::tiles::Tiles;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tempfile::TempDir;

const BASE: Timestamp = Timestamp(1_640_088_000);

pub struct World {
    folder: TempDir,
    promise: Promise,
    now: i64,
    /// What the owner was about to do, and whether the phone said that it is stored.
    wishes: Vec<(Wish, bool)>,
    /// Every different request, without its filler, by what the server names it: upload or mailbox.
    stored: BTreeMap<String, ConsentRequest>,
    /// Withdrawal hashes that were taken back.
    withdrawn: BTreeSet<String>,
    mailboxes: Vec<(Mailbox, String)>,
    asked: Vec<(Mailbox, Entry, u64)>,
    repeated: usize,
    answers: usize,
}

impl World {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            promise: Promise::new(BASE),
            now: BASE.0,
            wishes: Vec::new(),
            stored: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            mailboxes: Vec::new(),
            asked: Vec::new(),
            repeated: 0,
            answers: 0,
        }
    }

    /// Lays down the log for the next child, with a new request if anybody can be asked.
    pub fn settings(&mut self, seed: u64, finish: bool) -> Settings {
        let now = Timestamp(self.now);
        self.promise.at(now);
        let open = self.mailboxes.iter().rev().find(|(_, withdrawal)| !self.withdrawn.contains(withdrawal));
        if let Some((mailbox, _)) = open.cloned() {
            let request = self.promise.ask(&mailbox, scope(now - 7 * DAY_S, now));
            self.asked.push((mailbox, request.entry, request.index));
        }
        // Old requests stay in the file until they expire: the phone must know what it answered.
        let newest = self.asked.iter().rev().take(4);
        let requests: Vec<_> =
            newest.map(|(to, entry, index)| self.promise.outgoing(to, entry.clone(), *index)).collect();
        let folder = self.folder.path().to_owned();
        let size = self.promise.log.head().size;
        let entries = Tiles::new(self.promise.log.files(), size).entries(0..size).unwrap();
        let entries: Vec<_> = entries.into_iter().map(|entry| String::from_utf8(entry).unwrap()).collect();
        fs::write(folder.join("entries"), serde_json::to_vec(&entries).unwrap()).unwrap();
        fs::write(folder.join("requests"), self.promise.requests(&requests)).unwrap();
        fs::write(folder.join("units"), self.promise.units_file()).unwrap();
        Settings { folder, start: self.now + 1, seed, finish }
    }

    /// Takes a message of the child; the answer, if it asked.
    pub fn hear(&mut self, message: &str) -> Option<String> {
        let (word, rest) = message.split_once(' ').unwrap_or((message, ""));
        match word {
            "NOW" => self.now = rest.parse().unwrap(),
            "WISH" => self.wishes.push((serde_json::from_str(rest).unwrap(), false)),
            "STORED" => self.wishes.last_mut().unwrap().1 = true,
            "ANSWERED" => {}
            "ASK" => {
                self.answers += 1;
                match serde_json::from_str(rest).unwrap() {
                    Request::Consent(request) => self.consent(request),
                    Request::Withdraw(request) => self.withdraw(&request.secret),
                }
                // Every fifth answer is lost on a busy server, though it has stored what came.
                return Some(if self.answers.is_multiple_of(5) { "LATER" } else { "OK" }.to_owned());
            }
            other => panic!("the child said {other}"),
        }
        None
    }

    fn consent(&mut self, request: ConsentRequest) {
        assert!(!self.withdrawn.contains(&request.withdrawal), "nothing follows what was taken back");
        let name = match &request.mailbox {
            Some(mailbox) if request.upload.is_empty() => mailbox.handle.clone(),
            _ => upload(&request).hash().to_string(),
        };
        if let Some(before) = self.stored.get(&name) {
            assert!(*before == request, "a repeated request is the same request");
            self.repeated += 1;
            return;
        }
        self.check_agreed(&request);
        if let Some(mailbox) = &request.mailbox {
            self.mailboxes.push((mailbox.clone(), request.withdrawal.clone()));
        }
        self.stored.insert(name, request);
    }

    /// There was a yes to exactly this before, and no other upload for it.
    fn check_agreed(&self, request: &ConsentRequest) {
        if request.upload.is_empty() {
            let agreed = self.wishes.iter().any(|(wish, _)| matches!(wish, Wish::Share { asked: true, .. }));
            return assert!(agreed, "a mailbox without a yes");
        }
        let sent = upload(request);
        let history = opened(&sent);
        let days: Vec<_> = history.days.iter().map(|day| day.day.0).collect();
        match sent.context().request.map(|hash| hash.to_string()) {
            Some(asked) => {
                assert_eq!(history.kind, HistoryKind::Answer);
                let said = |wish: &Wish| match wish {
                    Wish::Answer { request, days: chosen } => *request == asked && *chosen == days,
                    _ => false,
                };
                assert!(self.wishes.iter().any(|(wish, _)| said(wish)), "an answer without a yes");
                let refused = Wish::Refuse { request: asked.clone() };
                assert!(!self.wishes.contains(&(refused, true)), "an answer after a no");
                let twice = self.uploads().any(|(other, _)| {
                    other.context().request.map(|hash| hash.to_string()) == Some(asked.clone())
                });
                assert!(!twice, "a request is answered once");
            }
            None => {
                assert_eq!(history.kind, HistoryKind::Case);
                let said = |wish: &Wish| matches!(wish, Wish::Share { days: chosen, .. } if *chosen == days);
                assert!(self.wishes.iter().any(|(wish, _)| said(wish)), "a share without a yes");
                for (other, withdrawal) in self.uploads() {
                    let other = opened(&other);
                    let again = other.kind == HistoryKind::Case
                        && other.days.iter().any(|day| days.contains(&day.day.0))
                        && !self.withdrawn.contains(withdrawal);
                    assert!(!again, "a day is uploaded once");
                }
            }
        }
    }

    fn uploads(&self) -> impl Iterator<Item = (bluezone_transparency::seal::Upload, &String)> {
        let uploads = self.stored.values().filter(|request| !request.upload.is_empty());
        uploads.map(|request| (upload(request), &request.withdrawal))
    }

    fn withdraw(&mut self, secret: &str) {
        let secret = decode_base64(secret).unwrap();
        let hash = Hash::of(&secret).to_string();
        let fresh = self.withdrawn.insert(hash);
        self.repeated += usize::from(!fresh);
        let wanted = self.wishes.iter().filter(|(wish, _)| *wish == Wish::Withdraw).count();
        assert!(self.withdrawn.len() <= wanted, "nothing is taken back that its owner did not");
    }

    /// When the last child has sent what was due.
    pub fn check_end(&self) {
        let storage = SqliteStorage::open(self.folder.path().join("contacts.sqlite")).unwrap();
        let phone = Device::open(config(), storage).unwrap();
        let sharings = phone.sharings().unwrap();
        let settled = |state: &SharingState| {
            matches!(state, SharingState::Sent { .. } | SharingState::Withdrawn { .. })
        };
        assert!(sharings.iter().all(|sharing| settled(&sharing.state)), "all of it is settled");
        // What the phone said to have stored is there; what it was killed over, is or is not.
        let shares = |stored: bool| {
            let of = |(wish, done): &&(Wish, bool)| match wish {
                Wish::Share { .. } | Wish::Answer { .. } => *done || !stored,
                _ => false,
            };
            let parts = |(wish, _): &(Wish, bool)| match wish {
                Wish::Share { days, asked } => usize::from(!days.is_empty()) + usize::from(*asked),
                _ => 1,
            };
            self.wishes.iter().filter(of).map(parts).sum::<usize>()
        };
        assert!((shares(true)..=shares(false)).contains(&sharings.len()), "no yes is lost");
        let sent = sharings.iter().filter(|s| matches!(s.state, SharingState::Sent { .. })).count();
        let standing = self.stored.values().filter(|r| !self.withdrawn.contains(&r.withdrawal)).count();
        assert_eq!(sent, standing, "what the phone calls sent, the server has");
        let count = |of: fn(&Wish) -> bool| self.wishes.iter().filter(|(wish, _)| of(wish)).count();
        let answers = count(|wish| matches!(wish, Wish::Answer { .. }));
        let refusals = count(|wish| matches!(wish, Wish::Refuse { .. }));
        let seen = (sent, self.withdrawn.len(), answers, refusals, self.repeated);
        assert!(
            sent > 5 && self.withdrawn.len() > 2 && answers > 3 && refusals > 3 && self.repeated > 10,
            "{seen:?}"
        );
    }
}
