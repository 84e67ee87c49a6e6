//! Logs: one file a day in the data folder, for the person who looks into a failure. A host
//! starts them.
//!
//! Penstock's own lines only, at the level `PENSTOCK_LOG` asks for; of everything beneath it
//! warnings, since the libraries' finer levels print headers and bodies.

use crate::variables::Variables;
use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::path::Path;
use tracing::Level;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Older files are deleted.
const DAYS: usize = 14;

/// Logs to `<name>.<day>.log` from now on. Where no file can be written, nothing is logged:
/// opening the store will say why.
pub fn start(name: &str, data_dir: &Path, variables: &Variables) {
    let folder = data_dir.join("logs");
    if create_private(&folder).is_err() {
        return;
    }
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(&folder);
    let Ok(file) = file else {
        return;
    };
    let level = variables("PENSTOCK_LOG")
        .and_then(|level| level.to_str()?.parse::<Level>().ok())
        .unwrap_or(Level::INFO);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(file);
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(targets(level))
        .try_init();
}

fn targets(level: Level) -> Targets {
    Targets::new()
        .with_default(Level::WARN)
        .with_target("penstock", level)
        .with_target("penstock_engine", level)
        .with_target("penstock_receiver", level)
}

fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Logs a panic; the answer is where it was, for a host to tell. Its message may hold what was
/// being worked on, so only the place is told.
pub fn panicked(info: &PanicHookInfo) -> String {
    let place = info
        .location()
        .map_or_else(|| "an unknown place".into(), ToString::to_string);
    let trace = Backtrace::force_capture();
    tracing::error!(%place, %trace, "A bug in Penstock ended a task.");
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_finer_levels_are_never_logged() {
        let targets = targets(Level::TRACE);
        assert!(targets.would_enable("penstock_engine::http", &Level::TRACE));
        for library in ["hyper", "h2", "reqwest", "rustls", "zbus"] {
            assert!(targets.would_enable(library, &Level::WARN));
            assert!(!targets.would_enable(library, &Level::INFO), "{library}");
        }
    }
}
