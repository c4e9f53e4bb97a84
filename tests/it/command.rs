//! Running the real binary, as a user does.

use std::path::Path;
use std::process::{Command, Output};

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt;

        let code = output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or_default());
        Self {
            code,
            stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("output is UTF-8"),
        }
    }

    /// Asserts the exit code, showing everything that was printed if it differs.
    #[track_caller]
    pub(crate) fn assert_code(&self, expected: i32) -> &Self {
        assert_eq!(self.code, expected, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error says something.
    #[track_caller]
    pub(crate) fn assert_stderr(&self, expected: &str) -> &Self {
        assert!(self.stderr.contains(expected), "no {expected:?} in stderr:\n{}", self.stderr);
        self
    }

    /// Asserts that standard output says something.
    #[track_caller]
    pub(crate) fn assert_stdout(&self, expected: &str) -> &Self {
        assert!(self.stdout.contains(expected), "no {expected:?} in stdout:\n{}", self.stdout);
        self
    }
}

/// The binary in a folder, with an environment that holds nothing of ours, of AWS or of insta.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_retake"));
    command.current_dir(folder).args(arguments);
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        if upper.starts_with("AWS_")
            || upper.starts_with("RETAKE_")
            || upper.ends_with("_PROXY")
            || upper.starts_with("INSTA_")
            || ["CI", "TF_BUILD"].contains(&upper.as_str())
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs the binary in a folder to its end.
pub(crate) fn retake(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(command(folder, arguments).output().expect("the binary starts"))
}
