//! Officers' passwords: how they are kept, what a new one must be, and how one is made for an officer.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use rand::Rng;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Argon2id with 19 MiB, 2 passes and 1 lane: the OWASP Password Storage Cheat Sheet's parameters. A stored hash names
/// its own, so these can rise without making anyone choose again.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Fewest characters of a password that an officer chooses.
pub const SHORTEST: usize = 12;
/// Most characters: enough for a sentence, too few to keep the processor busy.
pub const LONGEST: usize = 128;

/// Characters of a password that we make: none that is taken for another when read aloud or from paper.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Passwords hashed at once. Each takes [`MEMORY_KIB`]; more would let a crowd at the sign-in page use up the memory.
const AT_ONCE: usize = 4;

/// What is checked when there is no such officer, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_with_salt("nobody has this password", &[0; 16]));

/// Why a password cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PasswordProblem {
    /// Fewer than [`SHORTEST`] characters.
    #[error("the password is shorter than {SHORTEST} characters")]
    Short,
    /// More than [`LONGEST`] characters.
    #[error("the password is longer than {LONGEST} characters")]
    Long,
    /// Holds the username, repeats itself, or is one that everybody tries first.
    #[error("the password is easy to guess: leave out the username and common words")]
    Plain,
}

/// Whether an officer may choose this password.
pub fn check_new(username: &str, password: &str) -> Result<(), PasswordProblem> {
    const COMMON: [&str; 8] =
        ["password", "matkhau", "bluezone", "12345678", "qwerty", "abcd1234", "vietnam", "admin"];
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(PasswordProblem::Short);
    }
    if length > LONGEST {
        return Err(PasswordProblem::Long);
    }
    let lower = password.to_lowercase();
    let mut kinds: Vec<char> = lower.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    // A common word is no harm inside a long sentence: what counts is what is left without it.
    let left = COMMON.iter().chain([&username]).fold(lower.clone(), |text, word| {
        if word.is_empty() { text } else { text.replace(&word.to_lowercase(), "") }
    });
    if kinds.len() < 5 || left.chars().count() < SHORTEST / 2 {
        return Err(PasswordProblem::Plain);
    }
    Ok(())
}

/// A new random password: 20 characters of 31 (99 bits) in groups of five.
pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
    for at in 0..GROUPS * GROUP {
        if at > 0 && at % GROUP == 0 {
            out.push('-');
        }
        out.push(char::from(letter(rng)));
    }
    out
}

/// One character, each equally likely: a byte beyond the last whole multiple of the alphabet is drawn again.
fn letter(rng: &mut (impl Rng + ?Sized)) -> u8 {
    const FAIR: u8 = (256 / ALPHABET.len() * ALPHABET.len()) as u8;
    loop {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        if byte[0] < FAIR {
            return ALPHABET[usize::from(byte[0]) % ALPHABET.len()];
        }
    }
}

/// The server's hashing of passwords: slow on purpose, and so only a few at once.
#[derive(Debug)]
pub struct Passwords {
    free: Semaphore,
    hashed: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords { free: Semaphore::new(AT_ONCE), hashed: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// Hashes a password for storage, as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$…`).
    pub async fn hash(&self, password: &str, rng: &mut (impl Rng + ?Sized + Send)) -> String {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let password = Zeroizing::new(password.to_owned());
        self.work(move || hash_with_salt(&password, &salt)).await
    }

    /// Whether `password` belongs to the stored hash. Without a hash (no such officer) it works as long and says no.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> bool {
        let known = stored.is_some();
        let stored = stored.map(str::to_owned);
        let password = Zeroizing::new(password.to_owned());
        let fits = self
            .work(move || {
                let stored = stored.as_deref().unwrap_or(NOBODY.as_str());
                PasswordHash::new(stored)
                    .is_ok_and(|stored| argon2().verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await;
        known & fits
    }

    /// How many passwords were hashed so far, to store or to compare: the work that refusals must have in common.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Runs one hash on a thread that may be busy for long, a few at a time.
    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = self.free.acquire().await.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(job).await.expect("hashing a password does not panic");
        self.hashed.fetch_add(1, Ordering::Relaxed);
        drop(permit);
        done
    }
}

fn argon2() -> Argon2<'static> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_with_salt(password: &str, salt: &[u8; 16]) -> String {
    let hash: PasswordHash = argon2()
        .hash_password_with_salt(password.as_bytes(), salt)
        .expect("16 bytes of salt are within argon2's limits");
    hash.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[tokio::test]
    async fn a_hash_names_its_parameters_and_fits_only_its_password() {
        let mut rng = StdRng::seed_from_u64(1);
        let passwords = Passwords::default();
        let stored = passwords.hash("một câu dài dễ nhớ", &mut rng).await;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(
            stored,
            passwords.hash("một câu dài dễ nhớ", &mut rng).await,
            "every hash has its own salt"
        );
        assert!(passwords.verify("một câu dài dễ nhớ", Some(&stored)).await);
        assert!(!passwords.verify("một câu dài dễ nho", Some(&stored)).await);
        assert!(!passwords.verify("một câu dài dễ nhớ", Some("not a hash")).await);
        assert!(!passwords.verify("nobody has this password", None).await);
    }

    #[test]
    fn a_made_password_is_taken_and_differs_each_time() {
        let mut rng = StdRng::seed_from_u64(1);
        let first = generate(&mut rng);
        assert_eq!(first.len(), 23);
        assert_eq!(first.split('-').count(), 4);
        assert_ne!(first, generate(&mut rng));
        for _ in 0..200 {
            assert_eq!(check_new("officer", &generate(&mut rng)), Ok(()));
        }
    }

    #[test]
    fn weak_passwords_are_named_for_what_they_are() {
        use PasswordProblem::{Long, Plain, Short};
        for (password, problem) in [
            ("elevenchars", Short),
            ("mười một ký", Short),
            ("aaaaaaaaaaaaaaa", Plain),
            ("password12345678", Plain),
            ("Bluezone2020!", Plain),
            ("an.nguyen.an.nguyen", Plain),
        ] {
            assert_eq!(check_new("an.nguyen", password), Err(problem), "{password}");
        }
        assert_eq!(check_new("an.nguyen", &"dài quá ".repeat(20)), Err(Long));
        assert_eq!(check_new("an.nguyen", "password of the blue heron"), Ok(()));
        assert_eq!(check_new("an.nguyen", "con cò bay lả bay la"), Ok(()));
    }
}
