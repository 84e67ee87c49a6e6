//! Where audit events come from.

use penstock_engine::view::{SourceCreated, SourceDraft, SourceView};

use crate::curl;

commands! {
    fn create_source(desktop, draft: SourceDraft) -> SourceCreated {
        desktop.engine().await?.create_source(draft).await
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

    fn rotate_token(desktop, key: String) -> String {
        let token = desktop.engine().await?.rotate_token(&key).await?;
        Ok(token.expose().to_owned())
    }

    /// Puts a ready `curl` line with the real token on the clipboard; the token never reaches the page.
    fn copy_curl(desktop, key: String) -> () {
        let engine = desktop.engine().await?;
        let line = curl::line(&engine.source(&key).await?, &engine.reveal_token(&key).await?);
        desktop.clipboard.copy(line).await
    }
}
