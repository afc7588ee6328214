//! `vitascope info`: what a file holds.

mod h264;

use serde_json::{Value as Json, json};
use vitascope::container::{ContainerKind, MediaInfo, TrackInfo, probe};
use vitascope::core::{ColorInfo, FourCc, PixelAspectRatio, Time};

use crate::arguments::Info;
use crate::failure::Failure;
use crate::output::{self, print, print_json, table};
use h264::StreamFacts;

/// Runs the subcommand.
pub(crate) fn run(arguments: &Info) -> Result<(), Failure> {
    let name = arguments.file.display().to_string();
    let info = probe(&arguments.file).map_err(|error| named(&name, &error.to_string()))?;
    let tracks: Vec<Track> = info.tracks.iter().map(Track::new).collect();
    if arguments.json {
        print_json(&json!({
            "file": name,
            "container": container_name(info.container),
            "bytes": info.bytes,
            "duration": info.duration.map(seconds),
            "tracks": tracks.iter().map(Track::json).collect::<Vec<_>>(),
        }))
    } else {
        print(&text(&name, &info, &tracks))
    }
}

/// Errors of the container carry the file's name when the system refused it; otherwise it is put in front.
fn named(name: &str, error: &str) -> Failure {
    if error.contains(name) { Failure::Failed(error.to_string()) } else { Failure::failed(name, error) }
}

/// What the container says of a track, completed by what the codec says.
struct Track<'a> {
    info: &'a TrackInfo,
    codec: Option<StreamFacts>,
}

impl<'a> Track<'a> {
    fn new(info: &'a TrackInfo) -> Self {
        Track { info, codec: h264::facts(info) }
    }

    fn size(&self) -> Option<(u32, u32)> {
        self.info.size.or_else(|| self.codec.as_ref().map(|facts| facts.size))
    }

    fn pixel_aspect(&self) -> Option<PixelAspectRatio> {
        self.info.pixel_aspect.or_else(|| self.codec.as_ref().and_then(|facts| facts.pixel_aspect))
    }

    fn color(&self) -> Option<ColorInfo> {
        self.info.color.or_else(|| self.codec.as_ref().and_then(|facts| facts.color))
    }

    fn full_range(&self) -> Option<bool> {
        self.info.full_range.or_else(|| self.codec.as_ref().and_then(|facts| facts.full_range))
    }

    fn frames_per_second(&self) -> Option<f64> {
        let duration = seconds(self.info.duration?);
        (duration > 0.0).then(|| self.info.frame_count as f64 / duration)
    }

    fn bits_per_second(&self) -> Option<f64> {
        let duration = seconds(self.info.duration?);
        (duration > 0.0).then(|| self.info.bytes as f64 * 8.0 / duration)
    }

    fn json(&self) -> Json {
        let color = self.color();
        let ratio = |ratio: PixelAspectRatio| json!([ratio.horizontal_spacing, ratio.vertical_spacing]);
        json!({
            "media_type": code(self.info.media_type),
            "codec": code(self.info.codec),
            "width": self.size().map(|(width, _)| width),
            "height": self.size().map(|(_, height)| height),
            "profile": self.codec.as_ref().map(|facts| facts.profile.clone()),
            "level": self.codec.as_ref().map(|facts| facts.level.clone()),
            "pixel_aspect": self.pixel_aspect().map(ratio),
            "clean_aperture": self.info.clean_aperture.map(|aperture| json!({
                "width": aperture.width,
                "height": aperture.height,
                "horizontal_offset": aperture.horizontal_offset,
                "vertical_offset": aperture.vertical_offset,
            })),
            "color_primaries": color.and_then(|color| color.primaries).map(|value| value.string()),
            "transfer_function": color.and_then(|color| color.transfer).map(|value| value.string()),
            "ycbcr_matrix": color.and_then(|color| color.matrix).map(|value| value.string()),
            "full_range": self.full_range(),
            "frames": self.info.frame_count,
            "key_frames": self.info.key_frame_count,
            "start": self.info.start.map(seconds),
            "duration": self.info.duration.map(seconds),
            "frames_per_second": self.frames_per_second(),
            "bytes": self.info.bytes,
            "bits_per_second": self.bits_per_second(),
            "damage": self.info.damage.as_ref().map(ToString::to_string),
        })
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                rows.push(vec![format!("  {name}"), value]);
            }
        };
        let profile =
            self.codec.as_ref().map(|facts| format!(", {} profile, level {}", facts.profile, facts.level));
        add("codec", Some(format!("{}{}", code(self.info.codec), profile.unwrap_or_default())));
        add("size", self.size().map(|(width, height)| format!("{width}x{height}")));
        add(
            "pixel aspect",
            self.pixel_aspect()
                .map(|ratio| format!("{}:{}", ratio.horizontal_spacing, ratio.vertical_spacing)),
        );
        add("clean aperture", self.info.clean_aperture.map(|a| format!("{}x{}", a.width, a.height)));
        add("colour", self.color_text());
        add("range", self.full_range().map(|full| if full { "full" } else { "video" }.to_string()));
        let keys = self.info.key_frame_count;
        add("frames", Some(format!("{} ({keys} key)", self.info.frame_count)));
        add("start", self.info.start.map(|start| format!("{:.3} s", seconds(start))));
        add("duration", self.info.duration.map(|duration| format!("{:.3} s", seconds(duration))));
        add("frame rate", self.frames_per_second().map(|rate| format!("{rate:.3} fps")));
        add("bit rate", self.bits_per_second().map(|rate| format!("{:.1} kbit/s", rate / 1000.0)));
        add("damage", self.info.damage.as_ref().map(ToString::to_string));
        rows
    }

    fn color_text(&self) -> Option<String> {
        let color = self.color()?;
        let unknown = || "?".to_string();
        let primaries = color.primaries.map_or_else(unknown, |value| value.string().to_string());
        let transfer = color.transfer.map_or_else(unknown, |value| value.string().to_string());
        let matrix = color.matrix.map_or_else(unknown, |value| value.string().to_string());
        Some(format!("primaries {primaries}, transfer {transfer}, matrix {matrix}"))
    }
}

fn text(name: &str, info: &MediaInfo, tracks: &[Track<'_>]) -> String {
    let mut text = format!("{name}: {}, {} bytes", container_name(info.container), info.bytes);
    if let Some(duration) = info.duration {
        text.push_str(&format!(", {:.3} s", seconds(duration)));
    }
    text.push('\n');
    for (index, track) in tracks.iter().enumerate() {
        let mut rows = vec![output::row(&[&format!("track {}", index + 1), &code(track.info.media_type)])];
        rows.extend(track.rows());
        text.push_str(&table(&rows));
    }
    text
}

fn container_name(kind: ContainerKind) -> &'static str {
    match kind {
        ContainerKind::Y4m => "y4m",
        ContainerKind::Mp4 => "mp4",
        ContainerKind::QuickTime => "mov",
        ContainerKind::AnnexB => "h264",
        _ => "other",
    }
}

fn code(code: FourCc) -> String {
    code.to_string().trim_matches('\'').to_string()
}

fn seconds(time: Time) -> f64 {
    time.seconds()
}
