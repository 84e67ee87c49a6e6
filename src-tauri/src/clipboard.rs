//! The system's clipboard.
//!
//! On Linux the program that copied hands the text out when it is pasted, so the handle is kept
//! for as long as the app runs.

use std::sync::{Arc, Mutex, PoisonError};

use penstock_engine::problem::Problem;

use crate::Answer;

#[derive(Clone, Default)]
pub struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

impl Clipboard {
    pub async fn copy(&self, text: String) -> Answer<()> {
        let handle = self.0.clone();
        // Asking the display server can wait.
        let copied = tauri::async_runtime::spawn_blocking(move || {
            let mut handle = handle.lock().unwrap_or_else(PoisonError::into_inner);
            let clipboard = match handle.take() {
                Some(clipboard) => clipboard,
                None => arboard::Clipboard::new()?,
            };
            handle.insert(clipboard).set_text(text)
        });
        copied
            .await
            .expect("copying does not panic")
            .map_err(|error| {
                Problem::new(
                    "clipboard-unavailable",
                    "The text could not be copied to the clipboard.",
                )
                .next("Copy it by hand, or try again.")
                .detail(error.to_string())
            })
    }
}
