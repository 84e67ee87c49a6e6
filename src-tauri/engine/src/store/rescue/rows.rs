//! Every row that can be read, from one database into another.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

/// As far beyond the last readable row as another is looked for.
const FURTHEST: i64 = 1 << 40;

/// Copies what can be read of every table; the tables of which not everything could.
pub fn copy_all(from: &Connection, to: &Connection) -> rusqlite::Result<Vec<String>> {
    let tables: Vec<String> = names(
        to,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )?;
    let found: Vec<String> = names(from, "SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let mut unread = Vec::new();
    for table in tables.iter().filter(|table| found.contains(table)) {
        let wanted = columns(to, table)?;
        let had = columns(from, table)?;
        let columns: Vec<String> = wanted.into_iter().filter(|it| had.contains(it)).collect();
        let copy = Copy {
            from,
            to,
            table,
            columns: columns.join(", "),
            count: columns.len(),
        };
        // What a migration put there comes from the old one, too.
        to.execute(&format!("DELETE FROM {table}"), [])?;
        let whole = if has_rowid(from, table) {
            copy.by_rowid()?
        } else {
            copy.at_both_ends()?
        };
        if !whole {
            unread.push(table.clone());
        }
    }
    Ok(unread)
}

fn names(connection: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(query)?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    names(
        connection,
        &format!("SELECT name FROM pragma_table_info('{table}')"),
    )
}

fn has_rowid(connection: &Connection, table: &str) -> bool {
    connection
        .prepare(&format!("SELECT rowid FROM {table}"))
        .is_ok()
}

struct Copy<'a> {
    from: &'a Connection,
    to: &'a Connection,
    table: &'a str,
    columns: String,
    count: usize,
}

impl Copy<'_> {
    /// In the order of the rows, over what cannot be read; whether that was nothing.
    fn by_rowid(&self) -> rusqlite::Result<bool> {
        let mut whole = true;
        let mut after = i64::MIN;
        loop {
            let query = format!(
                "SELECT {}, rowid FROM {} WHERE rowid > {after} ORDER BY rowid",
                self.columns, self.table
            );
            let read = self.read(&query, |row| after = row.get(self.count).unwrap_or(after))?;
            if read {
                return Ok(whole);
            }
            whole = false;
            match self.readable_after(after.max(0)) {
                Some(place) => after = place,
                None => return Ok(false),
            }
        }
    }

    /// A place beyond `after` from which on a row can be read again, as near as can be found.
    fn readable_after(&self, after: i64) -> Option<i64> {
        let (mut bad, mut step) = (after, 1);
        let mut good = loop {
            let place = after + step;
            match self.first_after(place) {
                Ok(true) => break place,
                // There is nothing more.
                Ok(false) => return None,
                Err(_) => bad = place,
            }
            step *= 2;
            if step > FURTHEST {
                return None;
            }
        };
        while good - bad > 1 {
            let middle = bad + (good - bad) / 2;
            match self.first_after(middle) {
                Ok(true) => good = middle,
                _ => bad = middle,
            }
        }
        Some(good)
    }

    fn first_after(&self, place: i64) -> rusqlite::Result<bool> {
        let query = format!(
            "SELECT {} FROM {} WHERE rowid > {place} ORDER BY rowid LIMIT 1",
            self.columns, self.table
        );
        let mut statement = self.from.prepare(&query)?;
        let mut rows = statement.query([])?;
        match rows.next()? {
            Some(row) => self.values(row).map(|_| true),
            None => Ok(false),
        }
    }

    fn at_both_ends(&self) -> rusqlite::Result<bool> {
        let query = format!("SELECT {} FROM {}", self.columns, self.table);
        if self.read(&query, |_| {})? {
            return Ok(true);
        }
        let key: Vec<String> = names(
            self.from,
            &format!(
                "SELECT name || ' DESC' FROM pragma_table_info('{}') WHERE pk > 0 ORDER BY pk",
                self.table
            ),
        )?;
        self.read(&format!("{query} ORDER BY {}", key.join(", ")), |_| {})?;
        Ok(false)
    }

    /// Copies rows until the end, or until one cannot be read; whether the end was reached. Fails
    /// only where a row cannot be written.
    fn read(&self, query: &str, mut each: impl FnMut(&Row<'_>)) -> rusqlite::Result<bool> {
        let marks = vec!["?"; self.count].join(", ");
        let mut insert = self.to.prepare_cached(&format!(
            "INSERT OR IGNORE INTO {} ({}) VALUES ({marks})",
            self.table, self.columns
        ))?;
        let Ok(mut statement) = self.from.prepare(query) else {
            return Ok(false);
        };
        let Ok(mut rows) = statement.query([]) else {
            return Ok(false);
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let Ok(values) = self.values(row) else {
                        return Ok(false);
                    };
                    insert.execute(params_from_iter(values))?;
                    each(row);
                }
                Ok(None) => return Ok(true),
                Err(_) => return Ok(false),
            }
        }
    }

    fn values(&self, row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
        (0..self.count).map(|index| row.get(index)).collect()
    }
}
