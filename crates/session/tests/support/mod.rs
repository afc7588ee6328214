//! A small deterministic encoder whose misbehaviour tests can order, and what they all need around it.
#![allow(dead_code, unreachable_pub)] // each test file uses another part

pub mod passes;

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use vitascope_core::{Dictionary, FormatDescription, FourCc, PixelBuffer, Time, TimeRange, Value};
use vitascope_session::property::{
    Access, Change, DefaultValue, Kind, MULTI_PASS_STORAGE_ROW, PropertyRow, PropertyValues,
};
use vitascope_session::{
    CodecRegistry, CompressionSession, CompressionSessionBuilder, EncodeOutput, EncodedPicture, EncoderEntry,
    EncoderRequest, Error, FrameOptions, PassRequest, Result, SizeLimits, SourceFrame, VideoEncoder,
};

pub const MOCK: FourCc = FourCc::new(*b"mock");
pub const WIDTH: i32 = 48;
pub const HEIGHT: i32 = 32;
/// Longer than anything here takes, shorter than the patience of a person.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How the mock behaves.
#[derive(Clone, Default)]
pub struct Behaviour {
    /// Frames kept back until later ones come.
    pub delay: usize,
    /// Codes each second frame after its successor.
    pub reorders: bool,
    /// How long a submission takes.
    pub work: Duration,
    /// Submissions wait here.
    pub gate: Option<Gate>,
    /// Submission of this frame fails.
    pub refuse: Option<u64>,
    /// Submission of this frame panics.
    pub panic: Option<u64>,
    /// The encoder breaks when this frame is to come out.
    pub break_down: Option<u64>,
    /// This frame is dropped.
    pub drop: Option<u64>,
    /// This frame never comes out.
    pub swallow: Option<u64>,
    /// It does not open.
    pub refuse_to_open: bool,
    /// Ignores MaxFrameDelayCount.
    pub ignores_delay_limit: bool,
    /// The time ranges that each pass asks for; passes beyond the list ask for all that they got.
    pub passes: Vec<Vec<TimeRange>>,
    /// The end of a pass opens this and lasts until it is cancelled.
    pub slow_end: Option<Gate>,
    /// Looks at every frame.
    pub probe: Option<Probe>,
}

/// A function that looks at frames as the encoder gets them.
pub type Probe = Arc<dyn Fn(&PixelBuffer) + Send + Sync>;

/// What the mock lived through.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Opened { color: String, full_range: bool, quality: f64, mode: String },
    Submitted { token: u64, format: FourCc, width: usize, height: usize, force_key_frame: bool },
    Applied { quality: f64 },
    Flushed,
    Closed,
}

pub type Log = Arc<Mutex<Vec<Event>>>;

/// A door that tests open.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<usize>, Condvar)>);

impl Gate {
    /// Lets this many pass.
    pub fn open(&self, passes: usize) {
        *self.0.0.lock().unwrap() += passes;
        self.0.1.notify_all();
    }

    /// Waits for a pass and uses it up.
    pub fn pass(&self) {
        let mut passes = self.0.0.lock().unwrap();
        while *passes == 0 {
            let (guard, timeout) = self.0.1.wait_timeout(passes, PATIENCE).unwrap();
            passes = guard;
            assert!(!timeout.timed_out(), "nobody opened the gate");
        }
        *passes -= 1;
    }
}

pub const QUALITY: &str = "Quality";
pub const MODE: &str = "Mode";

pub static ROWS: &[PropertyRow] = &[
    PropertyRow {
        key: QUALITY,
        kind: Kind::Float { minimum: 0.0, maximum: 1.0 },
        default: DefaultValue::Float(0.5),
        access: Access::ReadWrite,
        serialized: true,
        change: Change::AnyTime,
        documentation: "Quality.",
    },
    PropertyRow {
        key: vitascope_session::key::REAL_TIME,
        kind: Kind::Boolean,
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "Real time.",
    },
    PropertyRow {
        key: MODE,
        kind: Kind::Enumeration(&["Plain", "Fancy"]),
        default: DefaultValue::Text("Plain"),
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "Mode. Fancy needs a quality of at least 0.25.",
    },
    MULTI_PASS_STORAGE_ROW,
];

pub static FORMATS: [FourCc; 4] =
    [FourCc::new(*b"420v"), FourCc::new(*b"y420"), FourCc::new(*b"420f"), FourCc::new(*b"f420")];

