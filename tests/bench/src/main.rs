//! Measures Penstock end to end, as a user runs it: the release build of `penstock run` with its
//! journal on disk, events posted to its HTTP intake, a practice receiver as the provider, all on
//! this machine. Prints a table in Markdown; `cargo xtask bench` runs it.
//!
//! Processor time and memory are the agent's alone, as the kernel counts them.

mod agent;
mod load;
mod process;
mod scenarios;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the system starts threads");
    println!("Machine: {}\n", process::machine());
    println!("| what | measured |\n| --- | --- |");
    let mut known = false;
    let usual = scenarios::USUAL.iter().map(|scenario| (scenario, true));
    let all = usual.chain(scenarios::LONG.iter().map(|scenario| (scenario, false)));
    for ((name, scenario), usual) in all {
        if (usual && wanted.is_empty()) || wanted.iter().any(|wanted| wanted == name) {
            known = true;
            for (what, figure) in runtime.block_on(scenario()) {
                println!("| {what} | {figure} |");
            }
        }
    }
    if known {
        return ExitCode::SUCCESS;
    }
    let all = scenarios::USUAL.iter().chain(scenarios::LONG);
    let names: Vec<&str> = all.map(|(name, _)| *name).collect();
    eprintln!(
        "There is no scenario of that name. Choose from: {}.",
        names.join(", ")
    );
    ExitCode::from(2)
}
