//! Light, dark, or as the system has it: the window's own parts follow the setting like the page.

use penstock_engine::engine::Engine;
use tauri::{AppHandle, Theme};

/// The setting's key; its value is `system`, `light` or `dark`.
const SETTING: &str = "theme";

/// Applies the saved setting.
pub async fn restore(app: &AppHandle, engine: &Engine) {
    match engine.setting(SETTING).await {
        Ok(setting) => apply(app, setting.as_deref().unwrap_or("system")),
        Err(problem) => tracing::warn!("The theme could not be read: {problem}"),
    }
}

fn apply(app: &AppHandle, setting: &str) {
    app.set_theme(match setting {
        "light" => Some(Theme::Light),
        "dark" => Some(Theme::Dark),
        _ => None,
    });
}

/// Applies a setting that was just saved, where it is this one.
pub fn changed(app: &AppHandle, key: &str, value: &str) {
    if key == SETTING {
        apply(app, value);
    }
}
