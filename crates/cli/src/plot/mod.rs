//! A picture of an encode: bits, quantiser and quality over time.

mod axis;
mod canvas;
mod png;
mod svg;

use std::path::Path;

use axis::Axis;
use canvas::{Anchor, Canvas, Color};

use crate::failure::Failure;

/// One coded frame, as far as a plot shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlotFrame {
    /// Presentation time in seconds.
    pub(crate) time: f64,
    pub(crate) bytes: u64,
    /// I, P or B.
    pub(crate) kind: char,
    pub(crate) key: bool,
    /// Mean quantiser.
    pub(crate) qp: Option<f64>,
    /// PSNR of luma in decibels; infinite when the frame is exact.
    pub(crate) psnr: Option<f64>,
}

/// The file formats of plots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlotFormat {
    Png,
    Svg,
}

impl PlotFormat {
    /// By the ending of a path.
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("png") => Ok(PlotFormat::Png),
            Some("svg") => Ok(PlotFormat::Svg),
            _ => Err(Failure::Usage(format!(
                "--plot {}: .png and .svg by ending are accepted",
                path.display()
            ))),
        }
    }
}

/// The bytes of the picture's file. `frames` come in any order, each lasting `frame_seconds`.
pub(crate) fn render(
    format: PlotFormat,
    title: &str,
    frames: &[PlotFrame],
    frame_seconds: f64,
) -> Result<Vec<u8>, Failure> {
    let chart = Chart::new(title, frames, frame_seconds);
    match format {
        PlotFormat::Svg => {
            let mut canvas = svg::SvgCanvas::new(WIDTH, HEIGHT);
            chart.draw(&mut canvas);
            Ok(canvas.finish().into_bytes())
        }
        PlotFormat::Png => {
            let mut canvas = png::PngCanvas::new(WIDTH, HEIGHT);
            chart.draw(&mut canvas);
            canvas.finish().map_err(|error| Failure::failed("plot", error))
        }
    }
}

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 840;
const LEFT: f64 = 80.0;
const RIGHT: f64 = WIDTH as f64 - 20.0;
/// Top and bottom of the panels: bits, quantiser, quality.
const PANELS: [(f64, f64); 3] = [(60.0, 350.0), (410.0, 560.0), (620.0, 780.0)];

const INK: Color = Color(0x22, 0x22, 0x22);
const GRID: Color = Color(0xdd, 0xdd, 0xdd);
const MEAN: Color = Color(0x00, 0x00, 0x00);
const QUANTISER: Color = Color(0x8c, 0x4a, 0xb8);
const QUALITY: Color = Color(0x1b, 0x7f, 0x3b);
/// Frame types and their colours.
const KINDS: [(char, &str, Color); 3] = [
    ('I', "I frame", Color(0xd6, 0x3a, 0x2f)),
    ('P', "P frame", Color(0x2f, 0x6f, 0xc4)),
    ('B', "B frame", Color(0x8f, 0xc1, 0xe8)),
];

/// Frames in order of presentation, at most as many as there are columns: long clips are summed up.
struct Chart<'a> {
    title: &'a str,
    columns: Vec<Column>,
    seconds: f64,
    frame_seconds: f64,
}

/// Frames that share a column of the picture.
struct Column {
    time: f64,
    seconds: f64,
    /// Mean of the frames.
    kilobits: f64,
    /// The least predicted kind among them.
    kind: char,
    key: bool,
    qp: Option<f64>,
    psnr: Option<f64>,
}

impl<'a> Chart<'a> {
    fn new(title: &'a str, frames: &[PlotFrame], frame_seconds: f64) -> Self {
        let mut frames = frames.to_vec();
        frames.sort_by(|a, b| a.time.total_cmp(&b.time));
        let group = frames.len().div_ceil((RIGHT - LEFT) as usize).max(1);
        let columns = frames.chunks(group).map(|group| Column::new(group, frame_seconds)).collect();
        let seconds = frames.last().map_or(0.0, |last| last.time) + frame_seconds;
        Chart { title, columns, seconds, frame_seconds }
    }

