//! Measures the window as a person meets it: how long it takes to be of use, beside a bare window
//! of the same kind, and whether a list of 1,000 streams keeps up while it is scrolled and changes.
//! `cargo xtask bench window` builds all of it and prints a table in Markdown.
//!
//! The page says by a mark when what it drew was on the screen; a program's start is the
//! kernel's word. Both windows are driven in the same way, in turn, on a display of their own.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with the tests")]
mod surroundings;
#[allow(dead_code, reason = "shared with the tests")]
mod webdriver;
#[allow(dead_code, reason = "shared with the tests")]
mod window;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options};
use penstock_engine::vault::memory::Memory;
use penstock_engine::view::{SourceCreated, SourceDraft, StreamDraft};
use penstock_receiver::{Keep, Receiver};
use serde_json::{Value, json};

use crate::surroundings::{Surroundings, app, wait_for};
use crate::window::Window;

const STARTS: usize = 10;
/// As many as somebody has, and as many as anybody might.
const SOME: usize = 10;
const MANY: usize = 1_000;
/// How long the list is scrolled, and how often an event comes that every stream delivers.
const SCROLLED: Duration = Duration::from_secs(20);
const EVENT_EVERY: Duration = Duration::from_secs(1);
/// A picture that took longer came at least one frame late.
const LATE_MS: f64 = 25.0;

#[tokio::main]
async fn main() {
    println!("| what | measured |\n| --- | --- |");
    let bare = app().with_file_name("bare-window");
    let plain = Surroundings::to_measure().await;
    let some = Filled::new(SOME).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first of each finds cold caches, and does not count.
    for round in 0..=STARTS {
        let figures = (
            ready(&some.surroundings, &app()).await,
            ready(&plain, &bare).await,
        );
        if round > 0 {
            ours.push(figures.0);
            theirs.push(figures.1);
        }
    }
    let ratio = median(&ours) / median(&theirs);
    println!(
        "| window with {SOME} streams, from its start to its list painted | {}, {ratio:.2} times a bare one |",
        spread(&ours)
    );
    println!("| bare window, to its page painted | {} |", spread(&theirs));
    drop((plain, some));

    let many = Filled::new(MANY).await;
    let window = many.surroundings.open_app().await;
    let painted = painted(&window).await;
    println!(
        "| list of {MANY} streams, from the page having its data to painted | {:.0} ms |",
        painted.list
    );
    println!(
        "| scrolling it, nothing changes | {} |",
        scroll(&window).await
    );
    let before = many.receiver.progress().events;
    let events = tokio::spawn(many.post_each_second());
    println!(
        "| scrolling it, every stream changes each second | {} |",
        scroll(&window).await
    );
    events.abort();
    let delivered = many.receiver.progress().events - before;
    println!("| events delivered meanwhile | {delivered} |");
    window.kill().await;
    let window = many.surroundings.open(&bare).await;
    window.run(PLAIN_LIST).await;
    println!(
        "| scrolling {MANY} plain lines in a bare window | {} |",
        scroll(&window).await
    );
    window.kill().await;
}

/// What any list costs here: the display has no graphics card.
const PLAIN_LIST: &str = "
    document.body.innerHTML = '<div style=\"position: fixed; inset: 60px 8px 8px 220px; overflow: auto\">'
      + '<div role=\"grid\">' + '<p style=\"height: 50px; margin: 0\">A line</p>'.repeat(1000) + '</div></div>'";

/// A data folder with streams that deliver.
struct Filled {
    surroundings: Surroundings,
    intake: SourceCreated,
    receiver: Receiver,
}

impl Filled {
    async fn new(streams: usize) -> Self {
        let surroundings = Surroundings::to_measure().await;
        let receiver = Receiver::start(penstock_receiver::Options {
            keep: Keep::CountOnly,
            ..penstock_receiver::Options::default()
        });
        let receiver = receiver.await.expect("the receiver starts");
        let engine = Engine::open(Options {
            data_dir: surroundings.data_dir.clone(),
            vault: Arc::new(Memory::default()),
            clock: Arc::new(SystemClock),
        });
        let engine = engine.await.expect("the store is made");
        let intake = draft::<SourceDraft>(json!({
            "kind": "http_intake", "name": "Intake",
            "details": { "listen": format!("127.0.0.1:{}", surroundings::free_port()) },
        }));
        let intake = engine.create_source(intake).await;
        for number in 0..streams {
            let stream = draft::<StreamDraft>(json!({
                "provider": "custom", "name": format!("Stream {number}"),
                "details": { "url": format!("{}/custom", receiver.base_url()), "format": "ndjson" },
            }));
            let made = engine.create_stream(stream, true, false).await;
            made.expect("a stream is made");
        }
        engine.stop().await;
        Self {
            surroundings,
            intake: intake.expect("an intake is made"),
            receiver,
        }
    }

