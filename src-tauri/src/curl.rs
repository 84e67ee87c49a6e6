//! A ready `curl` line that posts one event to an intake.

use penstock_engine::secret::Secret;
use penstock_engine::view::SourceView;

/// On Windows, where `'` does not quote, for its command prompt; elsewhere for a POSIX shell.
pub fn line(source: &SourceView, token: &Secret) -> String {
    let url = source.url.as_deref().unwrap_or_default();
    let token = token.expose();
    if cfg!(windows) {
        format!(
            r#"curl {url} -H "Authorization: Bearer {token}" -d "{{\"eventType\":\"penstock-test\"}}""#
        )
    } else {
        format!(
            r#"curl {url} -H 'Authorization: Bearer {token}' -d '{{"eventType":"penstock-test"}}'"#
        )
    }
}
