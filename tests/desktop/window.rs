//! The window as a person meets it: by what is written on it.

use std::path::Path;

use serde_json::Value;

use crate::surroundings::{comes_about, target, wait_for};
use crate::webdriver::{Element, Session};

pub struct Window(Session);

/// Notes what goes wrong in the page without a word to the person: errors that nobody catches,
/// and what the content security policy refuses.
const NOTE_FAULTS: &str = "
    if (location.protocol !== 'tauri:') return false;
    window.faults = [];
    const note = (fault) => window.faults.push(String(fault));
    addEventListener('error', (event) => note(event.message));
    addEventListener('unhandledrejection', (event) => note(JSON.stringify(event.reason)));
    document.addEventListener('securitypolicyviolation', (event) =>
      note(`${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`));
    return true;
";

impl Window {
    /// Starts the app and waits for its page.
    pub async fn open(driver_url: &str, app: &Path) -> Self {
        let session = Session::start(driver_url, app).await;
        let window = Self(session.expect("the window opens"));
        // Till then the driver may refuse, or answer for the empty page before it.
        wait_for("the app's own page", async || {
            let noted = window.0.run(NOTE_FAULTS).await;
            noted.is_ok_and(|noted| noted == Value::Bool(true))
        })
        .await;
        window
    }

    /// Kills the app, as a crash would. Nothing must have gone wrong in the page till now.
    pub async fn kill(self) {
        let faults = self.run("return window.faults").await;
        assert_eq!(faults, Value::Array(Vec::new()), "faults of the page");
        self.0.end().await.expect("the app ends");
    }

    /// Leaves behind a session whose app has ended.
    pub async fn forget(self) {
        // The driver may have noticed by itself.
        let _ = self.0.end().await;
    }

    /// Waits for a text to stand on the page.
    pub async fn see(&self, text: &str) {
        self.wait_for(
            text,
            &format!("//body//*[contains(normalize-space(.), {})]", quoted(text)),
        )
        .await;
    }

    /// Waits for a text to stand in the dialog that is open.
    pub async fn see_in_dialog(&self, text: &str) {
        let path = format!(
            "//*[@role='dialog']//*[contains(normalize-space(.), {})]",
            quoted(text)
        );
        self.wait_for(text, &path).await;
    }

    /// Waits for the page to be darker than its text.
    pub async fn see_dark(&self) {
        let background = "return getComputedStyle(document.body).backgroundColor";
        self.until("a dark page", async || {
            let colour = self.run(background).await;
            Some(()).filter(|()| is_dark(colour.as_str().unwrap_or_default()))
        })
        .await;
    }

    /// Goes to a page by the side bar.
    pub async fn go_to(&self, page: &str) {
        let path = format!(
            "//nav//a[starts-with(normalize-space(.), {})]",
            quoted(page)
        );
        self.until(page, async || {
            let link = self.0.find(&path).await.ok()?.pop()?;
            self.0.click(&link).await.ok()
        })
        .await;
    }

    /// Clicks the button, link, tab or option of this name, once it is there.
    pub async fn click(&self, name: &str) {
        let text = quoted(name);
        let path = format!(
            "//*[self::button or self::a or @role='menuitem' or @role='tab']\
             [@aria-label={text} or starts-with(normalize-space(.), {text})] | \
             //*[@role='radio'][.//*[normalize-space(.)={text}]]"
        );
        self.until(name, async || {
            // What lies in front comes last on the page; what it covers refuses the click.
            for element in self.0.find(&path).await.ok()?.iter().rev() {
                if self.0.click(element).await.is_ok() {
                    return Some(());
                }
            }
            None
        })
        .await;
    }

