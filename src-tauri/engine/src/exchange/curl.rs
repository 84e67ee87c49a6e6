//! A request as a `curl` line for a POSIX shell, with `$PENSTOCK_…` where its secrets go.

use super::body_without_secrets;
use crate::provider::{Header, Request};
use crate::redact::Redaction;

/// A longer body makes no line that can be pasted.
const LONGEST_BODY: usize = 4 * 1024;

pub(super) fn line(request: &Request, redaction: &Redaction) -> String {
    let body = &request.body.bytes;
    let mut line = String::from("curl");
    if request.method != "POST" || body.is_empty() {
        line.push_str(&format!(" -X {}", request.method));
    }
    line.push(' ');
    if request.url.expose() == request.shown_url {
        line.push_str(&quoted(&request.shown_url));
    } else {
        line.push_str("\"$PENSTOCK_URL\"");
    }
    for header in &request.headers {
        line.push_str(" \\\n  -H ");
        line.push_str(&match header {
            Header::Plain(name, value) => quoted(&redaction.text(&format!("{name}: {value}"))),
            Header::Secret(name, prefix, _) => {
                format!(
                    "\"{}{}\"",
                    in_double_quotes(&format!("{name}: {prefix}")),
                    placeholder(name)
                )
            }
        });
    }
    if body.is_empty() {
        return line;
    }
    if body.len() > LONGEST_BODY {
        let bytes = body.len();
        return format!(
            "# The body ({bytes} bytes, not compressed) is read from body.json.\n{line} \\\n  --data-binary @- < body.json"
        );
    }
    let text = body_without_secrets(request, redaction, &String::from_utf8_lossy(body));
    format!("{line} \\\n  --data-binary {}", quoted(&text))
}

/// `$PENSTOCK_TOKEN`, or after the header: `$PENSTOCK_DD_API_KEY`.
fn placeholder(header: &str) -> String {
    if header.eq_ignore_ascii_case("authorization") {
        return String::from("$PENSTOCK_TOKEN");
    }
    let name = header.chars().map(|char| match char {
        char if char.is_ascii_alphanumeric() => char.to_ascii_uppercase(),
        _ => '_',
    });
    format!("$PENSTOCK_{}", name.collect::<String>())
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn in_double_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
