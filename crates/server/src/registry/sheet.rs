//! Line lists in files: CSV (UTF-8, with a byte order mark so that Excel sees it) and XLSX, a row at a time.

use calamine::{Data, DataRef, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::io::{Cursor, Read};
use thiserror::Error;

/// Rows that a file may have.
pub const MOST_ROWS: usize = 100_000;
/// Columns that are read; more are ignored.
const MOST_COLUMNS: usize = 200;
/// Bytes that an XLSX file may unpack to.
const MOST_UNPACKED: u64 = 400 << 20;
/// Begins every CSV file that we write.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Comma-separated text.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

/// Why a file cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BadSheet {
    /// Neither CSV in UTF-8 nor XLSX.
    #[error("not a table: send an XLSX file, or CSV saved as UTF-8")]
    Unreadable,
    /// No row with headers.
    #[error("the file is empty")]
    Empty,
    /// More rows than are read.
    #[error("the file has more than {MOST_ROWS} rows: send it in parts")]
    TooLong,
}

/// Calls `take` with every row of a file, the headers first. Dates of Excel come as `23/11/2026`.
pub fn read<E: From<BadSheet>>(
    bytes: &[u8],
    mut take: impl FnMut(Vec<String>) -> Result<(), E>,
) -> Result<(), E> {
    let mut rows = 0;
    let mut counted = |row: Vec<String>| {
        rows += 1;
        if rows > MOST_ROWS + 1 { Err(BadSheet::TooLong.into()) } else { take(row) }
    };
    if bytes.starts_with(b"PK") {
        read_xlsx(bytes, &mut counted)?
    } else {
        read_csv(bytes, &mut counted)?
    }
    if rows == 0 { Err(BadSheet::Empty.into()) } else { Ok(()) }
}

fn read_csv<E: From<BadSheet>>(
    bytes: &[u8],
    take: &mut impl FnMut(Vec<String>) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // Excel writes semicolons where the comma parts decimals, as in Vietnam; other programs write tabs.
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |sign: u8| first.iter().filter(|b| **b == sign).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| BadSheet::Unreadable)? {
        take(record.iter().take(MOST_COLUMNS).map(|cell| unguarded(cell).to_owned()).collect())?;
    }
    Ok(())
}

fn read_xlsx<E: From<BadSheet>>(
    bytes: &[u8],
    take: &mut impl FnMut(Vec<String>) -> Result<(), E>,
) -> Result<(), E> {
    refuse_bombs(bytes)?;
    let unreadable = |_| BadSheet::Unreadable;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheet = book.sheet_names().first().cloned().ok_or(BadSheet::Empty)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let (mut number, mut row) = (0, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (line, column) = cell.get_position();
        if line != number {
            flush(&mut row, take)?;
            number = line;
        }
        let column = column as usize;
        if column < MOST_COLUMNS {
            row.resize(row.len().max(column + 1), String::new());
            row[column] = text(cell.get_value());
        }
    }
    flush(&mut row, take)
}

/// Hands on a row that has something in it.
fn flush<E>(row: &mut Vec<String>, take: &mut impl FnMut(Vec<String>) -> Result<(), E>) -> Result<(), E> {
    let row = std::mem::take(row);
    if row.iter().all(String::is_empty) { Ok(()) } else { take(row) }
}

/// A small file may unpack to one that fills the memory. What the directory of the file says is not believed.
fn refuse_bombs(bytes: &[u8]) -> Result<(), BadSheet> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| BadSheet::Unreadable)?;
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_| BadSheet::Unreadable)?;
        let read = std::io::copy(&mut file.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|_| BadSheet::Unreadable)?;
        left = left.checked_sub(read).ok_or(BadSheet::TooLong)?;
    }
    Ok(())
}

fn text(value: &DataRef<'_>) -> String {
    match Data::from(value.clone()) {
        Data::String(text) => unguarded(&text).to_owned(),
        Data::DateTime(at) => at.as_datetime().map_or_else(String::new, |at| {
            // A day has no time.
            let midnight = at.time() == chrono::NaiveTime::MIN;
            at.format(if midnight { "%d/%m/%Y" } else { "%d/%m/%Y %H:%M" }).to_string()
        }),
        // Codes and numbers that somebody typed as numbers: no `.0` at the end.
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        other => other.to_string(),
    }
}

/// Writes a file a row at a time.
pub enum Writer {
    /// Text, taken away in pieces.
    Csv(Box<csv::Writer<Vec<u8>>>),
    /// A workbook whose rows lie in an unnamed temporary file until it is finished.
    Xlsx(Box<Workbook>, u32),
}