/// A registry with the mock alone, and its log.
pub fn registry(behaviour: Behaviour) -> (CodecRegistry, Log) {
    let log = Log::default();
    let events = Arc::clone(&log);
    let entry = EncoderEntry {
        encoder_id: "org.example.mock",
        codec_type: MOCK,
        codec_name: "Mock",
        encoder_name: "Mock Encoder",
        performance_rating: None,
        quality_rating: Some(1),
        supports_frame_reordering: behaviour.reorders,
        supports_low_latency: false,
        supports_multi_pass: false,
        unsupported: &[],
        unsupported_with_low_latency: &[],
        instance_limit: false,
        sizes: SizeLimits { minimum: (2, 2), maximum: (4096, 2304) },
        size_multiple: 2,
        pixel_formats: &FORMATS,
        rows: ROWS,
        settle: |_, _| {},
        check: |values, _, _, _| {
            if values.text(MODE).as_deref() == Some("Fancy") && values.float(QUALITY).unwrap() < 0.25 {
                return Err("Fancy needs a quality of at least 0.25".into());
            }
            Ok(())
        },
        open: Arc::new(move |request| MockEncoder::open(request, behaviour.clone(), Arc::clone(&events))),
    };
    (CodecRegistry::with_entries([entry]), log)
}

struct MockEncoder {
    behaviour: Behaviour,
    log: Log,
    size: (u32, u32),
    delay: usize,
    held: VecDeque<(u64, bool)>,
    ready: VecDeque<(u64, bool)>,
    count: u64,
    pass: Option<PassRequest>,
    /// Presentation times of frames that are held, and the end of all.
    times: BTreeMap<u64, Time>,
    covered: Option<TimeRange>,
}

impl MockEncoder {
    fn open(request: &EncoderRequest, behaviour: Behaviour, log: Log) -> Result<Box<dyn VideoEncoder>> {
        if behaviour.refuse_to_open {
            return Err(Error::CouldNotCreateInstance { encoder: "mock".into(), reason: "told so".into() });
        }
        log.lock().unwrap().push(Event::Opened {
            color: format!("{:?}", request.color),
            full_range: request.full_range,
            quality: request.properties.float(QUALITY).unwrap(),
            mode: request.properties.text(MODE).unwrap(),
        });
        let limit = request.properties.integer("MaxFrameDelayCount").unwrap();
        let delay = match usize::try_from(limit) {
            Ok(limit) if !behaviour.ignores_delay_limit => behaviour.delay.min(limit),
            _ => behaviour.delay,
        };
        let size = (request.width.next_multiple_of(2), request.height.next_multiple_of(2));
        Ok(Box::new(Self {
            behaviour,
            log,
            size,
            delay,
            held: VecDeque::new(),
            ready: VecDeque::new(),
            count: 0,
            pass: request.pass.clone(),
            times: BTreeMap::new(),
            covered: None,
        }))
    }

    /// Puts frames in decode order.
    fn release(&mut self, keep: usize) {
        while self.held.len() > keep {
            let first = self.held.pop_front().unwrap();
            match self.held.front() {
                Some(_) if self.behaviour.reorders && first.0 % 2 == 1 => {
                    let second = self.held.pop_front().unwrap();
                    self.ready.extend([second, first]);
                }
                _ => self.ready.push_back(first),
            }
        }
    }
}

impl VideoEncoder for MockEncoder {
    fn submit(&mut self, frame: SourceFrame<'_>) -> Result<()> {
        if let Some(gate) = &self.behaviour.gate {
            gate.pass();
        }
        thread::sleep(self.behaviour.work);
        if self.behaviour.refuse == Some(frame.token) {
            return Err(Error::EncoderMalfunction { reason: "refused".into() });
        }
        if self.behaviour.panic == Some(frame.token) {
            panic!("mock panic");
        }
        self.log.lock().unwrap().push(Event::Submitted {
            token: frame.token,
            format: frame.pixels.format(),
            width: frame.pixels.width(),
            height: frame.pixels.height(),
            force_key_frame: frame.force_key_frame,
        });
        if let Some(probe) = &self.behaviour.probe {
            probe(frame.pixels);
        }
        self.times.insert(frame.token, frame.presentation_time);
        let range = TimeRange::new(frame.presentation_time, frame.duration);
        self.covered = Some(self.covered.map_or(range, |covered| covered.union(&range)));
        self.held.push_back((frame.token, frame.force_key_frame || self.count == 0));
        self.count += 1;
        let keep = if self.behaviour.reorders { self.delay.max(1) } else { self.delay };
        self.release(keep);
        Ok(())
    }

    fn receive(&mut self, _wait: bool) -> Result<Option<EncodedPicture>> {
        let Some((token, is_sync)) = self.ready.pop_front() else { return Ok(None) };
        if self.behaviour.break_down == Some(token) {
            return Err(Error::EncoderMalfunction { reason: "broke down".into() });
        }
        if self.behaviour.swallow == Some(token) {
            return self.receive(false);
        }
        if let (Some(pass), Some(time)) = (&self.pass, self.times.remove(&token)) {
            // Its failure is that of the pass, which ends with it.
            let _ = pass.storage.append(time, format!("pass {} {:50}", pass.number, token).as_bytes());
        }
        let dropped = self.behaviour.drop == Some(token);
        Ok(Some(EncodedPicture {
            token,
            data: (!dropped).then(|| [&[0, 0, 0, 8][..], &token.to_be_bytes()].concat()),
            is_sync,
            depends_on_others: !is_sync,
            is_depended_on_by_others: !self.behaviour.reorders || token % 2 == 0,
            reconstruction_hash: None,
            ..EncodedPicture::default()
        }))
    }

