//! What is printed, and where: the report once on stdout, everything else on stderr.

use super::{Failure, Outcome, snapshot};
use crate::diagnostic::{Diagnostic, escape};
use crate::evidence::{Report, RunVerdict};
use crate::report::{self, Format, Snapshot, Style};
use crate::store;
use clap::{Args, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How results are shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// The format of the report [default: text].
    #[arg(long, global = true, value_enum, env = "RETAKE_FORMAT", hide_env_values = true)]
    format: Option<FormatArg>,

    /// Write the report to a file instead of standard output; one that ends in .snap is compared with what was accepted.
    #[arg(long, global = true, value_name = "FILE", env = "RETAKE_OUTPUT", hide_env_values = true)]
    output: Option<PathBuf>,

    /// Whether to use colours.
    #[arg(long, global = true, value_enum, default_value = "auto", env = "RETAKE_COLOR", hide_env_values = true)]
    color: ColorArg,

    /// Say nothing on standard error but what went wrong.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Say more on standard error, and in the report what passed (given twice: more still).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// For people.
    Text,
    /// For programs: the JSON report, version 1.
    Json,
    /// For CI servers.
    Junit,
    /// For comments on pull requests.
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorArg {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl OutputArgs {
    /// Says nothing.
    #[cfg(test)]
    pub(super) fn quiet() -> Self {
        Self { format: None, output: None, color: ColorArg::Never, quiet: true, verbose: 0 }
    }

    /// The file that is to be a snapshot, if it is to be one.
    fn snapshot(&self) -> Option<&Path> {
        self.output.as_deref().filter(|file| file.extension().is_some_and(|end| end == "snap"))
    }

    fn report_format(&self) -> Format {
        match self.format {
            None | Some(FormatArg::Text) => Format::Text,
            Some(FormatArg::Json) => Format::Json,
            Some(FormatArg::Junit) => Format::Junit,
            Some(FormatArg::Markdown) => Format::Markdown,
        }
    }

    /// Refuses a format for a command that prints a text of its own.
    pub(super) fn require_text(&self, command: &str) -> Result<(), Failure> {
        self.require(command, &[Format::Text]).map(|_| ())
    }

    /// The format, which must be one that the command can print.
    pub(super) fn require(&self, command: &str, formats: &[Format]) -> Result<Format, Failure> {
        let format = self.report_format();
        if formats.contains(&format) {
            return Ok(format);
        }
        let names: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
        let (what, help) = match names.as_slice() {
            ["text"] => ("prints its text and takes no other format".to_owned(), "leave --format out".to_owned()),
            names => (format!("has no form as {}", format.as_str()), format!("choose --format {}", names.join(" or "))),
        };
        Err(Failure::usage(Diagnostic::new(format!("{command} {what}")).help(help)))
    }

    pub(super) fn style(&self) -> Style {
        let color = match self.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => {
                self.output.is_none() && std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
            }
        };
        let known = |path: PathBuf| path.to_str().map(str::to_owned);
        let home = std::env::var_os("HOME").map(PathBuf::from);
        Style {
            color,
            verbose: self.verbose > 0,
            quiet: self.quiet,
            working_folder: std::env::current_dir().ok().and_then(known),
            machine_folders: [Some(std::env::temp_dir()), home].into_iter().flatten().filter_map(known).collect(),
        }
    }

    /// The style of a text that stands in something else: without colours.
    pub(super) fn plain_style(&self) -> Style {
        Style { color: false, ..self.style() }
    }

    /// Tells the user what goes on, on standard error.
    pub(super) fn progress(&self, line: &str) {
        if !self.quiet {
            to_stderr(line);
        }
    }
}

/// Shows a mistake of usage as clap words it, or help and version.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // It repeats what was given, and a name of a file may be anybody's.
        to_stderr(error.render().to_string().trim_end());
        return ExitCode::from(2);
    }
    match error.print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(4),
    }
}

