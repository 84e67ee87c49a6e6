//! Settings take effect at once and stay.

use crate::surroundings::Surroundings;

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_theme_is_applied_and_still_there_the_next_time() {
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window.go_to("Settings").await;
    window.click("Dark").await;
    window.see_dark().await;
    surroundings.end_app(window).await;

    let window = surroundings.open_app().await;
    window.see_dark().await;
    window.picture("first-run-dark").await;
    window.go_to("Settings").await;
    window.picture("settings-dark").await;
    window.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journals_limits_are_kept_and_what_makes_no_sense_is_told_beside_them() {
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window.go_to("Settings").await;
    window.fill("Largest size", "20").await;
    window.click("Save limits").await;
    window.see("Write a size with its unit").await;
    window.fill("Largest size", "20 GB").await;
    window.fill("Delivered events are kept", "30").await;
    window.click("Save limits").await;
    window.see("The journal’s limits are saved").await;
    window.picture("settings-journal").await;
    surroundings.end_app(window).await;

    let window = surroundings.open_app().await;
    window.go_to("Settings").await;
    window.see("Largest size").await;
    let values = "return ['limit', 'keepDays'].map((it) =>
                    document.getElementById(`journal-${it}`).value)";
    let kept = window.run(values).await;
    assert_eq!(kept, serde_json::json!(["20 GB", "30"]));
    window.kill().await;
}
