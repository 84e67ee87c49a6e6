//! The system's own dialogs for files.

use std::path::{Path, PathBuf};

use penstock_engine::problem::Problem;
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};
use tokio::sync::oneshot;

use crate::Answer;

/// The file a person chose; `None` where they cancelled.
pub async fn ask_where_to_save(app: &AppHandle, name: &str) -> Answer<Option<PathBuf>> {
    let dialog = dialog(app).set_file_name(plain(name));
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

/// Path of the file a person chose; `None` where they cancelled.
pub async fn ask_which_to_open(app: &AppHandle) -> Answer<Option<String>> {
    let (chosen, choice) = oneshot::channel();
    dialog(app).pick_file(move |path| {
        let _ = chosen.send(path);
    });
    // It fails only where the dialog was torn down with its window.
    let path = choice.await.unwrap_or_default();
    Ok(path.map(|path| path.to_string()))
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

/// Over the window.
fn dialog(app: &AppHandle) -> FileDialogBuilder<Wry> {
    let dialog = app.dialog().file();
    match app.webview_windows().values().next() {
        Some(window) => dialog.set_parent(window),
        None => dialog,
    }
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
