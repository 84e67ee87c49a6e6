//! What the system does for the page.

use crate::{dialog, link};

commands! {
    fn copy_text(desktop, text: String) -> () {
        desktop.clipboard.copy(text).await
    }

    /// Saves a text with the system's dialog; `false` where the person cancelled.
    fn save_file(desktop, name: String, text: String) -> bool {
        dialog::save(&desktop.app, &name, text).await
    }

    /// Asks for a file with the system's dialog; `null` where the person cancelled. Nothing reads it yet.
    fn choose_file(desktop) -> Option<String> {
        dialog::ask_which_to_open(&desktop.app).await
    }

    /// Opens an `https` page in the browser.
    fn open_link(_desktop, url: String) -> () {
        link::open(&url)
    }
}
