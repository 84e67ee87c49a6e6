//! Opening the engine as this process's environment asks for it.

use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options};
use penstock_engine::problem::Problem;
use penstock_engine::{data_dir, logs, variables, vault};
use std::sync::Arc;

use crate::failure::Failure;

/// Opens the engine, asks it something, and ends it whatever came of that.
pub async fn ask(
    question: impl AsyncFnOnce(&Engine) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let engine = open().await?;
    let answered = question(&engine).await;
    engine.stop().await;
    answered
}

/// Opens the store and the vault; starts nothing.
pub async fn open() -> Result<Engine, Problem> {
    let variables = variables::of_process();
    let data_dir = data_dir::choose(&variables)?;
    logs::start("penstock", &data_dir, &variables);
    std::panic::set_hook(Box::new(|panic| {
        let place = logs::panicked(panic);
        eprintln!(
            "Problem: Penstock met a bug of its own at {place}.\n\
             To do:   Look into the logs folder, and start Penstock again."
        );
    }));
    let vault = vault::choose(variables)?;
    Engine::open(Options {
        data_dir,
        vault,
        clock: Arc::new(SystemClock),
    })
    .await
}
