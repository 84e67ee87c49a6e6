//! Making and changing streams.

use serde_json::json;

use crate::world::{World, draft};

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_stream_is_verified_only_where_the_change_was() {
    let world = World::start().await;
    let made = world.stream("Custom", json!({})).await;
    assert!(!made.verified);
    let change = |format: &str| {
        let url = format!("{}/custom", world.receiver.base_url());
        let mut draft = draft(
            "custom",
            "Custom",
            json!({ "url": url, "format": format }),
            json!({}),
        );
        draft.stream = Some(made.id.clone());
        draft
    };
    let update = |format, verified| world.engine.update_stream(change(format), verified);
    let proven = update("array", true).await.expect("it is changed");
    assert!(proven.verified, "the sample was accepted with this draft");
    let same = update("array", false).await.expect("it is changed");
    assert!(same.verified, "nothing changed that a sample could tell");
    let other = update("ndjson", false).await.expect("it is changed");
    assert!(!other.verified, "nobody tried these settings");
}
