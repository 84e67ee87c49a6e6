//! Events that a provider refused one by one.

use penstock_engine::view::SetAsideView;

use crate::dialog;

commands! {
    fn set_aside(desktop, key: String, after: Option<u64>, limit: u32) -> Vec<SetAsideView> {
        desktop.engine().await?.set_aside(&key, after, limit).await
    }

    fn replay_set_aside(desktop, key: String, seqs: Option<Vec<u64>>) -> u64 {
        desktop.engine().await?.replay_set_aside(&key, seqs).await
    }

    fn discard_set_aside(desktop, key: String, seqs: Option<Vec<u64>>) -> u64 {
        desktop.engine().await?.discard_set_aside(&key, seqs).await
    }

    /// Asks for a file with the system's dialog; `null` where the person cancelled.
    fn export_set_aside(desktop, key: String) -> Option<u64> {
        let engine = desktop.engine().await?;
        let name = format!("{}-failed-events.ndjson", engine.stream(&key).await?.name);
        let Some(path) = dialog::ask_where_to_save(&desktop.app, &name).await? else {
            return Ok(None);
        };
        engine.export_set_aside(&key, path).await.map(Some)
    }
}
