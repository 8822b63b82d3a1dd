//! What can go wrong outside a request: start-up, jobs, administration. Requests answer in their own forms
//! (the device API in [`crate::device_api`], the console in pages).

use crate::config::ConfigError;
use crate::secrets::SecretsError;
use thiserror::Error;

/// An error that ends a job or a command. Its text never holds a secret or a personal detail.
#[derive(Debug, Error)]
pub enum ServerError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Master key and sealed values.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}
