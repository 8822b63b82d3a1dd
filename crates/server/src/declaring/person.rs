//! Who a form is about: the questions about it are named alike in every form.

use super::{DAILY, Sheet};
use bluezone_domain::area::Area;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::fold::fold;
use bluezone_domain::person::{Birth, Gender, Identity, NationalId, Passport, tidy};
use bluezone_forms::{Answers, Entries, Value};
use std::str::FromStr;

/// Whoever answers that they declare for another.
const OTHER: &str = "otherUser";

/// The person that the answers tell of. What they do not tell stays empty.
pub fn identity(answers: &Answers) -> ProfilePerson {
    let text = |name| answers.text(name).unwrap_or_default();
    // One field takes either paper.
    let papers = [text("passport"), text("idCard")];
    let paper = |read: fn(&str) -> bool| papers.iter().find(|paper| read(paper)).copied();
    let national_id = paper(is::<NationalId>);
    let passport = paper(|paper| is::<Passport>(paper) && !is::<NationalId>(paper));
    let birth = match answers.get("birthYear") {
        [Value::Integer(year)] => u16::try_from(*year).ok().map(Birth::Year),
        _ => None,
    };
    let gender = answers.code("gender");
    let other = answers.boolean(OTHER) == Some(true);
    ProfilePerson {
        identity: Identity {
            name: tidy(text("fullName")),
            birth,
            gender: Gender::ALL.into_iter().find(|known| Some(known.as_str()) == gender),
            national_id: national_id.and_then(|number| number.parse().ok()),
            passport: passport.and_then(|number| number.parse().ok()),
            phone: text("phone").parse().ok(),
            address: [text("address"), text("contactAddress")].concat(),
            occupation: text("occupation").to_owned(),
        },
        insurance: text("healthInsuranceIdCard").to_owned(),
        area: area(answers),
        relation: other.then(|| answers.code("proxyRelation").unwrap_or("other").to_owned()),
    }
}

/// The person that the answers tell of, with what was known of them before. A question that the form does not have changes nothing;
/// neither does one that was left empty, unless the form showed what was known (`shown`) and it was emptied.
pub fn told(sheet: &Sheet, answers: &Answers, known: &ProfilePerson, shown: bool) -> ProfilePerson {
    let said = identity(answers);
    let asks = |name: &str| sheet.form().item(name).is_some();
    let keeps = |names: &[&str]| !shown || !names.iter().any(|name| asks(name));
    let text = |said: String, known: &str, names: &[&str]| {
        if said.is_empty() && keeps(names) { known.to_owned() } else { said }
    };
    let (new, old) = (said.identity, &known.identity);
    let (national_id, passport) = match (new.national_id, new.passport) {
        // One field shows the passport of whoever has both: the card is not what was emptied.
        (None, None) if asks("passport") && !asks("idCard") && answers.text("passport").is_none() => {
            let (card, passport) = (old.national_id.clone(), old.passport.clone());
            if keeps(&["passport"]) { (card, passport) } else { (card.filter(|_| passport.is_some()), None) }
        }
        (national_id, passport) if asks("passport") && asks("idCard") && shown => (national_id, passport),
        (national_id, passport) => {
            (national_id.or(old.national_id.clone()), passport.or(old.passport.clone()))
        }
    };
    ProfilePerson {
        identity: Identity {
            name: text(new.name, &old.name, &["fullName"]),
            birth: match (new.birth, old.birth) {
                // Forms ask for the year: it takes nothing from a day that is of it.
                (Some(Birth::Year(year)), Some(Birth::Day(_)))
                    if old.birth.is_some_and(|b| b.year() == year) =>
                {
                    old.birth
                }
                (new, old) => new.or(old.filter(|_| keeps(&["birthYear"]))),
            },
            gender: new.gender.or(old.gender.filter(|_| keeps(&["gender"]))),
            national_id,
            passport,
            phone: new.phone.or(old.phone.clone().filter(|_| keeps(&["phone"]))),
            address: text(new.address, &old.address, &["address", "contactAddress"]),
            occupation: text(new.occupation, &old.occupation, &["occupation"]),
        },
        insurance: text(said.insurance, &known.insurance, &["healthInsuranceIdCard"]),
        area: said.area.or(known.area.filter(|_| keeps(&["provinceId", "contactProvinceId"]))),
        relation: said.relation,
    }
}

