//! What happened in each span of time, for charts: by the minute for three hours, by the quarter
//! of an hour for eight days. The owner of a row is a stream or a source.

use rusqlite::{Connection, params};

use crate::clock::Millis;

/// Widths in seconds, and how many seconds each is kept.
const WIDTHS: [(i64, i64); 2] = [(60, 3 * 3600), (900, 8 * 86_400)];

/// Upper bounds in milliseconds of the latency classes; the last class has none.
const LATENCY_CLASSES: [u32; 23] = [
    2, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 2048, 4096, 8192,
    16_384, 32_768,
];

/// What one attempt adds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Events; of a source, events accepted.
    pub delivered: u64,
    /// Attempts that were not accepted; of a source, requests refused.
    pub refused: u64,
    pub set_aside: u64,
    /// The worst state, by [`crate::view::Status`] order; smaller is worse.
    pub worst: Option<u8>,
    pub latency_ms: Option<u32>,
}

/// One span, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    pub start: Millis,
    pub delivered: u64,
    pub refused: u64,
    pub set_aside: u64,
    pub worst: Option<u8>,
    pub latency: Vec<u32>,
}

pub fn add(
    connection: &Connection,
    owner: &str,
    at: Millis,
    delta: &Delta,
) -> rusqlite::Result<()> {
    for (width, kept) in WIDTHS {
        let start = at.div_euclid(width * 1000) * width * 1000;
        let mut span = get(connection, owner, width, start)?;
        let fresh = span.is_none();
        let mut span = span.take().unwrap_or_else(|| Span {
            start,
            ..Span::default()
        });
        merge(&mut span, delta);
        put(connection, owner, width, &span)?;
        if fresh {
            connection
                .prepare_cached("DELETE FROM stat WHERE owner = ?1 AND width = ?2 AND start < ?3")?
                .execute(params![owner, width, at - kept * 1000])?;
        }
    }
    Ok(())
}

fn merge(span: &mut Span, delta: &Delta) {
    span.delivered += delta.delivered;
    span.refused += delta.refused;
    span.set_aside += delta.set_aside;
    span.worst = match (span.worst, delta.worst) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    if let Some(latency) = delta.latency_ms {
        let class = LATENCY_CLASSES.partition_point(|bound| *bound < latency);
        span.latency.resize(LATENCY_CLASSES.len() + 1, 0);
        span.latency[class] += 1;
    }
}

fn get(
    connection: &Connection,
    owner: &str,
    width: i64,
    start: Millis,
) -> rusqlite::Result<Option<Span>> {
    use rusqlite::OptionalExtension;
    connection
        .prepare_cached(
            "SELECT start, delivered, refused, set_aside, worst, latency FROM stat
             WHERE owner = ?1 AND width = ?2 AND start = ?3",
        )?
        .query_row(params![owner, width, start], of)
        .optional()
}

fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Span> {
    Ok(Span {
        start: row.get(0)?,
        delivered: row.get::<_, i64>(1)?.cast_unsigned(),
        refused: row.get::<_, i64>(2)?.cast_unsigned(),
        set_aside: row.get::<_, i64>(3)?.cast_unsigned(),
        worst: row.get(4)?,
        latency: row
            .get_ref(5)?
            .as_blob()?
            .chunks_exact(4)
            .map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap_or_default()))
            .collect(),
    })
}

fn put(connection: &Connection, owner: &str, width: i64, span: &Span) -> rusqlite::Result<()> {
    let latency: Vec<u8> = span
        .latency
        .iter()
        .flat_map(|count| count.to_le_bytes())
        .collect();
    connection
        .prepare_cached("INSERT OR REPLACE INTO stat VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            owner,
            width,
            span.start,
            span.delivered.cast_signed(),
            span.refused.cast_signed(),
            span.set_aside.cast_signed(),
            span.worst,
            latency
        ])?;
    Ok(())
}

/// Spans of `seconds` each (a multiple of 60 or of 900), `count` of them, the last holding `now`;
/// aligned to whole spans, oldest first, empty ones included.
pub fn spans(
    connection: &Connection,
    owner: &str,
    seconds: i64,
    count: usize,
    now: Millis,
) -> rusqlite::Result<Vec<Span>> {
    let width = if seconds % 900 == 0 { 900 } else { 60 };
    let step = seconds * 1000;
    let first = (now.div_euclid(step) + 1 - count as i64) * step;
    let mut spans: Vec<Span> = (0..count as i64)
        .map(|index| Span {
            start: first + index * step,
            ..Span::default()
        })
        .collect();
    let mut statement = connection.prepare_cached(
        "SELECT start, delivered, refused, set_aside, worst, latency FROM stat
         WHERE owner = ?1 AND width = ?2 AND start >= ?3 AND start <= ?4",
    )?;
    for row in statement.query_map(params![owner, width, first, now], of)? {
        let row = row?;
        if let Some(span) = usize::try_from((row.start - first) / step)
            .ok()
            .and_then(|index| spans.get_mut(index))
        {
            let delta = Delta {
                delivered: row.delivered,
                refused: row.refused,
                set_aside: row.set_aside,
                worst: row.worst,
                latency_ms: None,
            };
            merge(span, &delta);
            span.latency
                .resize(span.latency.len().max(row.latency.len()), 0);
            for (sum, count) in span.latency.iter_mut().zip(&row.latency) {
                *sum += count;
            }
        }
    }
    Ok(spans)
}

/// The latency that `percent` of the attempts stayed within, as the upper bound of its class.
pub fn percentile(latency: &[u32], percent: u32) -> Option<u32> {
    let total: u64 = latency.iter().map(|count| u64::from(*count)).sum();
    if total == 0 {
        return None;
    }
    let wanted = (total * u64::from(percent)).div_ceil(100);
    let mut seen = 0;
    for (class, count) in latency.iter().enumerate() {
        seen += u64::from(*count);
        if seen >= wanted {
            return Some(LATENCY_CLASSES.get(class).copied().unwrap_or(60_000));
        }
    }
    None
}
