//! Our times beside those of other libraries, in one table.

use std::path::Path;
use std::process::Command;

use super::{Kind, Subject, Workload, named};

/// Measures every workload (or those of one name) in turn with a program that measures others, which takes a workload's
/// name, or nothing for all of them, and prints rows in our columns.
///
/// Everybody is measured alike: a round gives the median of as many calls, on frames that are made anew for each round, and
/// of several rounds the best median counts. So many short rounds meet a quiet moment of a machine that others use too, and
/// more than one layout of the frames' pages in the caches.
pub(crate) fn run(only: Option<&str>, peers: &Path, rounds: usize) -> Result<(), String> {
    let workloads = named(only)?;
    let mut lines: Vec<Line> = workloads.iter().map(|workload| Line::new(workload)).collect();
    for _ in 0..rounds {
        for line in &mut lines {
            line.measure()?;
        }
        let rows = rows_of(peers, only)?;
        lines.iter_mut().for_each(|line| line.add_peers(&rows));
    }
    lines.sort_by(|a, b| a.success().total_cmp(&b.success()));
    println!(
        "workload\tpath\tms\tmemcpy\tspeed\tbest peer\tms\tof memcpy\tspeed\taim\tof the same class\tms\tspeed\t\
         ms, 2 threads\tmemcpy\tgain\tceiling\tof 1.7 or the ceiling\tall peers"
    );
    lines.iter().for_each(Line::print);
    Ok(())
}