    fn draw(&self, canvas: &mut dyn Canvas) {
        canvas.rectangle(0.0, 0.0, WIDTH.into(), HEIGHT.into(), Color(255, 255, 255));
        canvas.text(LEFT, 28.0, self.title, Anchor::Start, INK);
        let mut x = RIGHT;
        for (_, name, color) in KINDS.iter().rev() {
            canvas.text(x, 48.0, name, Anchor::End, INK);
            x -= 8.0 * name.len() as f64 + 18.0;
            canvas.rectangle(x, 39.0, 12.0, 10.0, *color);
            x -= 14.0;
        }
        let time = Axis::covering(0.0, self.seconds, 10);
        self.draw_bits(canvas, &time);
        self.draw_line(canvas, &time, 1, "QP", QUANTISER, |column| column.qp);
        self.draw_line(canvas, &time, 2, "PSNR Y (dB)", QUALITY, |column| column.psnr);
        canvas.text((LEFT + RIGHT) / 2.0, f64::from(HEIGHT) - 14.0, "seconds", Anchor::Middle, INK);
    }

    fn x(&self, time: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * time / self.seconds
    }

    fn draw_bits(&self, canvas: &mut dyn Canvas, time: &Axis) {
        let greatest = self.columns.iter().map(|column| column.kilobits).fold(0.0, f64::max);
        let axis = Axis::covering(0.0, greatest, 6);
        let (top, bottom) = PANELS[0];
        self.draw_frame(canvas, time, &axis, PANELS[0], "kilobits per frame; line: mean over one second");
        let y = |kilobits: f64| bottom - (bottom - top) * axis.place(kilobits);
        for column in &self.columns {
            let (from, to) = (self.x(column.time), self.x(column.time + column.seconds));
            let color = KINDS.iter().find(|kind| kind.0 == column.kind).map_or(INK, |kind| kind.2);
            // A gap between bars where there is room for one.
            let width = if to - from > 3.0 { to - from - 1.0 } else { (to - from).max(1.0) };
            canvas.rectangle(from, y(column.kilobits), width, bottom - y(column.kilobits), color);
            if column.key {
                canvas.line(&[(from, bottom), (from, bottom + 5.0)], KINDS[0].2);
            }
        }
        canvas.line(&self.running_mean(|time, mean| (self.x(time), y(mean))), MEAN);
    }

    /// Mean of the kilobits of a frame over a second around each column.
    fn running_mean(&self, point: impl Fn(f64, f64) -> (f64, f64)) -> Vec<(f64, f64)> {
        let (mut first, mut end, mut sum) = (0, 0, 0.0);
        let mut points = Vec::new();
        for column in &self.columns {
            let middle = column.time + column.seconds / 2.0;
            while end < self.columns.len() && self.columns[end].time < middle + 0.5 {
                sum += self.columns[end].kilobits;
                end += 1;
            }
            while self.columns[first].time + self.columns[first].seconds <= middle - 0.5 {
                sum -= self.columns[first].kilobits;
                first += 1;
            }
            points.push(point(middle, sum / (end - first).max(1) as f64));
        }
        points
    }

    fn draw_line(
        &self,
        canvas: &mut dyn Canvas,
        time: &Axis,
        panel: usize,
        name: &str,
        color: Color,
        value: impl Fn(&Column) -> Option<f64>,
    ) {
        let known: Vec<(f64, f64)> = self
            .columns
            .iter()
            .filter_map(|column| Some((column.time + column.seconds / 2.0, value(column)?)))
            .filter(|(_, value)| value.is_finite())
            .collect();
        let least = known.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let greatest = known.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        let axis = match known.is_empty() {
            true => Axis::covering(0.0, 1.0, 4),
            false => Axis::covering((least - 1.0).floor(), (greatest + 1.0).ceil(), 4),
        };
        let (top, bottom) = PANELS[panel];
        self.draw_frame(canvas, time, &axis, PANELS[panel], name);
        let points: Vec<_> = known
            .iter()
            .map(|(time, value)| (self.x(*time), bottom - (bottom - top) * axis.place(*value)))
            .collect();
        match points[..] {
            [(x, y)] => canvas.line(&[(x - 4.0, y), (x + 4.0, y)], color),
            _ => canvas.line(&points, color),
        }
    }

