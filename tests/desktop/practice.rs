//! The whole way for somebody who has no account anywhere.

use crate::events::{self, Intake};
use crate::surroundings::Surroundings;

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_sees_events_arrive_at_the_practice_receiver() {
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window.click("Try it with the practice receiver").await;
    window.see("accepted the sample log entry").await;
    window.click("Create stream").await;
    window.see("is live").await;
    window.see("Waiting for the first real event").await;
    window.picture("created").await;

    window.click("View stream").await;
    let intake = Intake::reveal(&window).await;
    intake.post(&events::some()).await;
    window.go_to("Practice receiver").await;
    window.see("21 events taken").await;
    window.picture("practice").await;

    surroundings.end_app(window).await;
    let window = surroundings.open_app().await;
    window.go_to("Sources").await;
    window.see("Listening").await;
    intake.post(&events::some()).await;
    window.go_to("Practice receiver").await;
    window.see("20 events taken").await;
    window.kill().await;
}
