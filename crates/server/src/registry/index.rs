//! Everybody's folded name in memory, so that people are found while a name is typed although names are sealed in the
//! database.
//!
//! Names lie one after another in one text for each commune. A search walks through the texts of the communes that the
//! officer reaches: what they do not reach is not even looked at. A word that was typed finds every name in which some word
//! begins with it; a year finds who was born in it.

use bluezone_domain::area::{Area, CommuneCode, Territory};
use bluezone_domain::id::PersonId;
use bluezone_domain::person::{Person, folded_name};
use bluezone_store::Within;
use memchr::memmem::Finder;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Of more matches than these the best are not looked for: whoever typed so little types on.
const MOST_CANDIDATES: usize = 2_000;
/// Dead entries of a commune before its text is written anew.
const MOST_DEAD: usize = 256;
/// Between names. No name holds it, so nothing typed matches across two names.
const END: u8 = b'\n';

/// What was typed, taken apart.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Each with a space before it, the longest first.
    words: Vec<String>,
    year: Option<u16>,
}

impl Query {
    /// Words without diacritics, and a year of birth if four digits are among them.
    pub fn read(typed: &str) -> Query {
        let mut query = Query::default();
        for word in folded_name(typed).split(' ').filter(|word| !word.is_empty()) {
            match word.parse::<u16>() {
                Ok(year) if word.len() == 4 && (1900..=2200).contains(&year) => query.year = Some(year),
                _ => query.words.push(format!(" {word}")),
            }
        }
        query.words.sort_by_key(|word| Reverse(word.len()));
        query
    }

    /// Whether there is anything to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn matches(&self, name: &[u8], year: u16) -> bool {
        self.year.is_none_or(|wanted| wanted == year)
            && self.words.iter().all(|word| memchr::memmem::find(name, word.as_bytes()).is_some())
    }

    /// How many of the words stand whole in a name.
    fn whole_words(&self, name: &[u8]) -> usize {
        let stands = |word: &String| {
            let length = word.len();
            memchr::memmem::find_iter(name, word.as_bytes())
                .any(|at| name.get(at + length).is_none_or(|next| *next == b' '))
        };
        self.words.iter().filter(|word| stands(word)).count()
    }
}

/// Who was found, the best first.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Found {
    /// The persons.
    pub persons: Vec<PersonId>,
    /// Whether there are more than these.
    pub more: bool,
}

struct Entry {
    id: PersonId,
    /// Where the name begins in the text.
    start: u32,
    /// Year of birth; 0 if it is not known.
    year: u16,
    alive: bool,
}

/// One commune.
#[derive(Default)]
struct Shard {
    text: Vec<u8>,
    entries: Vec<Entry>,
    dead: usize,
}

impl Shard {
    /// A name with the space before its first word, without its end.
    fn name(&self, at: usize) -> &[u8] {
        let start = self.entries[at].start as usize;
        let end = self.entries.get(at + 1).map_or(self.text.len(), |next| next.start as usize);
        &self.text[start..end - 1]
    }

    fn push(&mut self, id: PersonId, name: &[u8], year: u16) -> u32 {
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.extend_from_slice(name);
        self.text.push(END);
        self.entries.push(Entry { id, start, year, alive: true });
        u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
    }

    /// Calls `hit` with every entry that matches, until it says stop.
    fn scan(&self, query: &Query, finder: &Finder<'_>, mut hit: impl FnMut(usize) -> bool) -> bool {
        let mut from = 0;
        while let Some(found) = finder.find(&self.text[from..]) {
            let position = from + found;
            let at = self.entries.partition_point(|entry| entry.start as usize <= position) - 1;
            let name = self.name(at);
            let entry = &self.entries[at];
            if entry.alive && query.matches(name, entry.year) && !hit(at) {
                return false;
            }
            from = entry.start as usize + name.len() + 1;
        }
        true
    }
}

/// Everybody.
#[derive(Default)]
pub struct PersonIndex {
    shards: BTreeMap<Area, Shard>,
    at: HashMap<PersonId, (Area, u32)>,
    of_unit: HashMap<String, BTreeSet<PersonId>>,
    unit_of: HashMap<PersonId, String>,
}

impl PersonIndex {
    /// Puts a person in, or in the place of what was known of them.
    pub fn put(&mut self, person: &Person) {
        self.remove(person.id);
        let name = format!(" {}", folded_name(&person.identity.name));
        let year = person.identity.birth.map_or(0, |birth| birth.year());
        let shard = self.shards.entry(person.area).or_default();
        let at = shard.push(person.id, name.as_bytes(), year);
        self.at.insert(person.id, (person.area, at));
        if let Some(unit) = &person.assigned {
            self.of_unit.entry(unit.clone()).or_default().insert(person.id);
            self.unit_of.insert(person.id, unit.clone());
        }
    }

