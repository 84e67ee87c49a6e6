//! The practice receiver's page.

use penstock_receiver::view::{Fault, PracticeView};

commands! {
    fn practice(desktop) -> PracticeView {
        Ok(desktop.practice.view().await)
    }

    fn start_practice(desktop) -> PracticeView {
        desktop.practice.start(&desktop.engine().await?).await
    }

    fn stop_practice(desktop) -> PracticeView {
        desktop.practice.stop(&desktop.engine().await?).await
    }

    fn set_practice_fault(desktop, fault: Fault) -> PracticeView {
        Ok(desktop.practice.set_fault(fault).await)
    }

    fn clear_practice(desktop) -> PracticeView {
        Ok(desktop.practice.clear().await)
    }
}
