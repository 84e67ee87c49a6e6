//! The real window, driven like a person would.
//!
//! Each test has a display, a session bus with an unlocked keychain, a home and a data folder of
//! its own, and drives the app that `cargo build -p penstock-desktop` built, through
//! WebKitWebDriver. Nothing is faked: providers are the practice receiver on loopback. Pictures
//! of what was seen are left in `target/screenshots`.

#![cfg(target_os = "linux")]

mod deletion;
mod events;
mod first_run;
mod kills;
mod live;
mod practice;
mod providers;
mod refusals;
mod secrets;
mod settings;
#[allow(dead_code, reason = "shared with the measurement")]
mod surroundings;
mod trouble;
mod webdriver;
mod window;