/// Whether a form seems to tell of somebody else than it is taken to be about: neither name nor year of birth is the known one.
/// Somebody must say then whether what was known was wrong.
pub fn is_another(sheet: &Sheet, answers: &Answers, known: &Profile) -> bool {
    let (said, known) = (identity(answers).identity, &known.person.identity);
    let named = !said.name.is_empty() && !known.name.is_empty();
    let years = said.birth.zip(known.birth).is_some_and(|(said, known)| said.year() != known.year());
    sheet.tells_who() && named && years && fold(&said.name) != fold(&known.name)
}

fn is<T: FromStr>(text: &str) -> bool {
    T::from_str(text).is_ok()
}

fn area(answers: &Answers) -> Option<Area> {
    let code = |one, other| answers.code(one).or_else(|| answers.code(other));
    let province = code("provinceId", "contactProvinceId")?.parse().ok()?;
    Some(Area { province, commune: code("wardId", "contactWardId").and_then(|ward| ward.parse().ok()) })
}

/// What a form holds when it is opened: who it is about, if they are known, and nothing of how they are. `own` is the citizen's
/// own profile, who declares for others; `other` opens it for somebody who is not known yet.
pub fn entries(sheet: &Sheet, about: Option<&Profile>, own: Option<&Profile>, other: bool) -> Entries {
    let form = sheet.form();
    let mut answers = Answers::default();
    for item in form.questions() {
        answers.set(&item.link_id, item.initial.clone());
    }
    let mut known = about.map(|profile| said(&profile.person)).unwrap_or_default();
    if form.name == DAILY {
        // The day is no answer about health; whoever forgot yesterday changes it.
        known.push(("date", Value::Date(sheet.day())));
    }
    if other {
        known.push((OTHER, Value::Boolean(true)));
    }
    if let (true, Some(own)) = (other || about.is_some_and(|profile| !profile.is_own()), own) {
        let proxy = &own.person.identity;
        known.push(("proxyName", Value::Text(proxy.name.clone())));
        known.extend(proxy.phone.as_ref().map(|phone| ("proxyPhone", Value::Text(local(phone.as_str())))));
    }
    for (name, value) in known {
        if form.item(name).is_some() {
            answers.set(name, [value]);
        }
    }
    Entries::of(&answers)
}

/// What is known of a person, by the names of the questions.
fn said(person: &ProfilePerson) -> Vec<(&'static str, Value)> {
    let identity = &person.identity;
    let text = |text: &str| (!text.is_empty()).then(|| Value::Text(text.to_owned()));
    let code = |code: &str| Some(Value::Code(code.to_owned()));
    let paper = identity.national_id.as_ref().map(|number| number.as_str());
    let passport = identity.passport.as_ref().map(|number| number.as_str());
    let area = person.area.as_ref();
    let province = area.and_then(|area| code(area.province.as_str()));
    let ward = area.and_then(|area| area.commune.as_ref()).and_then(|ward| code(ward.as_str()));
    let all = [
        (OTHER, person.relation.is_some().then_some(Value::Boolean(true))),
        ("proxyRelation", person.relation.as_deref().and_then(code)),
        ("fullName", text(&identity.name)),
        ("birthYear", identity.birth.map(|birth| Value::Integer(i64::from(birth.year())))),
        ("gender", identity.gender.and_then(|gender| code(gender.as_str()))),
        ("passport", passport.or(paper).and_then(text)),
        ("idCard", paper.and_then(text)),
        ("healthInsuranceIdCard", text(&person.insurance)),
        ("provinceId", province.clone()),
        ("contactProvinceId", province),
        ("wardId", ward.clone()),
        ("contactWardId", ward),
        ("address", text(&identity.address)),
        ("contactAddress", text(&identity.address)),
        ("phone", identity.phone.as_ref().and_then(|phone| text(&local(phone.as_str())))),
        ("occupation", text(&identity.occupation)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A number as people in Vietnam write it.
fn local(phone: &str) -> String {
    phone.strip_prefix("+84").map_or_else(|| phone.to_owned(), |rest| format!("0{rest}"))
}
