//! Where audit events come from.

use penstock_engine::source::{self, SourceTest};
use penstock_engine::view::{SourceCheck, SourceCreated, SourceDraft, SourceView, UnreadableView};

use crate::curl;

commands! {
    fn source_kinds(_desktop) -> Vec<source::About> {
        Ok(source::abouts().to_vec())
    }

    fn check_source(desktop, draft: SourceDraft) -> SourceCheck {
        desktop.engine().await?.check_source_draft(draft).await
    }

    fn test_source_draft(desktop, draft: SourceDraft) -> SourceTest {
        desktop.engine().await?.test_source_draft(draft).await
    }

    fn test_source(desktop, key: String) -> SourceTest {
        desktop.engine().await?.test_source(&key).await
    }

    fn create_source(desktop, draft: SourceDraft) -> SourceCreated {
        desktop.engine().await?.create_source(draft).await
    }

    fn update_source(desktop, draft: SourceDraft) -> SourceView {
        desktop.engine().await?.update_source(draft).await
    }

    fn delete_source(desktop, key: String) -> () {
        desktop.engine().await?.delete_source(&key).await
    }

    fn pause_source(desktop, key: String) -> SourceView {
        desktop.engine().await?.pause_source(&key).await
    }

    fn resume_source(desktop, key: String) -> SourceView {
        desktop.engine().await?.resume_source(&key).await
    }

    fn reveal_token(desktop, key: String) -> String {
        let token = desktop.engine().await?.reveal_token(&key).await?;
        Ok(token.expose().to_owned())
    }

    fn rotate_token(desktop, key: String, overlap_seconds: u32) -> String {
        let overlap = i64::from(overlap_seconds) * 1000;
        let token = desktop.engine().await?.rotate_token(&key, overlap).await?;
        Ok(token.expose().to_owned())
    }

    /// Puts a ready `curl` line with the real token on the clipboard; the token never reaches the page.
    fn copy_curl(desktop, key: String) -> () {
        let engine = desktop.engine().await?;
        let line = curl::line(&engine.source(&key).await?, &engine.reveal_token(&key).await?);
        desktop.clipboard.copy(line).await
    }

    fn unreadable(desktop, key: String, before: Option<i64>, limit: u32) -> Vec<UnreadableView> {
        desktop.engine().await?.unreadable(&key, before, limit).await
    }

    fn discard_unreadable(desktop, key: String, id: i64) -> u64 {
        desktop.engine().await?.discard_unreadable(&key, id).await
    }
}
