//! `--codec`: encoders by name.

use std::sync::Arc;

use vitascope::session::{CodecRegistry, EncoderEntry};

use crate::failure::Failure;

/// The preferred encoder of a codec, by four-character code or by name: `avc1`, `h264` and `H.264` are the same.
pub(crate) fn find(name: &str) -> Result<Arc<EncoderEntry>, Failure> {
    let registry = CodecRegistry::standard();
    let wanted = plain(name);
    let found =
        registry.entries().iter().find(|entry| fourcc(entry) == name || plain(entry.codec_name) == wanted);
    found.cloned().ok_or_else(|| {
        let known: Vec<String> = registry
            .entries()
            .iter()
            .map(|entry| format!("{} ({})", plain(entry.codec_name), fourcc(entry)))
            .collect();
        Failure::Usage(format!("no encoder for codec '{name}'; there is {}", known.join(", ")))
    })
}

/// The four-character code without quotes.
pub(crate) fn fourcc(entry: &EncoderEntry) -> String {
    entry.codec_type.to_string().trim_matches('\'').to_string()
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h264_goes_by_several_names() {
        for name in ["h264", "H.264", "avc1"] {
            assert_eq!(fourcc(&find(name).expect("there is an H.264 encoder")), "avc1");
        }
        assert!(matches!(find("theora"), Err(Failure::Usage(_))));
    }
}