/// Sends the log of retake's own modules, and of no other crate, to standard error.
///
/// Other crates log what they see, which here are credentials and medical data.
pub(super) fn start_logging(output: &OutputArgs) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let level = match (output.quiet, output.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).without_time();
    let only_ours = Targets::new().with_target("retake", level);
    // A second initialisation can only happen in a test; the first one stays.
    let _ = tracing_subscriber::registry().with(layer).with(only_ours).try_init();
}

/// Says where a defect struck, and not what it was about: that may be what must not be shown.
pub(super) fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
        to_stderr(&format!("error: a defect of retake struck at {place}; please report it"));
    }));
}

/// Shows what a command came to and turns it into the exit code.
pub(super) fn finish(command: &str, result: Result<Outcome, Failure>, output: &OutputArgs) -> ExitCode {
    let mut report = match result {
        Ok(Outcome::Text(text)) => return finish_text(command, &text, RunVerdict::Pass, output),
        Ok(Outcome::Told(text, verdict, troubles)) => {
            troubles.iter().for_each(|trouble| to_stderr(&format!("error: {trouble}")));
            return finish_text(command, &text, verdict, output);
        }
        Ok(Outcome::Report(report)) => *report,
        Err(failure) => failure.into_report(command),
    };
    report.tells_coverage |= output.verbose > 0;
    let code = report.verdict().exit_code();
    match show(&report, output) {
        Ok(Shown::AsAccepted) => ExitCode::from(code),
        // That a report is another than the accepted one breaks what was agreed on, though nothing in it may fail.
        Ok(Shown::Differs) => ExitCode::from(code.max(1)),
        Err(error) => {
            to_stderr(&format!("error: {error}"));
            ExitCode::from(if code == 130 { 130 } else { 4 })
        }
    }
}

fn finish_text(command: &str, text: &str, verdict: RunVerdict, output: &OutputArgs) -> ExitCode {
    let code = verdict.exit_code();
    let written = match output.snapshot() {
        Some(file) => snapshot::keep(&Snapshot::of_text(command, text), verdict == RunVerdict::Pass, file, output),
        None => write_out(text, output).map(|()| Shown::AsAccepted),
    };
    match written {
        Ok(Shown::AsAccepted) => ExitCode::from(code),
        Ok(Shown::Differs) => ExitCode::from(code.max(1)),
        Err(error) => {
            to_stderr(&format!("error: {error}"));
            ExitCode::from(4)
        }
    }
}

/// A run that came to nothing has no report for people: its troubles go to standard error.
fn show(report: &Report, output: &OutputArgs) -> Result<Shown, Diagnostic> {
    for trouble in &report.troubles {
        to_stderr(&format!("error: {}", trouble.diagnostic));
    }
    let is_empty = report.subjects.is_empty() && report.checks.is_empty() && !report.troubles.is_empty();
    if is_empty && output.report_format() == Format::Text {
        return Ok(Shown::AsAccepted);
    }
    if let Some(file) = output.snapshot() {
        let new = Snapshot::of(report, output.report_format(), &output.plain_style());
        return snapshot::keep(&new, report.verdict() == RunVerdict::Pass, file, output);
    }
    write_out(&report::render(report, output.report_format(), &output.style()), output)?;
    Ok(Shown::AsAccepted)
}

/// Whether a report is the one that was accepted, where one can be.
pub(super) enum Shown {
    AsAccepted,
    Differs,
}

fn write_out(text: &str, output: &OutputArgs) -> Result<(), Diagnostic> {
    match &output.output {
        Some(file) => store::commit(file, text.as_bytes()),
        None => {
            let mut stdout = std::io::stdout().lock();
            let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
            match written {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    Err(Diagnostic::new(format!("cannot write to standard output: {error}")))
                }
                _ => Ok(()),
            }
        }
    }
}

/// One line on standard error; that it cannot be written is nobody's failure.
pub(super) fn to_stderr(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", escape_lines(text));
}

/// Escapes each line: the line ends are ours.
fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