/// Why a file cannot be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The temporary file, or too many rows.
    #[error("cannot write the workbook: {0}")]
    Xlsx(#[from] XlsxError),
    /// Only in memory: does not happen.
    #[error("cannot write the table: {0}")]
    Csv(#[from] csv::Error),
}

impl Writer {
    /// A file with these headers.
    pub fn new(kind: Kind, headers: &[&str]) -> Result<Writer, WriteError> {
        match kind {
            Kind::Csv => {
                let mut writer = csv::Writer::from_writer(BYTE_ORDER_MARK.to_vec());
                writer.write_record(headers)?;
                Ok(Writer::Csv(Box::new(writer)))
            }
            Kind::Xlsx => {
                let mut book = Workbook::new();
                let bold = Format::new().set_bold();
                let sheet = book.add_worksheet_with_constant_memory()?;
                sheet.set_freeze_panes(1, 0)?;
                for (column, header) in (0..).zip(headers) {
                    sheet.set_column_width(column, 18)?;
                    sheet.write_string_with_format(0, column, *header, &bold)?;
                }
                Ok(Writer::Xlsx(Box::new(book), 1))
            }
        }
    }

    /// Adds a row. Every cell is text: no program takes a phone number for a sum.
    pub fn row(&mut self, cells: &[String]) -> Result<(), WriteError> {
        match self {
            Writer::Csv(writer) => writer.write_record(cells.iter().map(|cell| guarded(cell)))?,
            Writer::Xlsx(book, row) => {
                let sheet = book.worksheet_from_index(0)?;
                for (column, cell) in (0..).zip(cells) {
                    if !cell.is_empty() {
                        sheet.write_string(*row, column, cell)?;
                    }
                }
                *row += 1;
            }
        }
        Ok(())
    }

    /// What can be sent on already.
    pub fn take(&mut self) -> Result<Vec<u8>, WriteError> {
        match self {
            Writer::Csv(writer) => {
                let done = std::mem::replace(&mut **writer, csv::Writer::from_writer(Vec::new()));
                done.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
            }
            Writer::Xlsx(..) => Ok(Vec::new()),
        }
    }

    /// The rest of the file.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let rest = self.take()?;
        match self {
            Writer::Csv(_) => Ok(rest),
            Writer::Xlsx(mut book, _) => Ok(book.save_to_buffer()?),
        }
    }
}

/// Signs by which a program for tables takes a cell for a formula (OWASP, "CSV injection").
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell that no program takes for a formula.
fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// Takes the guard off again.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, BadSheet> {
        let mut rows = Vec::new();
        read(bytes, |row| {
            rows.push(row);
            Ok::<_, BadSheet>(())
        })?;
        Ok(rows)
    }

    fn written(kind: Kind, table: &[[&str; 3]]) -> Vec<u8> {
        let mut writer = Writer::new(kind, &table[0]).unwrap();
        let mut bytes = Vec::new();
        for row in &table[1..] {
            writer.row(&row.map(str::to_owned)).unwrap();
            bytes.extend(writer.take().unwrap());
        }
        bytes.extend(writer.finish().unwrap());
        bytes
    }

    const TABLE: [[&str; 3]; 4] = [
        ["Họ và tên", "Điện thoại", "x"],
        ["Nguyễn, \"Ân\"", "0912345678", "a\nb"],
        ["=HYPERLINK(\"http://x\")", "+66812345678", "-1"],
        ["'=1", "", "@SUM(A1)"],
    ];

    #[test]
    fn what_is_written_is_read_back() {
        for kind in [Kind::Csv, Kind::Xlsx] {
            let read = rows(&written(kind, &TABLE)).unwrap();
            let expected: Vec<Vec<&str>> = TABLE.iter().map(|row| row.to_vec()).collect();
            // A guard that somebody typed themselves is taken for ours.
            assert_eq!(read[..3], expected[..3], "{kind:?}");
            assert_eq!(read[3][2], "@SUM(A1)");
        }
    }

    #[test]
    fn no_cell_of_a_csv_file_begins_like_a_formula() {
        let bytes = written(Kind::Csv, &TABLE);
        let text = std::str::from_utf8(&bytes[3..]).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in record.unwrap().iter() {
                assert!(!is_formula(cell), "{cell}");
            }
        }
    }

    #[test]
    fn files_of_other_programs_are_read() {
        let semicolons = "Họ tên;Năm sinh\r\nÂn;1985\r\n";
        assert_eq!(rows(semicolons.as_bytes()).unwrap()[1], ["Ân", "1985"]);
        let tabs = "\u{feff}a\tb,c\n1\t2";
        assert_eq!(rows(tabs.as_bytes()).unwrap(), [["a", "b,c"], ["1", "2"]]);
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "a").unwrap();
        sheet.write_number(2, 1, 19_185_001_234.0).unwrap();
        let day = Format::new().set_num_format("dd/mm/yyyy");
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 11, 23).unwrap();
        sheet.write_datetime_with_format(2, 2, &date, &day).unwrap();
        let read = rows(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(read, [vec!["a"], vec!["", "19185001234", "23/11/2026"]]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(rows(b""), Err(BadSheet::Empty));
        assert_eq!(rows(b"\xff\xfe\xff"), Err(BadSheet::Unreadable));
        assert_eq!(rows(b"PK\x03\x04 no zip"), Err(BadSheet::Unreadable));
        let long = "x\n".repeat(MOST_ROWS + 2);
        assert_eq!(rows(long.as_bytes()), Err(BadSheet::TooLong));
    }
}
