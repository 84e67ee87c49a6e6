//! The app killed while it works: what it accepted is delivered.

use penstock_receiver::view::Fault;
use penstock_receiver::{Options, Receiver};
use std::collections::HashSet;

use crate::events::Intake;
use crate::providers::set_up;
use crate::surroundings::{Surroundings, wait_for};

const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_app_accepted_is_delivered_through_kills_and_refusals() {
    let receiver = Receiver::start(Options::default()).await;
    let receiver = receiver.expect("a receiver");
    let surroundings = Surroundings::new().await;
    let mut window = surroundings.open_app().await;
    let intake = Intake::connect(&window).await;
    window.go_to("Streams").await;
    window.click("Create your first stream").await;
    let url = format!("{}/custom", receiver.base_url());
    set_up(&window, "Custom", &[(String::from("url"), url)]).await;
    window.see("accepted the sample log entry").await;
    window.click("Create stream").await;
    window.see("is live").await;

    receiver.set_fault(Fault::Status {
        status: 503,
        retry_after: None,
        percent: 20,
    });
    let mut accepted = Vec::new();
    for round in 0..KILLS {
        let arrived = receiver.progress().events;
        let posting = tokio::spawn(intake.clone().post_while_it_listens(round));
        receiver.wait_for_events(arrived + 500).await;
        surroundings.kill_app(window).await;
        accepted.extend(posting.await.expect("the sender goes on until then"));
        window = surroundings.open_app().await;
        window.go_to("Sources").await;
        window.see("Listening").await;
    }
    receiver.set_fault(Fault::None);
    assert!(accepted.len() >= 500 * KILLS, "{}", accepted.len());
    wait_for("every accepted event", async || {
        let taken = receiver.events();
        let arrived: HashSet<&str> = taken.iter().map(|event| event.id.as_str()).collect();
        accepted.iter().all(|id| arrived.contains(id.as_str()))
    })
    .await;
    window.kill().await;
}