    /// Waits for the wizard to have led to what is wrong in its form, or else to its heading.
    pub async fn settled(&self) {
        let led = "const wrong = [...document.querySelectorAll('.wiz [aria-invalid=true]')];
                   const places = wrong.length > 0 ? wrong : [document.querySelector('.wiz h1')];
                   return places.some((place) => place?.contains(document.activeElement));";
        self.until("the wizard to settle", async || {
            (self.run(led).await == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Opens the row of a table that holds this text.
    pub async fn open_row(&self, text: &str) {
        let path = format!(
            "//tbody//tr[contains(normalize-space(.), {})]/td[2]",
            quoted(text)
        );
        self.until(text, async || {
            let row = self.0.find(&path).await.ok()?.pop()?;
            self.0.click(&row).await.ok()
        })
        .await;
    }

    /// Reads an element, once there is something to read.
    pub async fn text(&self, path: &str) -> String {
        self.until(path, async || {
            let element = self.0.find(path).await.ok()?.pop()?;
            let text = self.0.text(&element).await.ok()?;
            (!text.is_empty()).then_some(text)
        })
        .await
    }

    /// Replaces what stands in the field of this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let name = quoted(label);
        let labelled = format!("//label[starts-with(normalize-space(.), {name})]/@for");
        let path =
            format!("//*[self::input or self::textarea][@aria-label={name} or @id={labelled}]");
        self.write(&path, text).await;
    }

    /// Replaces what stands in the wizard's field for a setting of a provider.
    pub async fn fill_setting(&self, field: &str, text: &str) {
        self.write(&format!("//*[@id='field-{field}']"), text).await;
    }

    async fn write(&self, path: &str, text: &str) {
        let field = self.wait_for(path, path).await;
        self.0.clear(&field).await.expect("it can be cleared");
        self.0.send_keys(&field, text).await.expect("it takes keys");
    }

    /// The page as it stands, values of its fields included.
    pub async fn source(&self) -> String {
        let source = self.run("return document.documentElement.outerHTML").await;
        source.as_str().expect("a page is text").to_owned()
    }

    /// Notes every message from Rust from now on: each answer and each push goes through one of
    /// these callbacks.
    pub async fn overhear(&self) {
        self.run(
            "const callbacks = window.__TAURI_INTERNALS__.callbacks;
             window.heard = [];
             callbacks.get = (id) => {
               const callback = Map.prototype.get.call(callbacks, id);
               return callback && ((message) => {
                 window.heard.push(JSON.stringify(message));
                 return callback(message);
               });
             };",
        )
        .await;
    }

    /// What was overheard so far.
    pub async fn heard(&self) -> String {
        let heard = self.run("return window.heard.join('\\n')").await;
        heard.as_str().expect("messages are text").to_owned()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.0.run(script).await.expect("the script runs")
    }

    pub async fn resize(&self, width: u32, height: u32) {
        self.0
            .resize(width, height)
            .await
            .expect("the window can be resized");
        wait_for("the page to have the new size", async || {
            self.run("return [innerWidth, innerHeight]").await == serde_json::json!([width, height])
        })
        .await;
    }

    /// Leaves a picture in `target/screenshots`, once the screen has settled.
    pub async fn picture(&self, name: &str) {
        let mut picture = Vec::new();
        wait_for("the screen to settle", async || {
            let before =
                std::mem::replace(&mut picture, self.0.picture().await.expect("a picture"));
            picture == before
        })
        .await;
        self.keep(name, &picture);
    }

    fn keep(&self, name: &str, picture: &[u8]) {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
    }

    async fn wait_for(&self, what: &str, path: &str) -> Element {
        self.until(what, async || self.0.find(path).await.ok()?.pop())
            .await
    }

    /// Tries until it succeeds; shows the page where patience ends first.
    async fn until<T>(&self, what: &str, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
        let mut done = None;
        let came = comes_about(async || {
            done = attempt().await;
            done.is_some()
        });
        if !came.await {
            self.keep("in-vain", &self.0.picture().await.expect("a picture"));
            let text = self.run("return document.body.innerText").await;
            panic!("waited in vain for {what:?} on the page, which says: {text}");
        }
        done.expect("it came about")
    }
}

/// A text as XPath writes it.
fn quoted(text: &str) -> String {
    assert!(
        !text.contains('"'),
        "XPath has no escape for quotation marks"
    );
    format!("\"{text}\"")
}

/// Whether a colour as CSS computes it (`rgb(14, 18, 22)`, `oklch(0.2 …)`) is dark.
fn is_dark(colour: &str) -> bool {
    let numbers = colour.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let first = numbers
        .filter_map(|number| number.parse::<f64>().ok())
        .next();
    first.is_some_and(|first| {
        if colour.starts_with("rgb") {
            first < 64.0
        } else {
            first < 0.4
        }
    })
}
