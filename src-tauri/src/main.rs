//! Penstock in a window.
//!
//! Assembles the engine, hands the page's commands to it and the engine's changes to the page.
//! Nothing is decided here: what an event, a stream or a problem is, the engine knows. No secret
//! goes from here to the page, but the token of an intake that a person asks to see.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod clipboard;
mod commands;
mod curl;
mod desktop;
mod dialog;
mod link;
mod practice;
mod pushes;
mod runs;
mod theme;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use penstock_engine::data_dir;
use penstock_engine::logs;
use penstock_engine::problem::Problem;
use penstock_engine::variables;
use penstock_engine::vault::{self, Vault};
use tauri::{AppHandle, Manager, RunEvent, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

use crate::desktop::Desktop;

/// What a command answers.
type Answer<T> = Result<T, Problem>;

fn main() {
    let variables = variables::of_process();
    let data_dir = data_dir::choose(&variables);
    if let Ok(data_dir) = &data_dir {
        logs::start("desktop", data_dir, &variables);
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = logs::panicked(panic);
        eprintln!("Penstock met a bug of its own at {place}. The logs folder says more.");
    }));
    let ended = AtomicBool::new(false);
    tauri::Builder::default()
        // First, so that a second instance ends before it does anything.
        .plugin(tauri_plugin_single_instance::init(
            |app, _arguments, _folder| focus(app),
        ))
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            open(app.handle(), data_dir, vault::choose(variables))?;
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("the configuration was checked when the app was built")
        .run(move |app, event| {
            if let RunEvent::ExitRequested { api, code, .. } = event
                && !ended.swap(true, Ordering::Relaxed)
            {
                api.prevent_exit();
                let app = app.clone();
                tauri::async_runtime::spawn(async move {
                    app.state::<Desktop>().stop().await;
                    app.exit(code.unwrap_or_default());
                });
            }
        });
}

fn open(
    app: &AppHandle,
    data_dir: Answer<PathBuf>,
    vault: Answer<Arc<dyn Vault>>,
) -> tauri::Result<()> {
    app.manage(Desktop::new(app.clone(), data_dir, vault));
    let window = app
        .config()
        .app
        .windows
        .first()
        .expect("the configuration has one window");
    // Only the app's own page is shown: links open in the browser, by `open_link`.
    WebviewWindowBuilder::from_config(app, window)?
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
        })
        .build()?;
    let handle = app.clone();
    tauri::async_runtime::spawn(async move { handle.state::<Desktop>().open().await });
    #[cfg(unix)]
    tauri::async_runtime::spawn(end_on_signal(app.clone()));
    Ok(())
}

fn focus(app: &AppHandle) {
    for window in app.webview_windows().into_values() {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Ends in order when asked to by the system.
#[cfg(unix)]
async fn end_on_signal(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
}
