//! The stream list and a stream's page.

use penstock_engine::clock;
use penstock_engine::engine::ReplayFrom;
use penstock_engine::problem::Problem;
use penstock_engine::provider::{self, About};
use penstock_engine::view::{
    AttemptDetail, AttemptView, Range, StatusView, StreamDraft, StreamView, Throughput,
};

use crate::Answer;

commands! {
    fn providers(_desktop) -> Vec<About> {
        Ok(provider::abouts().to_vec())
    }

    fn status(desktop) -> StatusView {
        desktop.engine().await?.status().await
    }

    fn stream(desktop, key: String) -> StreamView {
        desktop.engine().await?.stream(&key).await
    }

    fn create_stream(desktop, draft: StreamDraft, verified: bool, paused: bool) -> StreamView {
        desktop.engine().await?.create_stream(draft, verified, paused).await
    }

    fn update_stream(desktop, draft: StreamDraft, verified: bool) -> StreamView {
        desktop.engine().await?.update_stream(draft, verified).await
    }

    fn delete_stream(desktop, key: String) -> () {
        desktop.engine().await?.delete_stream(&key).await
    }

    fn pause_stream(desktop, key: String) -> StreamView {
        desktop.engine().await?.pause_stream(&key).await
    }

    fn resume_stream(desktop, key: String) -> StreamView {
        desktop.engine().await?.resume_stream(&key).await
    }

    fn retry_stream(desktop, key: String) -> StreamView {
        desktop.engine().await?.retry_stream(&key).await
    }

    fn replay_stream(desktop, key: String, from_seq: Option<u64>, from_time: Option<String>) -> StreamView {
        let from = replay_from(from_seq, from_time)?;
        desktop.engine().await?.replay_stream(&key, from).await
    }

    fn throughput(desktop, key: String, range: Range) -> Throughput {
        desktop.engine().await?.throughput(&key, range).await
    }

    fn attempts(desktop, key: Option<String>, before: Option<i64>, limit: u32) -> Vec<AttemptView> {
        desktop.engine().await?.attempts(key.as_deref(), before, limit).await
    }

    fn attempt(desktop, id: i64) -> AttemptDetail {
        desktop.engine().await?.attempt(id).await
    }
}

fn replay_from(seq: Option<u64>, time: Option<String>) -> Answer<ReplayFrom> {
    let time = time.as_deref().and_then(clock::parse_rfc3339);
    seq.map(ReplayFrom::Seq).or(time.map(ReplayFrom::Time)).ok_or_else(|| {
        Problem::new("replay-start", "The replay has no start.")
            .next("Choose the event or the time to start from.")
    })
}
