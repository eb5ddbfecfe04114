//! A table of text: columns as wide as they need to be, two spaces apart, nothing behind the last.

use super::Printable;
use std::fmt;

/// Rows of cells.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a row of headings.
    #[must_use]
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { rows: vec![headings.map(str::to_owned).to_vec()] }
    }

    /// A table without headings.
    #[must_use]
    pub fn without_heading() -> Self {
        Self::default()
    }

    /// Adds a row of as many cells as come.
    pub fn cells(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| Printable(&cell).to_string()).collect());
    }

    /// Adds a row. Control characters are escaped, so that no cell can move the terminal's cursor.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.cells(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for row in &self.rows {
            let line: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let mut table = Table::new(["A", "LONG"]);
        table.row(["wide cell".to_owned(), String::new()]);
        table.row(["x\u{1b}[2J".to_owned(), "y".to_owned()]);
        assert_eq!(table.to_string(), "A           LONG\nwide cell\nx\\u{1b}[2J  y\n");
    }
}
