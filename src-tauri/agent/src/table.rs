//! Aligned columns of text.

/// Rows under a head; columns of numbers are aligned to the right.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned).into()],
        }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.rows[0].len());
        self.rows.push(cells.into());
    }

    /// `empty` where there is no row.
    pub fn text(&self, empty: &str) -> String {
        if self.rows.len() == 1 {
            return format!("{empty}\n");
        }
        let columns = 0..self.rows[0].len();
        let width = |column: usize| {
            self.rows
                .iter()
                .map(|row| row[column].chars().count())
                .max()
        };
        let widths: Vec<usize> = columns
            .clone()
            .map(|column| width(column).unwrap_or(0))
            .collect();
        let numeric: Vec<bool> = columns
            .map(|column| {
                self.rows[1..]
                    .iter()
                    .all(|row| row[column].bytes().all(|byte| byte.is_ascii_digit()))
            })
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, width), numeric) in row.iter().zip(&widths).zip(&numeric) {
                let blank = " ".repeat(width - cell.chars().count());
                let (before, after) = if *numeric {
                    (blank.as_str(), "")
                } else {
                    ("", blank.as_str())
                };
                line += &format!("{before}{cell}{after}  ");
            }
            text += line.trim_end();
            text += "\n";
        }
        text
    }
}

/// Labels and values, one a line.
pub fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs
        .iter()
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or(0)
        + 1;
    let mut text = String::new();
    for (label, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let label = format!("{label}:");
        text += &format!("{label:<width$} {value}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_numbers_stand_to_the_right() {
        let mut table = Table::new(["NAME", "WAITING", "REASON"]);
        table.row(["Splunk".into(), "7".into(), String::new()]);
        table.row(["é".into(), "12345".into(), "503".into()]);
        assert_eq!(
            table.text("None."),
            "NAME    WAITING  REASON\nSplunk        7\né         12345     503\n"
        );
        assert_eq!(Table::new(["NAME"]).text("None."), "None.\n");
    }

    #[test]
    fn pairs_leave_out_what_has_no_value() {
        let text = pairs(&[
            ("Name", "Splunk".into()),
            ("Reason", String::new()),
            ("Waiting", "7".into()),
        ]);
        assert_eq!(text, "Name:    Splunk\nWaiting: 7\n");
    }
}
