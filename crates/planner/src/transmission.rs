//! Who infects whom today.

use crate::contacts::{Contact, Setting};
use crate::random::{ALL, Stream, threshold};
use crate::simulation::{Infection, Simulation};
use crate::state::{IMMUNE, SCALE};

/// How many infectious people are asked for their contacts before the exposures take effect.
const AT_ONCE: usize = 256;

/// Infections that somebody is expected to cause on a day, below which chance decides whether the day counts at all; if it
/// does, with as much more weight. The expectation stays, and half of all look-ups are saved.
const LEAST: f64 = 0.1;

/// Infections that a contact outside the household causes, below which chance decides whether it is looked up; if it is, with
/// as much more weight: another half is saved. Exact for a susceptibility of 1, within 1 % for those of the profiles.
const LEAST_CONTACT: f64 = 0.03;

/// People whose rows are fetched at a time: they fit into the nearest cache.
const FETCHED: usize = 64;

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
        self.infectious.retain(|&place| infections[place as usize].infects_on(today, longest));
        let mut infected = Vec::new();
        if threads == 1 {
            let mut list = Vec::new();
            let infectious = std::mem::take(&mut self.infectious);
            for share in infectious.chunks(AT_ONCE) {
                self.expose(share, &mut list);
                withstand(&mut self.people.resistance, &mut list, &mut infected);
            }
            self.infectious = infectious;
        } else {
            let shares = self.infectious.chunks(self.infectious.len().div_ceil(threads).max(1));
            let (this, resistance) = (&*self, &self.people.resistance);
            let work = |share: &[u32]| {
                let mut list = Vec::new();
                this.expose(share, &mut list);
                list.retain(|exposure| resistance[exposure.contact.other as usize] != IMMUNE);
                list
            };
            let lists: Vec<Vec<Exposure>> = std::thread::scope(|scope| {
                let workers: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
                workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
            });
            for mut list in lists {
                withstand(&mut self.people.resistance, &mut list, &mut infected);
            }
        }
        for Exposure { contact, from, .. } in infected {
            let by = self.infections[from as usize].who;
            self.infect(contact.other, by, contact.setting);
        }
    }

    /// Lists the exposures today from the infections at `places`.
    fn expose(&self, places: &[u32], list: &mut Vec<Exposure>) {
        let (Some(keys), absent) = (self.keys.last(), &self.people.absent) else { return };
        for places in places.chunks(FETCHED) {
            let (mut people, mut doses) = ([(0, [0; 2]); FETCHED], [(0, [0; 3]); FETCHED]);
            let mut count = 0;
            for &from in places {
                let infection = &self.infections[from as usize];
                if let Some(expected) = self.expected(infection) {
                    let (dose, share) = self.doses(expected);
                    (people[count], doses[count]) = ((infection.who, share), (from, dose));
                    count += 1;
                }
            }
            self.town.approach(&people[..count], keys);
            for (&(who, share), &(from, dose)) in people[..count].iter().zip(&doses) {
                self.town.some_contacts(who, keys, absent, share, |contact| {
                    list.push(Exposure { contact, from, dose: dose[contact.setting as usize] });
                });
            }
        }
    }

    /// How many infections somebody causes today if everybody is as susceptible as the average; none if the day does not
    /// count.
    fn expected(&self, infection: &Infection) -> Option<f64> {
        let share = self.course.infectious[usize::from(self.today - infection.day) - 1];
        let expected = self.parameters.disease.infectious_rate * share * f64::from(infection.strength);
        if expected >= LEAST {
            return Some(expected);
        }
        let chance = self.philox.uniform(Stream::Roulette, infection.who, self.today);
        (chance * LEAST < expected).then_some(LEAST)
    }

    /// The dose of one contact, by setting, of somebody expected to cause so many infections; and the share of contacts in
    /// occupation and at random that are looked up for it.
    fn doses(&self, expected: f64) -> ([u32; 3], [u64; 2]) {
        let disease = &self.parameters.disease;
        let contact = expected / self.town.mean_contacts();
        let outside = [Setting::Occupation, Setting::Random]
            .map(|setting| contact * disease.setting_weight[setting as usize] * self.measures.masks);
        let share = |dose: f64| match dose < LEAST_CONTACT {
            true => threshold((-dose).exp_m1() / (-LEAST_CONTACT).exp_m1()),
            false => ALL,
        };
        let [occupation, random] = outside.map(|dose| if dose > 0.0 { dose.max(LEAST_CONTACT) } else { 0.0 });
        let home = contact * disease.setting_weight[Setting::Household as usize] * self.measures.at_home;
        let doses = [home, occupation, random].map(|dose| ((dose * SCALE).round() as u32).min(IMMUNE - 1));
        (doses, outside.map(share))
    }
}

/// Takes the doses off the receivers' resistance; who has none left is infected. A loop of its own, with one rare branch,
/// so that the processor can fetch many people at a time.
fn withstand(resistance: &mut [u32], list: &mut Vec<Exposure>, infected: &mut Vec<Exposure>) {
    for exposure in list.drain(..) {
        let left = &mut resistance[exposure.contact.other as usize];
        if exposure.dose >= *left {
            *left = IMMUNE;
            infected.push(exposure);
        } else {
            *left -= if *left == IMMUNE { 0 } else { exposure.dose };
        }
    }
}