    /// One event at a time, each for all streams.
    fn post_each_second(&self) -> impl Future<Output = ()> + use<> {
        let url = self.intake.url.clone().expect("an intake has an address");
        let token = self.intake.token.clone().expect("and a token");
        // Kept as long as events come.
        let receiver = self.receiver.base_url();
        async move {
            let client = reqwest::Client::builder().no_proxy().build();
            let client = client.expect("a client");
            let mut pace = tokio::time::interval(EVENT_EVERY);
            for number in 0.. {
                pace.tick().await;
                let event = json!({ "id": number, "eventType": "get-secrets", "to": receiver });
                let posted = client
                    .post(&url)
                    .bearer_auth(&token)
                    .body(event.to_string());
                let answer = posted.send().await.expect("the intake answers");
                assert!(answer.status().is_success(), "{}", answer.status());
            }
        }
    }
}

fn draft<T: serde::de::DeserializeOwned>(draft: Value) -> T {
    serde_json::from_value(draft).expect("a draft")
}

/// Milliseconds from a program's start to its page painted.
async fn ready(surroundings: &Surroundings, program: &Path) -> f64 {
    let window = surroundings.open(program).await;
    let painted = painted(&window).await;
    let started = started(program);
    window.kill().await;
    // The driver takes no new session while it is rid of the last.
    wait_for("the window to be gone", async || {
        processes_of(program).is_empty()
    })
    .await;
    painted.at - started
}

fn processes_of(program: &Path) -> Vec<u32> {
    let runs = |process: &u32| {
        std::fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|exe| exe == program)
    };
    let mut processes = surroundings::processes();
    processes.retain(runs);
    processes
}

struct Painted {
    /// Milliseconds since the epoch.
    at: f64,
    /// Since the page had its data.
    list: f64,
}

async fn painted(window: &Window) -> Painted {
    let marks = "const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? null;
                 return [performance.timeOrigin, at('data'), at('painted')]";
    let mut seen = Value::Null;
    wait_for("the page to be painted", async || {
        seen = window.run(marks).await;
        seen[2].is_number()
    })
    .await;
    let number = |at: usize| seen[at].as_f64().unwrap_or_default();
    Painted {
        at: number(0) + number(2),
        list: number(2) - number(1),
    }
}

/// When the newest process of a program started, in milliseconds since the epoch.
fn started(program: &Path) -> f64 {
    /// The kernel's unit, which never changes for programs.
    const TICKS_A_SECOND: f64 = 100.0;
    let uptime = std::fs::read_to_string("/proc/uptime").expect("the kernel tells");
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("after 1970").as_secs_f64();
    let uptime: f64 = uptime
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a number of seconds");
    let since_boot = processes_of(program)
        .into_iter()
        .filter_map(|process| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            let (_, after_name) = stat.rsplit_once(") ")?;
            after_name.split(' ').nth(19)?.parse::<f64>().ok()
        })
        .fold(f64::NAN, f64::max);
    (now - uptime + since_boot / TICKS_A_SECOND) * 1000.0
}

/// Scrolls the list up and down, a little each frame, and says how the frames came.
async fn scroll(window: &Window) -> String {
    window
        .run(
            "const list = document.querySelector('[role=grid]').parentElement;
             window.frames = [];
             let step = 37;
             const frame = (now) => {
               window.frames.push(now);
               if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) step = -37;
               else if (list.scrollTop <= 0) step = 37;
               list.scrollTop += step;
               window.scrolling = requestAnimationFrame(frame);
             };
             window.scrolling = requestAnimationFrame(frame);",
        )
        .await;
    // A span to measure over, not a state to wait for.
    tokio::time::sleep(SCROLLED).await;
    let frames = window
        .run("cancelAnimationFrame(window.scrolling); return window.frames")
        .await;
    let frames: Vec<f64> = serde_json::from_value(frames).expect("a list of times");
    let mut took: Vec<f64> = frames.windows(2).map(|pair| pair[1] - pair[0]).collect();
    took.sort_by(f64::total_cmp);
    let late = took.iter().filter(|took| **took > LATE_MS).count();
    format!(
        "{} frames, {late} of them late, median {:.1} ms, longest {:.0} ms",
        took.len(),
        median(&took),
        took.last().copied().unwrap_or_default()
    )
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn spread(figures: &[f64]) -> String {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let most = figures.iter().copied().fold(0.0, f64::max);
    format!("median {:.0} ms ({least:.0} to {most:.0})", median(figures))
}
