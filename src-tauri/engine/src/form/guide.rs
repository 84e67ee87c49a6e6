//! A setup guide, as text beside a form.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A setup guide: numbered steps beside the form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Guide {
    /// One sentence on what is needed and how long it takes.
    pub intro: String,
    pub steps: Vec<GuideStep>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct GuideStep {
    pub title: String,
    /// Paragraphs of inline Markdown: `**bold**`, `` `code` `` and links only.
    pub body: Vec<String>,
    /// Fields this step gives the value of.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Texts worth copying.
    #[serde(default)]
    pub copy: Vec<CopyText>,
    #[serde(default)]
    pub links: Vec<Link>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct CopyText {
    pub label: String,
    pub text: String,
    /// Set where the text is also worth saving as a file of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub file_name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Link {
    pub label: String,
    pub url: String,
}
