//! What is said of an image that was made: its name by digest, which is what the next command wants.

use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::export::Exported;
use crate::export::oci::{Destined, Image, Pushed};
use crate::report::{Audience, Event, ExportEvent, data};
use serde_json::{Value, json};
use std::path::Path;

/// What is said.
pub(super) struct Answer {
    name: String,
    event: ExportEvent,
    document: Value,
}

/// Of an image that was written into a folder.
pub(super) fn of_folder(exported: &Exported, image: &Image, folder: &Path) -> Answer {
    let folder = folder.display().to_string();
    let document = document(exported, image, json!({ "folder": folder }));
    let event = ExportEvent::ImageWritten {
        app: exported.app().to_string(),
        release: exported.record.release.to_string(),
        process: image.process.clone(),
        folder,
        bytes: image.size(),
    };
    Answer { name: image.top.digest.to_string(), event, document }
}

/// Of an image that was pushed.
pub(super) fn of_registry(exported: &Exported, image: &Image, to: Destined<'_>, pushed: Pushed) -> Answer {
    let tagged = image.tagged(to.name, to.tag).whole();
    let name = format!("{}/{}@{}", to.name.registry(), to.name.repository(), image.top.digest);
    let Pushed { uploaded, bytes, standing } = pushed;
    let more = json!({
        "image": name, "tagged": tagged, "uploaded": uploaded, "uploaded_bytes": bytes, "standing": standing,
    });
    let event = ExportEvent::ImagePushed {
        app: exported.app().to_string(),
        release: exported.record.release.to_string(),
        process: image.process.clone(),
        image: tagged,
        uploaded,
        bytes,
        standing,
    };
    Answer { document: document(exported, image, more), name, event }
}

impl Answer {
    /// Gives it.
    pub(super) fn give(self, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
        match surroundings.reporter.audience() {
            Audience::Json => data::document(&self.document)?,
            Audience::Human => {
                surroundings.reporter.tell(&Event::Export(self.event));
                data::text(&format!("{}\n", self.name))?;
            }
        }
        Ok(ExitCode::Done)
    }
}

fn document(exported: &Exported, image: &Image, more: Value) -> Value {
    let platforms = image.platforms.iter().map(|one| {
        let platform = one.platform.as_ref().map(ToString::to_string);
        json!({ "platform": platform, "digest": one.digest })
    });
    let mut document = json!({
        "format": 1,
        "app": exported.app(),
        "release": exported.record.release,
        "process": image.process,
        "digest": image.top.digest,
        "platforms": platforms.collect::<Vec<_>>(),
    });
    if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more);
    }
    document
}
