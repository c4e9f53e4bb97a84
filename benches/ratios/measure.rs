//! Turns, medians and the lines of the table; knows nothing of what is measured.

/// How often each side is measured.
pub(crate) const TURNS: usize = 5;

/// The medians of both sides, taken in turns. Each side gives the same figures in the same order every time.
pub(crate) fn in_turns<const FIGURES: usize>(
    mut ours: impl FnMut() -> [f64; FIGURES],
    mut limit: impl FnMut() -> [f64; FIGURES],
) -> [(f64, f64); FIGURES] {
    let (mut of_ours, mut of_limit) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        of_ours.push(ours());
        of_limit.push(limit());
    }
    std::array::from_fn(|figure| {
        (median(of_ours.iter().map(|turn| turn[figure])), median(of_limit.iter().map(|turn| turn[figure])))
    })
}

/// The middle value of an odd number of them.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Begins the table, in the form that the README takes.
pub(crate) fn heading() {
    println!("| work | retake | limit | ratio | aim |");
    println!("|---|---|---|---|---|");
}

/// One line: ours beside the limit, their ratio, and what is aimed for.
pub(crate) fn ratio(work: &str, unit: &str, (ours, limit): (f64, f64), aim: &str) {
    println!("| {work} | {} {unit} | {} {unit} | {:.2} | {aim} |", figure(ours), figure(limit), ours / limit);
}

/// One line for a figure that stands alone.
pub(crate) fn alone(work: &str, unit: &str, ours: f64, aim: &str) {
    println!("| {work} | {} {unit} | | | {aim} |", figure(ours));
}

fn figure(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}
