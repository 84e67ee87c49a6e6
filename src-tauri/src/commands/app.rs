//! The app as a whole, and its settings.

use penstock_engine::view::AppView;

use crate::theme;

commands! {
    fn app(desktop) -> AppView {
        Ok(desktop.view().await)
    }

    /// Tries again to open the store, after what kept it shut was mended.
    fn reopen(desktop) -> AppView {
        Ok(desktop.reopen().await)
    }

    fn setting(desktop, key: String) -> Option<String> {
        desktop.engine().await?.setting(&key).await
    }

    fn set_setting(desktop, key: String, value: String) -> () {
        desktop.engine().await?.set_setting(&key, &value).await?;
        theme::changed(&desktop.app, &key, &value);
        Ok(())
    }
}
