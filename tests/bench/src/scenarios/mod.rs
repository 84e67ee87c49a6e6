//! What is measured.

mod endurance;
mod neighbours;
mod rules;
mod speed;

use penstock_receiver::{Keep, Options, Receiver};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What was measured, and the figure.
type Figures = Vec<(String, String)>;
type Scenario = fn() -> Pin<Box<dyn Future<Output = Figures>>>;

/// Measured where nothing else is asked for.
pub const USUAL: &[(&str, Scenario)] = &[
    ("throughput", || Box::pin(speed::throughput())),
    ("throughput-tls", || Box::pin(speed::throughput_over_tls())),
    ("latency", || Box::pin(speed::latency())),
    ("backlog", || Box::pin(endurance::backlog())),
    ("fan-out", || Box::pin(speed::fan_out())),
    ("idle", || Box::pin(speed::idle())),
    ("rules", || Box::pin(rules::rules())),
    ("neighbours", || Box::pin(neighbours::neighbours())),
];

/// Measured only where asked for by name: these take many minutes and gigabytes.
pub const LONG: &[(&str, Scenario)] = &[
    ("week", || Box::pin(endurance::week())),
    ("day", || Box::pin(endurance::day())),
];

async fn receiver() -> Receiver {
    let options = Options {
        keep: Keep::CountOnly,
        ..Options::default()
    };
    Receiver::start(options).await.expect("the receiver starts")
}

fn custom(receiver: &Receiver) -> String {
    format!("{}/custom", receiver.base_url())
}

/// How many events a long scenario takes.
fn events(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

fn rate(events: usize, elapsed: Duration) -> u64 {
    (events as f64 / elapsed.as_secs_f64()) as u64
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
