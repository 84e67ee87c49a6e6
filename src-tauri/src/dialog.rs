//! The system's own "Save as" dialog.

use std::path::{Path, PathBuf};

use penstock_engine::problem::Problem;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use crate::Answer;

/// The file a person chose; `None` where they cancelled.
pub async fn ask_where_to_save(app: &AppHandle, name: &str) -> Answer<Option<PathBuf>> {
    let mut dialog = app.dialog().file().set_file_name(plain(name));
    if let Some(window) = app.webview_windows().values().next() {
        dialog = dialog.set_parent(window);
    }
    let (chosen, choice) = oneshot::channel();
    dialog.save_file(move |path| {
        let _ = chosen.send(path);
    });
    // It fails only where the dialog was torn down with its window.
    let path = choice.await.unwrap_or_default();
    path.map(|path| path.into_path())
        .transpose()
        .map_err(|error| unwritable(&error))
}

/// Asks for a file and writes `text` to it; `false` where the person cancelled.
pub async fn save(app: &AppHandle, name: &str, text: String) -> Answer<bool> {
    let Some(path) = ask_where_to_save(app, name).await? else {
        return Ok(false);
    };
    tokio::fs::write(&path, text)
        .await
        .map_err(|error| unwritable(&error))?;
    Ok(true)
}

/// Only the last part of a name that could be read as a path.
fn plain(name: &str) -> String {
    let name = name.replace(['/', '\\', ':'], "-");
    Path::new(&name)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn unwritable(error: &dyn std::error::Error) -> Problem {
    Problem::new("file-unwritable", "The file could not be written.")
        .next("Choose a folder that you may write to and that has room.")
        .detail(error.to_string())
}
