//! `vitascope encoders`: the table of encoders.

use serde_json::Value as Json;
use vitascope::session::CodecRegistry;

use crate::arguments::Encoders;
use crate::codec::fourcc;
use crate::failure::Failure;
use crate::output::{print, print_json, table};
use crate::{json, output};

/// Runs the subcommand.
pub(crate) fn run(arguments: &Encoders) -> Result<(), Failure> {
    let registry = CodecRegistry::standard();
    if arguments.json {
        return print_json(&list(&registry));
    }
    let mut rows = vec![output::row(&["codec", "name", "encoder", "sizes", "pixel formats"])];
    for entry in registry.entries() {
        let formats: Vec<String> = entry
            .pixel_formats
            .iter()
            .map(|format| format.to_string().trim_matches('\'').to_string())
            .collect();
        rows.push(vec![
            fourcc(entry),
            entry.codec_name.into(),
            entry.encoder_id.into(),
            entry.sizes.to_string(),
            formats.join(" "),
        ]);
    }
    print(&table(&rows))
}

/// The platform's list, with four-character codes as text.
fn list(registry: &CodecRegistry) -> Json {
    let mut list: Vec<Json> = registry.encoder_list().iter().map(json::dictionary).collect();
    for (object, entry) in list.iter_mut().zip(registry.entries()) {
        object["CodecType"] = fourcc(entry).into();
        object["Sizes"] = entry.sizes.to_string().into();
    }
    list.into()
}
