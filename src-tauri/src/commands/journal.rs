//! What the journal may take.

use penstock_engine::view::{JournalBounds, JournalView};

commands! {
    /// What is absent stays as it is; a limit of 0 takes it away.
    fn set_journal_bounds(desktop, bounds: JournalBounds) -> JournalView {
        desktop.engine().await?.set_journal_bounds(bounds).await
    }
}
