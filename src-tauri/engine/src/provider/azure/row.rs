//! An event as a row: with its time, and with no column named as one of Azure's own.

use crate::clock::parse_rfc3339;
use crate::json;

/// Azure's own columns, and what the event's are called instead.
const RENAMED: [(&str, &str); 7] = [
    ("id", "AuditId"),
    ("Type", "AuditType"),
    ("Title", "AuditTitle"),
    ("TenantId", "AuditTenantId"),
    ("UniqueId", "AuditUniqueId"),
    ("_ResourceId", "AuditResourceId"),
    ("_SubscriptionId", "AuditSubscriptionId"),
];

/// The most bytes a row has beyond its event: its time, and five for each longer name.
pub(super) const OVERHEAD: usize = ",\"TimeGenerated\":".len() + 40 + RENAMED.len() * 5;

pub(super) fn write(out: &mut Vec<u8>, event: &[u8]) {
    let event = event.trim_ascii();
    let mut written = 0;
    let mut time = None;
    let mut has_time = false;
    for member in json::members(event) {
        has_time |= member.is("TimeGenerated");
        if time.is_none() && member.is("createdAt") {
            time = member
                .text()
                .and_then(|text| parse_rfc3339(&text))
                .map(|_| member.value);
        }
        if let Some((_, name)) = RENAMED.iter().find(|(own, _)| member.is_in_any_case(own)) {
            let key = member.key_range();
            out.extend_from_slice(&event[written..key.start]);
            out.extend_from_slice(name.as_bytes());
            written = key.end;
        }
    }
    let rest = &event[written..];
    match (time.filter(|_| !has_time), rest.strip_suffix(b"}")) {
        (Some(time), Some(rest)) => {
            out.extend_from_slice(rest);
            out.extend_from_slice(b",\"TimeGenerated\":");
            out.extend_from_slice(time);
            out.push(b'}');
        }
        _ => out.extend_from_slice(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(event: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, event.as_bytes());
        assert!(out.len() <= event.len() + OVERHEAD);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_row_has_the_events_time_and_its_bytes() {
        assert_eq!(
            row("{ \"n\": 1e999, \"n\":2, \"createdAt\":\"2026-01-15T08:00:00.020Z\" }\n"),
            "{ \"n\": 1e999, \"n\":2, \"createdAt\":\"2026-01-15T08:00:00.020Z\" ,\
             \"TimeGenerated\":\"2026-01-15T08:00:00.020Z\"}"
        );
        for as_it_came in [
            "{}",
            "{\"createdAt\":\"soon\"}",
            "{\"createdAt\":\"2026-01-15T08:00:00Z\",\"TimeGenerated\":\"2020-01-01T00:00:00Z\"}",
        ] {
            assert_eq!(row(as_it_came), as_it_came);
        }
    }

    #[test]
    fn columns_that_azure_keeps_for_itself_get_another_name() {
        assert_eq!(
            row(
                "{\"id\":\"a\",\"eventType\":\"b\",\"type\":{\"id\":1},\"_ResourceId\":null,\"UniqueId\":1}"
            ),
            "{\"AuditId\":\"a\",\"eventType\":\"b\",\"AuditType\":{\"id\":1},\"AuditResourceId\":null,\"AuditUniqueId\":1}"
        );
        assert_eq!(row("{\"i\\u0064\":1}"), "{\"AuditId\":1}");
        let all = RENAMED.map(|(own, _)| format!("\"{own}\":1")).join(",");
        let row = row(&format!(
            "{{{all},\"createdAt\":\"2026-01-15T08:00:00.020Z\"}}"
        ));
        for (own, new) in RENAMED {
            assert!(
                row.contains(&format!("\"{new}\":1")) && !row.contains(&format!("\"{own}\"")),
                "{row}"
            );
        }
    }
}
