//! The `curl` line that the page shows for an intake, with the real token in it.

use penstock_engine::secret::Secret;
use penstock_engine::view::SourceView;

const EVENT: &str = r#"{"eventType":"deploy","actor":"ci-deployer"}"#;

/// For a POSIX shell; on Windows, where `'` does not quote, for its command prompt.
pub fn line(source: &SourceView, token: &Secret) -> String {
    let url = source.url.as_deref().unwrap_or_default();
    let token = token.expose();
    let (event, next) = if cfg!(windows) {
        (format!("\"{}\"", EVENT.replace('"', "\\\"")), " ^\n")
    } else {
        (format!("'{EVENT}'"), " \\\n")
    };
    [
        format!("curl {url}"),
        format!("  -H \"Authorization: Bearer {token}\""),
        "  -H \"Content-Type: application/json\"".to_owned(),
        format!("  -d {event}"),
    ]
    .join(next)
}
