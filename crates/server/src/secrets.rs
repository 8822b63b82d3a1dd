//! The server's own secrets: one master key, and the keys derived from it.
//!
//! What the database holds is useless without the master key: private keys, tokens and TOTP secrets are sealed
//! (AES-256-GCM), codes, nonces, session tokens and peer addresses are keyed hashes (HMAC-SHA256). Every use has a key of
//! its own, derived from the master key by HKDF-SHA256 with the use's label, so that a value made for one use never
//! opens or matches in another.

mod uses;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use bluezone_codes::key_ring::KeyRing;
use bluezone_domain::publication::Stream;
use bluezone_store::vault::VaultSecret;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::Rng;
use sha2::Sha256;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;
use zeroize::Zeroizing;

pub use uses::{Hashed, Seal};

/// Bytes of the random number in front of every sealed value.
const NONCE_BYTES: usize = 12;

/// Name of the master key's file inside the data directory.
pub const MASTER_KEY_FILE: &str = "master.key";

/// Why the secrets could not be had, or a value not opened.
#[derive(Debug, Error)]
pub enum SecretsError {
    /// The master key's file cannot be read or written.
    #[error("cannot use the master key file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Others than those who should may read or write the master key's file.
    #[error("the master key file {path} is open to others: run `chmod 600 {path}`", path = .0.display())]
    Exposed(PathBuf),
    /// Not 64 hexadecimal digits.
    #[error("the master key in {0} is not 64 hexadecimal digits")]
    Malformed(String),
    /// Wrong key, wrong use, wrong context or a changed byte.
    #[error("a sealed value does not open with this master key: is it the one the database was made with?")]
    DoesNotOpen,
}

/// The master key and everything that is derived from it.
pub struct Secrets {
    master: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(redacted)")
    }
}

impl Secrets {
    /// From the 32 bytes of the master key.
    pub fn from_master(master: [u8; 32]) -> Self {
        Secrets { master: Zeroizing::new(master) }
    }

    /// From 64 hexadecimal digits; `origin` names where they came from in the error.
    pub fn from_hex(text: &str, origin: &str) -> Result<Self, SecretsError> {
        let mut master = [0; 32];
        hex::decode_to_slice(text.trim(), &mut master)
            .map_err(|_| SecretsError::Malformed(origin.to_owned()))?;
        Ok(Secrets::from_master(master))
    }

    /// Reads `DIR/master.key`; none if it is not there.
    pub fn load(dir: &Path) -> Result<Option<Self>, SecretsError> {
        let path = dir.join(MASTER_KEY_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                refuse_modes(&path, 0o077)?;
                Secrets::from_hex(&text, &path.display().to_string()).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SecretsError::File { path, source }),
        }
    }

    /// Reads a file that somebody else keeps: a credential of systemd, a secret of a container. The group may read it - in a
    /// cluster that is how a program without privileges may at all -, nobody but the owner may write it, and others nothing.
    pub fn read(path: &Path) -> Result<Self, SecretsError> {
        let text = fs::read_to_string(path)
            .map_err(|source| SecretsError::File { path: path.to_owned(), source })?;
        refuse_modes(path, 0o027)?;
        Secrets::from_hex(&text, &path.display().to_string())
    }

    /// Makes `DIR/master.key` (mode 0600), at the first start. `DIR` exists already.
    ///
    /// Writes a new key aside and links it into place: the file is complete from the first instant it exists, and when
    /// two processes start together on one directory, both end with the same key.
    pub fn create(dir: &Path, rng: &mut dyn Rng) -> Result<Self, SecretsError> {
        let path = &dir.join(MASTER_KEY_FILE);
        let file_error = |source| SecretsError::File { path: path.to_owned(), source };
        let mut master = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *master);
        let mut unique = [0; 8];
        rng.fill_bytes(&mut unique);
        let aside = path.with_extension(format!("key.{}", hex::encode(unique)));
        let written = write_private(&aside, &hex::encode(*master)).and_then(|()| fs::hard_link(&aside, path));
        let removed = fs::remove_file(&aside);
        match written {
            Ok(()) => {
                removed.map_err(file_error)?;
                Ok(Secrets { master })
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = fs::read_to_string(path).map_err(file_error)?;
                Secrets::from_hex(&text, &path.display().to_string())
            }
            Err(error) => Err(file_error(error)),
        }
    }

    /// Seals a value for one use and one context (an identifier of the row it belongs to; empty when there is none): it
    /// opens only under the same use and context. Layout: nonce (12 bytes), ciphertext, tag (16 bytes).
    pub fn seal(&self, seal: Seal, context: &[u8], plain: &[u8], rng: &mut dyn Rng) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let sealed = self
            .cipher(seal)
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: context })
            .expect("AES-GCM fails only beyond 64 GiB");
        [&nonce[..], &sealed].concat()
    }

    /// Opens what [`Secrets::seal`] sealed.
    pub fn open(
        &self,
        seal: Seal,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
        let (nonce, ciphertext) =
            sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SecretsError::DoesNotOpen)?;
        self.cipher(seal)
            .decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: context })
            .map(Zeroizing::new)
            .map_err(|_| SecretsError::DoesNotOpen)
    }

    /// HMAC-SHA256 under the key of this use.
    pub fn hash(&self, hashed: Hashed, data: &[u8]) -> [u8; 32] {
        let key = self.derive(hashed.label());
        let mut mac =
            <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*key).expect("HMAC takes any key length");
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// The key of the permutation that padding of a stream is made with, see [`crate::jobs::padding`].
    pub fn padding_key(&self, stream: Stream) -> [u8; 16] {
        let label: &[u8] = match stream {
            Stream::Cases => b"bluezone padding",
            Stream::Contacts => b"bluezone padding contacts",
        };
        let mut key = [0; 16];
        key.copy_from_slice(&self.derive(label)[..16]);
        key
    }

    /// The keys of the codes that people and places show ([`bluezone_codes`]).
    pub fn code_keys(&self) -> KeyRing {
        KeyRing::new((1, *self.derive(b"bluezone codes 1")), [])
    }

    /// What the store's vault needs: the key that wraps its data keys, and the key of its look-ups.
    pub fn vault(&self) -> VaultSecret {
        VaultSecret {
            wrapping: self.derive(b"bluezone vault wrapping"),
            lookup: self.derive(b"bluezone vault lookup"),
        }
    }

    fn cipher(&self, seal: Seal) -> Aes256Gcm {
        Aes256Gcm::new(&Key::<Aes256Gcm>::from(*self.derive(seal.label())))
    }

    fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.master)
            .expand(label, &mut *key)
            .expect("32 bytes are within what HKDF-SHA256 gives");
        key
    }
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// What nobody but those who should may do to a file.
#[cfg(unix)]
fn refuse_modes(path: &Path, refused: u32) -> Result<(), SecretsError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)
        .map_err(|source| SecretsError::File { path: path.to_owned(), source })?
        .permissions()
        .mode();
    if mode & refused == 0 { Ok(()) } else { Err(SecretsError::Exposed(path.to_owned())) }
}

