//! What the page may ask: one file per screen's verbs.
//!
//! A command parses what came, calls the engine, and answers; a failed one rejects with a
//! [`Problem`]. [`listed`] is the one list of them: the handler is made from it, and a test holds
//! the permissions and the page's types to it.
//!
//! [`Problem`]: penstock_engine::problem::Problem

#[cfg(test)]
mod bindings;

/// A command as the page sees it.
#[cfg(test)]
pub struct Declared {
    pub name: &'static str,
    pub doc: Vec<&'static str>,
    /// Argument and TypeScript type.
    pub takes: Vec<(&'static str, String)>,
    /// TypeScript type.
    pub answers: String,
}

/// Declares commands: asynchronous, so that none ever blocks the window.
macro_rules! commands {
    ($(
        $(#[doc = $doc:literal])*
        fn $name:ident($desktop:ident $(, $argument:ident: $type:ty)*) -> $answer:ty $body:block
    )*) => {
        $(
            $(#[doc = $doc])*
            #[tauri::command(rename_all = "snake_case")]
            pub async fn $name(
                $desktop: tauri::State<'_, crate::desktop::Desktop>,
                $($argument: $type,)*
            ) -> crate::Answer<$answer> $body
        )*

        #[cfg(test)]
        pub fn declared(types: &ts_rs::Config) -> Vec<super::Declared> {
            use ts_rs::TS;
            vec![$(super::Declared {
                name: stringify!($name),
                doc: vec![$($doc),*],
                takes: vec![$((stringify!($argument), <$type>::name(types))),*],
                answers: <$answer>::name(types),
            }),*]
        }
    };
}

macro_rules! listed {
    ($($screen:ident: $($name:ident),+;)+) => {
        $(mod $screen;)+

        /// Calls the command that the page named.
        pub fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($($screen::$name),+),+]
        }

        /// Every screen's commands as declared, beside the names listed for it.
        #[cfg(test)]
        fn declared(types: &ts_rs::Config) -> Vec<(&'static [&'static str], Vec<Declared>)> {
            vec![$((&[$(stringify!($name)),+], $screen::declared(types))),+]
        }
    };
}

listed! {
    app: app, reopen, setting, set_setting;
    streams: providers, status, stream, create_stream, update_stream, delete_stream, pause_stream,
        resume_stream, retry_stream, replay_stream, throughput, attempts, attempt;
    verify: check_draft, verify, send_sample, cancel_verify;
    failed_events: set_aside, replay_set_aside, discard_set_aside, export_set_aside;
    rules: filter_choices, preview_filter, set_filter, set_redaction, new_redaction_key;
    live: events, event;
    sources: source_kinds, check_source, test_source_draft, test_source, create_source,
        update_source, delete_source, pause_source, resume_source, reveal_token, rotate_token,
        copy_curl, unreadable, discard_unreadable;
    journal: set_journal_bounds;
    system: copy_text, save_file, choose_file, open_link;
    practice: practice, start_practice, stop_practice, set_practice_fault, clear_practice;
}
