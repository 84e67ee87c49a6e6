//! `penstock-chaos`: random schedules of faults, as many as asked for.

#[cfg(target_os = "linux")]
mod command_line;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    command_line::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("This program needs Linux.");
}
