//! The process's environment variables, as a host passes them in.
//!
//! The engine reads none by itself: tests pass their own, and a host may leave some out.

use std::ffi::OsString;
use std::sync::Arc;

/// Looks up a variable, at each call.
pub type Variables = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// Those this process was started with.
pub fn of_process() -> Variables {
    Arc::new(|name| std::env::var_os(name))
}
