//! What the kernel says of a process and of this machine (Linux).

use std::fs;

/// Processor time used so far, in seconds: own and system.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    // Linux counts in hundredths of a second on every machine Penstock runs on.
    (ticks(11) + ticks(12)) / 100.0
}

/// Processor time that the calling thread has used so far, in seconds.
pub fn thread_seconds() -> f64 {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = spent
        .split_whitespace()
        .next()
        .and_then(|it| it.parse().ok());
    nanoseconds.map_or(0.0, |nanoseconds: f64| nanoseconds / 1e9)
}

/// Most memory the process ever had, in MiB.
pub fn peak_mib(pid: u32) -> f64 {
    field(pid, "VmHWM:")
}

/// Memory the process has now, in MiB.
pub fn resident_mib(pid: u32) -> f64 {
    field(pid, "VmRSS:")
}

/// Files, sockets and the like that it has open.
pub fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

fn field(pid: u32, name: &str) -> f64 {
    fs::read_to_string(format!("/proc/{pid}/status"))
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}

pub fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or_else(
            || String::from("unknown processor"),
            |rest| rest.trim_start_matches([' ', '\t', ':']).to_owned(),
        );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}
