//! How the tests of the device let a phone read a log.

use crate::promise::{Promise, scope, terms};
use crate::support::DAY;
use bluezone_device::{Device, DeviceError, LogChecked, LogRead, Storage};
use bluezone_transparency::entry::{Entry, Event, Export, OfficerTag};
use bluezone_transparency::release::OutgoingRequest;
use bluezone_transparency::subject::SubjectCommitment;
use bluezone_transparency::tiles::Tiles;

impl Promise {
    /// An export of records, one of them of whoever has this commitment.
    pub fn export(&mut self, subject: SubjectCommitment) {
        let scope = scope(self.now - 14 * DAY, self.now);
        let export = Export {
            terms: terms(scope, self.now + DAY),
            records: 40,
            subjects: vec![subject],
            officer: OfficerTag([2; 16]),
        };
        self.append(&[Entry { time: self.now, event: Event::Export(export) }]);
    }

    /// Gives a reader the entries that it wants.
    pub fn feed(&self, read: &mut LogRead) {
        let entries = Tiles::new(self.log.files(), read.size()).entries(read.range()).unwrap();
        entries.iter().for_each(|entry| read.push(entry));
    }

    /// A phone reads the log up to a requests file's checkpoint, and the units if the log names others.
    pub fn read_by<S: Storage>(
        &self,
        phone: &mut Device<S>,
        requests_file: &[u8],
    ) -> Result<LogChecked, DeviceError> {
        let mut read = phone.begin_log(requests_file, self.now)?;
        self.feed(&mut read);
        let checked = phone.finish_log(read.finish()?, self.now)?;
        if phone.wants_units()? {
            phone.take_units(&self.units_file())?;
        }
        Ok(checked)
    }

    /// As [`Self::read_by`], with a file of these requests.
    pub fn read_with<S: Storage>(
        &mut self,
        phone: &mut Device<S>,
        requests: &[OutgoingRequest],
    ) -> LogChecked {
        let file = self.requests(requests);
        self.read_by(phone, &file).unwrap()
    }
}
