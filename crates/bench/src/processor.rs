//! Time that the processor spent, which other programs on the machine disturb less than a clock on the wall.

/// Seconds of processor time of this process so far; 0 where the system does not tell.
pub(crate) fn processor_seconds() -> f64 {
    seconds("self")
}

/// Seconds of processor time of another process that is still there.
pub(crate) fn processor_seconds_of(process: u32) -> f64 {
    seconds(&process.to_string())
}

fn seconds(process: &str) -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let statistics = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything.
    let fields = statistics.rsplit_once(')').map_or("", |(_, rest)| rest);
    // utime and stime are fields 14 and 15, and the first after the name is the third.
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}
