//! Opening a page in the browser.

use penstock_engine::problem::Problem;

use crate::Answer;

pub fn open(url: &str) -> Answer<()> {
    check(url)?;
    open::that_detached(url).map_err(|error| {
        Problem::new(
            "browser-unavailable",
            "The page could not be opened in a browser.",
        )
        .next(format!("Open {url} in a browser yourself."))
        .detail(error.to_string())
    })
}

/// Anything else (`file:`, `javascript:`, a program) is not the page's to open.
fn check(url: &str) -> Answer<()> {
    let parsed = tauri::Url::parse(url);
    if parsed.is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some()) {
        return Ok(());
    }
    Err(Problem::new(
        "link-refused",
        "Only https pages are opened in the browser.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_pages_are_opened() {
        assert!(check("https://docs.splunk.com/Documentation").is_ok());
        for url in [
            "http://example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "xterm",
            "",
        ] {
            assert!(check(url).is_err(), "{url} must not be opened");
        }
    }
}
