//! The `curl` line that the page shows for an intake, with the real token in it.

use penstock_engine::secret::Secret;
use penstock_engine::source::http_intake;
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
    // Nobody but the pin vouches for a certificate that Penstock made, and the pin is enough.
    let pinned = http_intake::pin(&source.details)
        .map(|pin| format!("  --insecure --pinnedpubkey \"{pin}\""));
    let lines = [
        Some(format!("curl {url}")),
        pinned,
        Some(format!("  -H \"Authorization: Bearer {token}\"")),
        Some("  -H \"Content-Type: application/json\"".to_owned()),
        Some(format!("  -d {event}")),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join(next)
}
