//! Who infects whom today.

use crate::contacts::{Contact, Setting};
use crate::simulation::{Infection, Simulation};
use crate::state::{IMMUNE, SCALE};

/// A dose that somebody receives from the infection at `from`.
struct Exposure {
    contact: Contact,
    from: u32,
    dose: u32,
}

impl Simulation<'_> {
    /// Exposes the contacts of the infectious. Threads only list exposures; these take effect in the order of the
    /// infectious, so that the result is that of one thread.
    pub(crate) fn transmit(&mut self, threads: usize) {
        let longest = self.course.infectious.len();
        let (today, infections) = (self.today, &self.infections);
        self.infectious.retain(|&place| {
            let infection = &infections[place as usize];
            infection.until >= today && usize::from(today - infection.day) <= longest
        });
        let mut infected = Vec::new();
        if threads == 1 {
            let mut resistance = std::mem::take(&mut self.people.resistance);
            for &place in &self.infectious {
                self.expose(place, |exposure| withstand(&mut resistance, exposure, &mut infected));
            }
            self.people.resistance = resistance;
        } else {
            let shares = self.infectious.chunks(self.infectious.len().div_ceil(threads).max(1));
            let resistance = &self.people.resistance;
            let open = |exposure: &Exposure| resistance[exposure.contact.other as usize] != IMMUNE;
            let lists: Vec<Vec<Exposure>> = std::thread::scope(|scope| {
                let work = |share: &[u32]| {
                    let mut list = Vec::new();
                    for &place in share {
                        self.expose(place, |exposure| list.extend(Some(exposure).filter(open)));
                    }
                    list
                };
                let workers: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
                workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
            });
            for exposure in lists.into_iter().flatten() {
                withstand(&mut self.people.resistance, exposure, &mut infected);
            }
        }
        for Exposure { contact, from, .. } in infected {
            let by = self.infections[from as usize].who;
            self.infect(contact.other, by, contact.setting);
        }
    }

    /// Calls `exposed` for each contact today of the infection at `place`.
    fn expose(&self, place: u32, mut exposed: impl FnMut(Exposure)) {
        let infection = &self.infections[place as usize];
        let doses = self.doses(infection);
        let (Some(keys), absent) = (self.keys.last(), &self.people.absent) else { return };
        self.town.contacts(infection.who, keys, absent, |contact| {
            exposed(Exposure { contact, from: place, dose: doses[contact.setting as usize] });
        });
    }

    /// The dose of one contact today, by setting.
    fn doses(&self, infection: &Infection) -> [u32; 3] {
        let disease = &self.parameters.disease;
        let share = self.course.infectious[usize::from(self.today - infection.day) - 1];
        let dose =
            disease.infectious_rate / self.town.mean_contacts() * share * f64::from(infection.strength);
        [Setting::Household, Setting::Occupation, Setting::Random]
            .map(|setting| (dose * disease.setting_weight[setting as usize] * SCALE).round() as u32)
    }
}

/// Takes a dose off the receiver's resistance; who has none left is infected.
#[inline]
fn withstand(resistance: &mut [u32], exposure: Exposure, infected: &mut Vec<Exposure>) {
    let left = &mut resistance[exposure.contact.other as usize];
    if *left == IMMUNE {
        return;
    }
    if exposure.dose >= *left {
        *left = IMMUNE;
        infected.push(exposure);
    } else {
        *left -= exposure.dose;
    }
}
