//! The wizard's form and its Verify, and samples sent later.

use penstock_engine::view::{DraftCheck, StreamDraft, VerifyReport};

commands! {
    fn check_draft(desktop, draft: StreamDraft) -> DraftCheck {
        desktop.engine().await?.check_draft(draft).await
    }

    fn verify(desktop, run: String, draft: StreamDraft, sample: Option<String>) -> VerifyReport {
        let engine = desktop.engine().await?;
        desktop.runs.follow(&run, |stages| engine.verify(draft, sample, stages)).await
    }

    fn send_sample(desktop, run: String, key: String, sample: Option<String>) -> VerifyReport {
        let engine = desktop.engine().await?;
        desktop.runs.follow(&run, |stages| engine.send_sample(&key, sample, stages)).await
    }

    fn cancel_verify(desktop, run: String) -> () {
        desktop.runs.cancel(&run);
        Ok(())
    }
}