    /// Grid, ticks and name of a panel.
    fn draw_frame(
        &self,
        canvas: &mut dyn Canvas,
        time: &Axis,
        axis: &Axis,
        (top, bottom): (f64, f64),
        name: &str,
    ) {
        canvas.text(LEFT, top - 8.0, name, Anchor::Start, INK);
        for (value, label) in axis.ticks() {
            let y = bottom - (bottom - top) * axis.place(value);
            canvas.line(&[(LEFT, y), (RIGHT, y)], GRID);
            canvas.text(LEFT - 8.0, y + 4.0, &label, Anchor::End, INK);
        }
        for (value, label) in time.ticks() {
            // The last tick may lie beyond the end of the clip.
            if value <= self.seconds + self.frame_seconds / 2.0 {
                let x = self.x(value);
                canvas.line(&[(x, top), (x, bottom)], GRID);
                canvas.text(x, bottom + 18.0, &label, Anchor::Middle, INK);
            }
        }
        canvas.line(&[(LEFT, top), (LEFT, bottom), (RIGHT, bottom)], INK);
    }
}

impl Column {
    /// `frames` is not empty.
    fn new(frames: &[PlotFrame], frame_seconds: f64) -> Self {
        let count = frames.len() as f64;
        let mean = |value: &dyn Fn(&PlotFrame) -> Option<f64>| {
            let known: Vec<f64> = frames.iter().filter_map(value).filter(|value| value.is_finite()).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        Column {
            time: frames[0].time,
            seconds: (frames[frames.len() - 1].time - frames[0].time) + frame_seconds,
            kilobits: frames.iter().map(|frame| frame.bytes as f64 * 8.0 / 1000.0).sum::<f64>() / count,
            kind: KINDS
                .iter()
                .map(|kind| kind.0)
                .find(|kind| frames.iter().any(|frame| frame.kind == *kind))
                .unwrap_or('P'),
            key: frames.iter().any(|frame| frame.key),
            qp: mean(&|frame| frame.qp),
            psnr: mean(&|frame| frame.psnr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(count: usize) -> Vec<PlotFrame> {
        let frame = |i: usize| PlotFrame {
            time: i as f64 / 25.0,
            bytes: 1000 + 100 * (i as u64 % 7),
            kind: if i.is_multiple_of(50) { 'I' } else { ['P', 'B'][i % 2] },
            key: i.is_multiple_of(50),
            qp: Some(26.0 + (i % 5) as f64),
            psnr: if i == 3 { Some(f64::INFINITY) } else { Some(38.0) },
        };
        (0..count).map(frame).collect()
    }

    #[test]
    fn a_drawing_has_a_bar_for_each_frame_in_its_colour() {
        let svg = String::from_utf8(render(PlotFormat::Svg, "a <b>", &frames(100), 0.04).unwrap()).unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("a &lt;b&gt;"));
        for ((_, name, color), bars) in KINDS.iter().zip([2, 48, 50]) {
            // One more of each colour is the key to the colours.
            let fill = format!("fill=\"{color}\"");
            assert_eq!(svg.matches(&fill).count(), bars + 1, "{name}");
        }
    }

    #[test]
    fn any_number_of_frames_gives_a_picture_of_the_same_size() {
        for count in [1, 2, 3000] {
            let png = render(PlotFormat::Png, "title", &frames(count), 0.04).unwrap();
            assert_eq!(png[..8], [0x89, b'P', b'N', b'G', 13, 10, 26, 10]);
            let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
            assert_eq!((side(16), side(20)), (WIDTH, HEIGHT));
            let svg = render(PlotFormat::Svg, "title", &frames(count), 0.04).unwrap();
            assert!(svg.len() < 300_000, "{} bytes for {count} frames", svg.len());
        }
    }
}