    fn remove(&mut self, id: PersonId) {
        if let Some(unit) = self.unit_of.remove(&id)
            && let Some(persons) = self.of_unit.get_mut(&unit)
        {
            persons.remove(&id);
        }
        let Some((area, at)) = self.at.remove(&id) else { return };
        let Some(shard) = self.shards.get_mut(&area) else { return };
        shard.entries[at as usize].alive = false;
        shard.dead += 1;
        if shard.dead > MOST_DEAD && shard.dead > shard.entries.len() / 2 {
            self.write_anew(area);
        }
    }

    /// Leaves out what is dead.
    fn write_anew(&mut self, area: Area) {
        let Some(old) = self.shards.remove(&area) else { return };
        let mut new = Shard::default();
        for (at, entry) in old.entries.iter().enumerate().filter(|(_, entry)| entry.alive) {
            let place = new.push(entry.id, old.name(at), entry.year);
            self.at.insert(entry.id, (area, place));
        }
        self.shards.insert(area, new);
    }

    /// How many persons it knows.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether it knows nobody.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Whom an officer reaches and the words fit, the best `limit` first: those in whose name more of the words stand
    /// whole, then shorter names, then by name and year.
    pub fn search(&self, query: &Query, within: &Within, limit: usize) -> Found {
        let Some(first) = query.words.first() else { return Found::default() };
        let finder = Finder::new(first.as_bytes());
        let mut candidates: Vec<(&Shard, usize)> = Vec::new();
        for (_, shard) in self.reached(within.territory) {
            let on = shard.scan(query, &finder, |at| {
                candidates.push((shard, at));
                candidates.len() < MOST_CANDIDATES
            });
            if !on {
                break;
            }
        }
        let handed_over = within.unit.as_ref().and_then(|unit| self.of_unit.get(unit));
        for id in handed_over.into_iter().flatten() {
            let Some((area, at)) = self.at.get(id) else { continue };
            // Those of the territory were found above.
            let known = within.territory.is_some_and(|territory| territory.covers(*area));
            let (shard, at) = (&self.shards[area], *at as usize);
            if !known && query.matches(shard.name(at), shard.entries[at].year) {
                candidates.push((shard, at));
            }
        }
        candidates.sort_by_cached_key(|(shard, at)| {
            let (name, entry) = (shard.name(*at), &shard.entries[*at]);
            (Reverse(query.whole_words(name)), name.len(), name.to_vec(), entry.year, entry.id)
        });
        let more = candidates.len() > limit;
        let persons = candidates.iter().take(limit).map(|(shard, at)| shard.entries[*at].id).collect();
        Found { persons, more }
    }