#[cfg(not(unix))]
fn refuse_modes(_path: &Path, _refused: u32) -> Result<(), SecretsError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn secrets() -> Secrets {
        Secrets::from_master([7; 32])
    }

    #[test]
    fn a_sealed_value_opens_only_for_its_use_context_and_key() {
        let mut rng = StdRng::seed_from_u64(1);
        let sealed = secrets().seal(Seal::Token, b"row", b"secret", &mut rng);
        assert_eq!(*secrets().open(Seal::Token, b"row", &sealed).unwrap(), b"secret");
        assert!(secrets().open(Seal::TotpSecret, b"row", &sealed).is_err());
        assert!(secrets().open(Seal::Token, b"other", &sealed).is_err());
        assert!(Secrets::from_master([8; 32]).open(Seal::Token, b"row", &sealed).is_err());
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(secrets().open(Seal::Token, b"row", &changed).is_err(), "byte {position}");
        }
        assert!(secrets().open(Seal::Token, b"row", b"short").is_err());
    }

    #[test]
    fn two_seals_of_one_value_differ() {
        let mut rng = StdRng::seed_from_u64(1);
        let first = secrets().seal(Seal::Token, b"", b"secret", &mut rng);
        assert_ne!(first, secrets().seal(Seal::Token, b"", b"secret", &mut rng));
    }

    #[test]
    fn hashes_of_two_uses_differ() {
        assert_ne!(secrets().hash(Hashed::Code, b"12345678"), secrets().hash(Hashed::Nonce, b"12345678"));
        assert_eq!(secrets().hash(Hashed::Code, b"12345678"), secrets().hash(Hashed::Code, b"12345678"));
    }

    #[test]
    fn the_file_is_made_once_privately_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        assert!(Secrets::load(dir.path()).unwrap().is_none());
        let first = Secrets::create(dir.path(), &mut rng).unwrap();
        let second = Secrets::load(dir.path()).unwrap().unwrap();
        let late = Secrets::create(dir.path(), &mut rng).unwrap();
        assert_eq!(
            first.hash(Hashed::Code, b"x"),
            late.hash(Hashed::Code, b"x"),
            "who comes second gets the first's"
        );
        assert_eq!(first.hash(Hashed::Code, b"x"), second.hash(Hashed::Code, b"x"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left aside");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = dir.path().join(MASTER_KEY_FILE);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(Secrets::load(dir.path()), Err(SecretsError::Exposed(_))));
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", secrets()), "Secrets(redacted)");
    }
}