    fn flush(&mut self) -> Result<()> {
        self.log.lock().unwrap().push(Event::Flushed);
        self.release(0);
        Ok(())
    }

    fn apply(&mut self, properties: &PropertyValues) -> Result<()> {
        self.log.lock().unwrap().push(Event::Applied { quality: properties.float(QUALITY).unwrap() });
        Ok(())
    }

    fn format_description(&self) -> Result<FormatDescription> {
        let atoms = Dictionary::new().with("mckC", Value::data([1u8, 2, 3]));
        let extensions = Dictionary::new().with("SampleDescriptionExtensionAtoms", atoms);
        Ok(FormatDescription::video(MOCK, self.size.0 as i32, self.size.1 as i32, extensions)?)
    }

    fn reorder_depth(&self) -> usize {
        usize::from(self.behaviour.reorders)
    }

    fn end_pass(&mut self, analyse: bool, cancelled: &dyn Fn() -> bool) -> Result<Vec<TimeRange>> {
        if let Some(gate) = &self.behaviour.slow_end {
            gate.open(1);
            while !cancelled() {
                thread::sleep(Duration::from_millis(1));
            }
        }
        let pass = self.pass.as_ref().expect("a pass");
        match self.behaviour.passes.get(pass.number as usize - 1) {
            _ if !analyse => Ok(Vec::new()),
            Some(ranges) => Ok(ranges.clone()),
            None => Ok(self.covered.into_iter().collect()),
        }
    }
}

impl Drop for MockEncoder {
    fn drop(&mut self) {
        self.log.lock().unwrap().push(Event::Closed);
    }
}

/// A session of the mock whose outputs go into a channel.
pub struct Fixture {
    pub session: CompressionSession,
    pub outputs: Receiver<EncodeOutput>,
    pub log: Log,
}

impl Fixture {
    pub fn new(behaviour: Behaviour) -> Self {
        Self::with(behaviour, |builder| builder)
    }

    pub fn with(
        behaviour: Behaviour,
        configure: impl FnOnce(CompressionSessionBuilder) -> CompressionSessionBuilder,
    ) -> Self {
        let (sender, outputs) = channel();
        let (registry, log) = registry(behaviour);
        let builder = CompressionSession::builder(WIDTH, HEIGHT, MOCK).registry(registry).output_handler(
            move |output| {
                // The test may have seen enough.
                let _ = sender.send(output);
            },
        );
        Fixture { session: configure(builder).build().unwrap(), outputs, log }
    }

    /// Gives the frame with this number at 30 frames per second, with the number as reference.
    pub fn encode(&self, number: u64) -> Result<vitascope_session::EncodeInfoFlags> {
        encode(&self.session, number)
    }

    /// The next output.
    pub fn next(&self) -> EncodeOutput {
        self.outputs.recv_timeout(PATIENCE).expect("an output")
    }

    /// The numbers of the outputs that are there.
    pub fn numbers(&self) -> Vec<u64> {
        self.outputs.try_iter().map(|output| output.reference.as_number().unwrap()).collect()
    }

    pub fn events(&self) -> Vec<Event> {
        self.log.lock().unwrap().clone()
    }
}

/// A session whose frames a function looks at.
pub fn fixture_with_probe(probe: impl Fn(&PixelBuffer) + Send + Sync + 'static) -> Fixture {
    Fixture::new(Behaviour { probe: Some(Arc::new(probe)), ..Behaviour::default() })
}

/// A session of the mock with a handler of the test's own.
pub fn session(
    behaviour: Behaviour,
    handler: impl FnMut(EncodeOutput) + Send + 'static,
) -> CompressionSession {
    let (registry, _) = registry(behaviour);
    CompressionSession::builder(WIDTH, HEIGHT, MOCK)
        .registry(registry)
        .output_handler(handler)
        .build()
        .unwrap()
}

pub fn encode(session: &CompressionSession, number: u64) -> Result<vitascope_session::EncodeInfoFlags> {
    session.encode_frame(&frame(b"420v"), at(number), Time::new(1, 30), &FrameOptions::new(), number)
}

/// The time of a frame at 30 frames per second.
pub fn at(number: u64) -> Time {
    Time::new(number as i64 * 20, 600)
}

/// A frame of the fixture's size.
pub fn frame(format: &[u8; 4]) -> PixelBuffer {
    PixelBuffer::new(WIDTH as usize, HEIGHT as usize, FourCc::new(*format)).unwrap()
}

/// Fails the test when `work` takes too long, instead of hanging.
pub fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(PATIENCE).expect("the call panicked or did not return in time")
}
