//! A line list on its way out.

use crate::registry::sheet::{Kind, WriteError, Writer};
use bluezone_domain::line_list::{Column, row};
use bluezone_store::{CaseCursor, CaseFilter, Store, StoreError};
use thiserror::Error;

/// Cases that are read at once.
const PAGE: u32 = 500;

/// Why a list could not be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A list that is being written, a piece at a time.
pub struct Export {
    store: Store,
    filter: CaseFilter,
    after: Option<CaseCursor>,
    writer: Option<Writer>,
}

impl Export {
    /// Begins. The filter says which cases; whoever asks reaches only those of its `within`.
    pub fn new(store: Store, filter: CaseFilter, kind: Kind) -> Result<Export, ExportError> {
        let headers: Vec<&str> = Column::ALL.iter().map(|column| column.header().vi).collect();
        Ok(Export { store, filter, after: None, writer: Some(Writer::new(kind, &headers)?) })
    }

    /// The next piece; none at the end. A piece may be empty.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        let lines = self.store.case_lines(&self.filter, self.after, PAGE).await?;
        for line in &lines {
            writer.row(&row(&line.case, line.person.as_ref()))?;
        }
        self.after = lines.last().map(|line| CaseCursor::from(&line.case));
        if lines.len() < PAGE as usize {
            return Ok(Some(writer.finish()?));
        }
        let piece = writer.take()?;
        self.writer = Some(writer);
        Ok(Some(piece))
    }
}