    fn reached(&self, territory: Option<Territory>) -> impl Iterator<Item = (&Area, &Shard)> {
        let last: CommuneCode = "99999".parse().expect("five digits");
        // The areas of a province stand together, first the one whose commune is not known.
        let (from, to) = match territory {
            None | Some(Territory::Nowhere) => (None, None),
            Some(Territory::Nation) => {
                (self.shards.keys().next().copied(), self.shards.keys().next_back().copied())
            }
            Some(Territory::Province(province)) => {
                let area = |commune| Some(Area { province, commune });
                (area(None), area(Some(last)))
            }
            Some(Territory::Commune(province, commune)) => {
                let area = Some(Area { province, commune: Some(commune) });
                (area, area)
            }
        };
        from.zip(to).into_iter().flat_map(|(from, to)| self.shards.range(from..=to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::Timestamp;
    use bluezone_domain::id::OfficerId;
    use bluezone_domain::person::Identity;

    fn area(province: &str, commune: &str) -> Area {
        Area { province: province.parse().unwrap(), commune: commune.parse().ok() }
    }

    fn person(number: u8, name: &str, birth: &str, area: Area, assigned: Option<&str>) -> Person {
        Person {
            id: PersonId::from_bytes([number; 16]),
            identity: Identity { name: name.into(), birth: birth.parse().ok(), ..Identity::default() },
            area,
            assigned: assigned.map(str::to_owned),
            merged_into: None,
            version: 1,
            created_by: OfficerId::from_bytes([0; 16]),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }

    fn town() -> PersonIndex {
        let mut index = PersonIndex::default();
        let (here, there) = (area("19", "05710"), area("01", "00004"));
        for person in [
            person(1, "Nguyễn Văn An", "1985", here, None),
            person(2, "Nguyễn Văn Anh", "1990", here, None),
            person(3, "Trần Thị Ân", "1985", area("19", "05711"), None),
            person(4, "Đỗ An Khang", "2001", area("19", ""), None),
            person(5, "Nguyễn An", "1985", there, None),
            person(6, "An Văn Tư", "1970", there, Some("lab-19")),
        ] {
            index.put(&person);
        }
        index
    }

    fn numbers(index: &PersonIndex, typed: &str, within: &Within) -> Vec<u8> {
        let found = index.search(&Query::read(typed), within, 10);
        found.persons.iter().map(|id| id.as_bytes()[0]).collect()
    }

    fn within(territory: Territory) -> Within {
        Within { territory: Some(territory), unit: None }
    }

    #[test]
    fn words_are_found_by_their_beginnings_without_diacritics() {
        let index = town();
        let all = within(Territory::Nation);
        assert_eq!(numbers(&index, "an", &all), [6, 5, 4, 3, 1, 2]);
        assert_eq!(numbers(&index, "  ÂN ", &all), [6, 5, 4, 3, 1, 2]);
        assert_eq!(numbers(&index, "ng v", &all), [1, 2]);
        assert_eq!(numbers(&index, "van nguyen anh", &all), [2]);
        assert_eq!(numbers(&index, "do", &all), [4]);
        assert_eq!(numbers(&index, "an 1985", &all), [5, 3, 1]);
        assert_eq!(numbers(&index, "guyen", &all), [] as [u8; 0], "the middle of a word");
        assert_eq!(numbers(&index, "an nguyen tran", &all), [] as [u8; 0], "not across two names");
        for nothing in ["", "  ", "-", "1985"] {
            assert_eq!(numbers(&index, nothing, &all), [] as [u8; 0], "{nothing}");
        }
    }

    #[test]
    fn nobody_is_found_beyond_the_officers_reach() {
        let index = town();
        let (province, commune) = ("19".parse().unwrap(), "05710".parse().unwrap());
        let mut found = numbers(&index, "an", &within(Territory::Province(province)));
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3, 4]);
        assert_eq!(numbers(&index, "an", &within(Territory::Commune(province, commune))), [1, 2]);
        assert_eq!(numbers(&index, "an", &within(Territory::Nowhere)), [] as [u8; 0]);
        let lab = |territory| Within { territory, unit: Some("lab-19".to_owned()) };
        assert_eq!(numbers(&index, "an", &lab(None)), [6]);
        assert_eq!(numbers(&index, "an", &lab(Some(Territory::Commune(province, commune)))), [6, 1, 2]);
        assert_eq!(numbers(&index, "an", &lab(Some(Territory::Nation))).len(), 6, "each once");
        assert_eq!(numbers(&index, "an", &Within { territory: None, unit: Some("x".into()) }), [] as [u8; 0]);
    }

    #[test]
    fn who_changes_is_found_as_they_are_now() {
        let mut index = town();
        let all = within(Territory::Nation);
        index.put(&person(1, "Lê Bình", "1986", area("01", "00004"), Some("lab-19")));
        assert_eq!(numbers(&index, "nguyen van", &all), [2]);
        assert_eq!(numbers(&index, "binh 1986", &all), [1]);
        assert_eq!(numbers(&index, "binh", &Within { territory: None, unit: Some("lab-19".into()) }), [1]);
        index.put(&person(1, "Lê Bình", "1986", area("01", "00004"), None));
        let lab = Within { territory: None, unit: Some("lab-19".into()) };
        assert_eq!(numbers(&index, "binh", &lab), [] as [u8; 0]);
        // Often enough that the commune is written anew.
        for round in 0..2_000 {
            index.put(&person(2, &format!("Nguyễn Văn {round}x"), "1990", area("19", "05710"), None));
        }
        assert_eq!(index.len(), 6);
        assert!(index.shards[&area("19", "05710")].entries.len() < 1_000);
        assert_eq!(numbers(&index, "1999x", &all), [2]);
        assert_eq!(numbers(&index, "1998x", &all), [] as [u8; 0]);
    }

    #[test]
    fn the_best_come_first_and_more_are_said_to_be_there() {
        let mut index = PersonIndex::default();
        let here = area("19", "05710");
        for number in 0..50 {
            index.put(&person(number, "Nguyễn Văn Anh Tuấn", "1985", here, None));
        }
        index.put(&person(99, "Nguyễn Văn An", "1985", here, None));
        let found = index.search(&Query::read("nguyen van an"), &within(Territory::Nation), 5);
        assert_eq!((found.persons.len(), found.more), (5, true));
        assert_eq!(found.persons[0].as_bytes()[0], 99);
    }
}
