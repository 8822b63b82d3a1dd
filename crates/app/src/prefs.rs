//! What the owner set on the settings page, kept in `settings.json` beside the contact log.

use serde::{Deserialize, Serialize};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The owner's choices.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Whether the radio may work.
    pub radio: bool,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices { radio: true }
    }
}

/// The choices and where they are kept; nowhere for a phone that lives in memory.
#[derive(Clone, Debug, Default)]
pub struct Prefs {
    path: Option<PathBuf>,
    choices: Choices,
}

impl Prefs {
    /// The choices kept in a folder; the defaults where there are none yet.
    ///
    /// # Errors
    /// If the file is there but cannot be read.
    pub fn open(folder: &Path) -> io::Result<Prefs> {
        let path = folder.join("settings.json");
        let choices = match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Choices::default(),
            Err(error) => return Err(error),
        };
        Ok(Prefs { path: Some(path), choices })
    }

    /// The choices.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Keeps new choices: on the disk when it returns, and never half of them.
    ///
    /// # Errors
    /// If they cannot be written; then the old ones hold.
    pub fn set(&mut self, choices: Choices) -> io::Result<()> {
        if let Some(path) = &self.path {
            let text = serde_json::to_vec(&choices).map_err(io::Error::other)?;
            let fresh = path.with_extension("json.new");
            let mut file = std::fs::File::create(&fresh)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&fresh, path)?;
        }
        self.choices = choices;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_outlive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let mut prefs = Prefs::open(folder.path()).unwrap();
        assert!(prefs.choices().radio);
        prefs.set(Choices { radio: false }).unwrap();
        assert!(!Prefs::open(folder.path()).unwrap().choices().radio);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_default() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), "{").unwrap();
        assert!(Prefs::open(folder.path()).is_err());
    }
}