/// What the program prints.
fn rows_of(program: &Path, only: Option<&str>) -> Result<String, String> {
    let output = Command::new(program).args(only).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!("{} {}: {}", program.display(), only.unwrap_or_default(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// One workload's best medians so far, in milliseconds.
struct Line {
    workload: &'static Workload,
    /// Of one and of two threads: ours, and copying the larger frame.
    times: [[f64; 2]; 2],
    peers: Vec<(String, f64)>,
}

impl Line {
    fn new(workload: &'static Workload) -> Line {
        Line { workload, times: [[f64::INFINITY; 2]; 2], peers: Vec::new() }
    }

    fn measure(&mut self) -> Result<(), String> {
        let subject = Subject::new(self.workload)?;
        for (times, threads) in self.times.iter_mut().zip([1, 2]) {
            let found = subject.measure(threads, threads)?;
            *times = [times[0].min(found.ours), times[1].min(found.copy)];
        }
        Ok(())
    }

    fn add_peers(&mut self, rows: &str) {
        for (peer, time) in rows.lines().filter_map(|row| parse(row, self.workload.name)) {
            match self.peers.iter_mut().find(|(known, _)| *known == peer) {
                Some((_, best)) => *best = best.min(time),
                None => self.peers.push((peer.to_owned(), time)),
            }
        }
    }

    fn best_peer(&self) -> Option<&(String, f64)> {
        self.peers.iter().filter(|(name, _)| name != "memcpy").min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The best of the peers whose filter is of the class that is asked for here, where pictures are scaled: cubics and
    /// longer ones, or those that are bilinear.
    fn peer_of_class(&self) -> Option<&(String, f64)> {
        let Workload { from, to, kind, .. } = *self.workload;
        let classes: &[&str] = match kind {
            Kind::Quality if from != to => &["bicubic", "lanczos", "spline"],
            Kind::Fast if from != to => &["bilinear", "box"],
            _ => return None,
        };
        let same = |(name, _): &&(String, f64)| classes.iter().any(|class| name.contains(class));
        self.peers.iter().filter(same).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Whether memory should be the limit, so that copying is what to compare with.
    fn is_move(&self) -> bool {
        let Workload { from, to, kind, .. } = *self.workload;
        from == to && matches!(kind, Kind::Quality | Kind::Fast)
    }

    /// Speed as a part of the aim: 0.95 of copying, or 1.5 of the best peer.
    fn success(&self) -> f64 {
        let [[ours, copy], _] = self.times;
        match self.best_peer() {
            _ if self.is_move() => copy / ours / 0.95,
            Some((_, peer)) => peer / ours / 1.5,
            None => f64::INFINITY,
        }
    }

    fn print(&self) {
        let [[ours, copy], [ours_of_two, copy_of_two]] = self.times;
        // How near the peer is to copying tells whether memory limits it.
        let (peer, peer_columns) = match self.best_peer() {
            Some((name, time)) => (&name[..], [*time, copy / time, time / ours].map(|n| format!("{n:.3}"))),
            None => ("-", [(); 3].map(|()| "-".to_owned())),
        };
        let peer_columns = peer_columns.join("\t");
        let class_columns = match self.peer_of_class() {
            Some((name, time)) => format!("{name}\t{time:.3}\t{:.3}", time / ours),
            None => "-\t-\t-".to_owned(),
        };
        // What a second thread adds to copying is what memory has left for it.
        let (gain, ceiling) = (ours / ours_of_two, copy / copy_of_two);
        let enough = if gain >= ceiling.min(1.7) { "met" } else { "missed" };
        let aim = if self.is_move() { "0.95 of memcpy" } else { "1.5 of best peer" };
        let all: Vec<String> = self.peers.iter().map(|(name, time)| format!("{name} {time:.3}")).collect();
        println!(
            "{}\t{}\t{ours:.3}\t{copy:.3}\t{:.2}\t{peer}\t{peer_columns}\t{aim}: {}\t{class_columns}\t\
             {ours_of_two:.3}\t{copy_of_two:.3}\t{gain:.2}\t{ceiling:.2}\t{enough}\t{}",
            self.workload.name,
            self.workload.peer,
            copy / ours,
            if self.success() >= 1.0 { "met" } else { "missed" },
            all.join(", "),
        );
    }
}

/// Peer and milliseconds of a row that is about `workload`.
fn parse<'a>(row: &'a str, workload: &str) -> Option<(&'a str, f64)> {
    let fields: Vec<&str> = row.split('\t').collect();
    match fields[..] {
        [name, peer, _, _, time, ..] if name == workload => Some((peer, time.parse().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_others_are_understood() {
        let row = "copy-nv12\tmemcpy\t420v\t420v\t0.109\t19000";
        assert_eq!(parse(row, "copy-nv12"), Some(("memcpy", 0.109)));
        assert_eq!(parse(row, "copy-bgra"), None);
        assert_eq!(parse("workload\tpeer\tsource\tdestination\tms\tMpix/s", "workload"), None);
        assert_eq!(parse("", "copy-nv12"), None);
    }

    #[test]
    fn peers_are_told_apart_by_their_filters() {
        let of_class = |workload: &'static Workload| {
            let peers = [("a-box", 1.0), ("b-bicubic", 3.0), ("c-lanczos", 2.0), ("d-bilinear", 0.5)];
            let peers = peers.map(|(name, time)| (name.to_owned(), time)).into();
            let line = Line { workload, times: [[1.0; 2]; 2], peers };
            line.peer_of_class().map(|(name, _)| name.clone())
        };
        let found: Vec<_> = named(Some("bgra-1080-to-540"))
            .unwrap()
            .into_iter()
            .map(|w| (w.kind == Kind::Fast, of_class(w)))
            .collect();
        assert_eq!(found, [(false, Some("c-lanczos".to_owned())), (true, Some("d-bilinear".to_owned()))]);
        assert_eq!(of_class(named(Some("rotate90-bgra")).unwrap()[0]), None);
    }

    #[test]
    fn lines_are_judged_by_their_aim() {
        let line = |name: &str, ours: f64, peer: f64| {
            let workload = named(Some(name)).unwrap()[0];
            Line { workload, times: [[ours, 1.0]; 2], peers: vec![("other".to_owned(), peer)] }
        };
        assert!(line("copy-nv12", 1.0, 0.1).success() >= 1.0);
        assert!(line("copy-nv12", 1.1, 9.0).success() < 1.0);
        assert!(line("rotate90-bgra", 1.0, 1.4).success() < 1.0);
        assert!(line("hdr10-to-709", 1.0, 1.5).success() >= 1.0);
    }
}
