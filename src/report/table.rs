//! A table of text: columns as wide as they need to be, two spaces apart, nothing behind the last.

use super::Printable;
use std::fmt;

/// The widest cell that is never cut: a time, in characters.
const UNCUT: usize = 20;

/// What is left of a remark at least, in characters.
const LEAST_REMARK: usize = 8;

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

    /// The same for a terminal of this many columns, where stdout is one: a column in which nothing stands is left out, and the widest
    /// cells are cut until a row fits. Ids, numbers and times are never cut: where these alone fill the line, the remark behind them is
    /// left out, and a row may still be too wide.
    #[must_use]
    pub fn fitted(mut self, columns: Option<usize>) -> Self {
        let Some(columns) = columns else { return self };
        let empty: Vec<usize> = (0..self.widths().len())
            .filter(|column| self.rows.iter().skip(1).all(|row| row.get(*column).is_none_or(String::is_empty)))
            .collect();
        for row in &mut self.rows {
            let cells = std::mem::take(row);
            row.extend(
                cells.into_iter().enumerate().filter(|(column, _)| !empty.contains(column)).map(|(_, cell)| cell),
            );
        }
        let mut widths = self.widths();
        let whole = widths.last().copied();
        let over = |widths: &[usize]| {
            (widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)).checked_sub(columns + 1)
        };
        while let Some(over) = over(&widths) {
            // What stands last is a remark.
            let least = |column: usize| if column + 1 == widths.len() { LEAST_REMARK } else { UNCUT };
            let spare = widths.iter().enumerate().map(|(column, width)| (width.saturating_sub(least(column)), column));
            let Some((spare @ 1.., column)) = spare.max() else { break };
            widths[column] -= spare.min(over + 1);
        }
        if over(&widths).is_some() && widths.last().copied() < whole {
            widths.pop();
            self.rows.iter_mut().for_each(|row| row.truncate(widths.len()));
        }
        for row in &mut self.rows {
            for (cell, width) in row.iter_mut().zip(&widths).filter(|(cell, width)| cell.chars().count() > **width) {
                *cell = cell.chars().take(width - 3).chain("...".chars()).collect();
            }
        }
        self
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        (0..columns).map(|column| width(column).unwrap_or(0)).collect()
    }

    /// Adds a row. Control characters are escaped, so that no cell can move the terminal's cursor.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.cells(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
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
    fn a_table_fits_its_terminal_and_loses_no_id() {
        let mut table = Table::new(["RELEASE", "CREATED", "STATE", "MESSAGE"]);
        table.row(["v42".to_owned(), "2026-11-24T15:51:19Z".to_owned(), String::new(), "why ".repeat(30)]);
        let wide = table.to_string();
        assert_eq!(table.clone().fitted(None).to_string(), wide);
        let fitted = table.clone().fitted(Some(60)).to_string();
        assert!(fitted.lines().all(|line| line.chars().count() <= 60), "{fitted}");
        assert!(fitted.contains("v42      2026-11-24T15:51:19Z  why why") && fitted.ends_with("...\n"), "{fitted}");
        assert!(!fitted.contains("STATE"), "{fitted}");
        let narrow = table.clone().fitted(Some(36)).to_string();
        assert_eq!(narrow, "RELEASE  CREATED\nv42      2026-11-24T15:51:19Z\n", "a remark of which nothing is left");
        assert!(table.fitted(Some(10)).to_string().contains("2026-11-24T15:51:19Z"), "no time is cut");
    }

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let mut table = Table::new(["A", "LONG"]);
        table.row(["wide cell".to_owned(), String::new()]);
        table.row(["x\u{1b}[2J".to_owned(), "y".to_owned()]);
        assert_eq!(table.to_string(), "A           LONG\nwide cell\nx\\u{1b}[2J  y\n");
    }
}
