//! How a report is read: by people at a terminal, by programs, by code hosts, in a browser.

mod document;
mod html;
mod human;
mod sarif;

pub use document::Document;
pub use html::page;
pub use human::human;
pub use sarif::sarif;
