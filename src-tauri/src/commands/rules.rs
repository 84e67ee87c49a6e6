//! Filters and redaction: what can be chosen, trying them, saving them.

use penstock_engine::engine;
use penstock_engine::filter::Filter;
use penstock_engine::redaction::Redaction;
use penstock_engine::view::{FilterChoices, Preview, PreviewAsk, StreamView};

commands! {
    fn filter_choices(_desktop) -> FilterChoices {
        Ok(engine::filter_choices())
    }

    /// What passes of the journal's newest events, and how it would leave. Wrong rules are in the answer.
    fn preview_filter(desktop, ask: PreviewAsk) -> Preview {
        desktop.engine().await?.preview(ask).await
    }

    fn set_filter(desktop, key: String, filter: Filter) -> StreamView {
        desktop.engine().await?.set_filter(&key, filter).await
    }

    fn set_redaction(desktop, key: String, redaction: Redaction) -> StreamView {
        desktop.engine().await?.set_redaction(&key, redaction).await
    }

    /// From then on hashes are others than before.
    fn new_redaction_key(desktop, key: String) -> StreamView {
        desktop.engine().await?.new_redaction_key(&key).await
    }
}
