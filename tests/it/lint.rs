//! `retake cassette lint` as a gate: before a commit, by whatever a hook hands over, and in CI.
//!
//! Each test has its control beside it: the same file without what is looked for passes the same gate.

use crate::command::{Run, command, retake};
use base64::Engine as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

const CASSETTE: &str = "cassettes/medical-imaging/list-image-set-versions-simulated.cassette.yaml";

const KEY_ID: &str = "AKIDEXAMPLE00000";

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

const OPERATION: &str = "ListImageSetVersions";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["record", "--probe", "--operation", OPERATION, "--cassette", CASSETTE];
    retake(folder.path(), &arguments).assert_code(0);
    folder
}

fn lint(folder: &Path, arguments: &[&str]) -> Run {
    retake(folder, &[&["cassette", "lint"][..], arguments].concat())
}

/// Lints with credentials in the environment.
fn lint_holding(folder: &Path, secret: &str) -> Run {
    let mut command = command(folder, &["cassette", "lint"]);
    Run::of(command.env("AWS_ACCESS_KEY_ID", KEY_ID).env("AWS_SECRET_ACCESS_KEY", secret).output().unwrap())
}

fn edit(folder: &Path, from: &str, to: &str) {
    let file = folder.join(CASSETTE);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(&file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn finds_the_credentials_of_its_environment_in_every_encoding_and_never_shows_them() {
    let base64 = base64::engine::general_purpose::STANDARD;
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let encodings = [
        SECRET.to_owned(),
        base64.encode(SECRET),
        base64.encode(format!("x{SECRET}")),
        base64.encode(base64.encode(format!("xy{SECRET}"))),
        hex(SECRET),
        SECRET.replace('/', "%2F").replace('+', "%2B"),
        SECRET.chars().map(|c| format!("\\u{:04x}", c as u32)).collect(),
        SECRET.replace('/', "\\/"),
        KEY_ID.to_owned(),
    ];
    for encoded in encodings {
        let folder = folder();
        // In a comment, which no reader of the file sees, and under no rule of a detector but the exact search.
        edit(folder.path(), "\n  - id: ", &format!("\n# {encoded}\n  - id: "));

        let holding = lint_holding(folder.path(), SECRET);
        let another = lint_holding(folder.path(), &SECRET.replace('w', "v"));

        holding.assert_code(1).assert_stdout("(forbidden)");
        for shown in [&holding.stdout, &holding.stderr] {
            assert!(!shown.contains(&encoded) && !shown.contains(SECRET), "{shown}");
        }
        if encoded != KEY_ID {
            assert!(
                !another.stdout.contains("(forbidden)"),
                "with another secret nothing is found: {}",
                another.stdout
            );
        }
    }
}

#[test]
fn what_looks_like_a_secret_is_found_in_a_comment_in_the_header_and_in_what_cannot_be_read() {
    let places: [(&str, &str, i32); 3] = [
        ("\n  - id: ", "\n# mail to jane.doe@example.org\n  - id: ", 1),
        ("\ninfo:\n", "\n# arn:aws:iam::123456789012:user/jane\ninfo:\n", 1),
        ("\n---\n", "\n--- }{\n# eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x\n", 2),
    ];
    for ((from, to, code), rule) in places.into_iter().zip(["email", "arn", "jwt"]) {
        let folder = folder();
        lint(folder.path(), &[]).assert_code(0);
        edit(folder.path(), from, to);

        lint(folder.path(), &[]).assert_code(code).assert_stdout(&format!("looks like a secret ({rule})"));
    }
}

#[test]
fn a_pending_file_is_no_commit_and_in_a_folder_a_warning() {
    let folder = folder();
    let pending = format!("{CASSETTE}.new");
    lint(folder.path(), &["--strict"]).assert_code(0);
    fs::copy(folder.path().join(CASSETTE), folder.path().join(&pending)).unwrap();

    lint(folder.path(), &[&pending]).assert_code(1).assert_stdout("waits for a review");
    lint(folder.path(), &[]).assert_code(0).assert_stdout("waits for a review");
    lint(folder.path(), &["--strict"]).assert_code(1);
    lint(folder.path(), &[CASSETTE, "--strict"]).assert_code(0);
}

#[test]
fn a_pending_file_is_searched_like_a_cassette() {
    let folder = folder();
    let pending = folder.path().join(format!("{CASSETTE}.new"));
    let text = fs::read_to_string(folder.path().join(CASSETTE)).unwrap();
    fs::write(&pending, text.replacen("\n  - id: ", "\n# jane.doe@example.org\n  - id: ", 1)).unwrap();

    lint(folder.path(), &[]).assert_code(1).assert_stdout("(email)");
}

#[test]
fn takes_the_files_that_a_hook_hands_over() {
    let folder = folder();
    fs::write(folder.path().join("README.md"), "jane.doe@example.org").unwrap();
    fs::create_dir(folder.path().join("cassettes/.retake")).unwrap();
    fs::write(folder.path().join("cassettes/.retake/a.journal"), "x").unwrap();

    lint(folder.path(), &["README.md", CASSETTE]).assert_code(0);
    lint(folder.path(), &[CASSETTE, CASSETTE]).assert_code(0);
    lint(folder.path(), &["README.md"]).assert_code(3);
    lint(folder.path(), &[CASSETTE, "cassettes/.retake/a.journal"])
        .assert_code(1)
        .assert_stdout("a running recording's own");
    lint(folder.path(), &[CASSETTE, "cassettes/gone.cassette.yaml"]).assert_code(2).assert_stderr("gone");
}

#[test]
fn what_cannot_be_read_hides_nothing_of_the_other_files() {
    let folder = folder();
    let broken = "cassettes/broken.cassette.yaml";
    fs::write(folder.path().join(broken), "---\nnothing\n").unwrap();
    edit(folder.path(), "\n  - id: ", "\n# jane.doe@example.org\n  - id: ");

    let run = lint(folder.path(), &[broken, CASSETTE]);

    run.assert_code(2).assert_stdout("(email)").assert_stdout(broken);
}

#[test]
fn an_edited_cassette_is_not_sealed_with_a_secret_in_it() {
    let folder = folder();
    let file = folder.path().join(CASSETTE);
    let whole = fs::read_to_string(&file).unwrap();
    let stand_in = "redacted free text, ";
    assert!(whole.contains(stand_in));
    for (text, code) in [("jane.doe@example.org, ", 4), ("a text, ", 0)] {
        fs::write(&file, whole.replacen(stand_in, text, 1)).unwrap();
        let before = fs::read(&file).unwrap();

        retake(folder.path(), &["cassette", "seal", CASSETTE]).assert_code(code);

        assert_eq!(fs::read(&file).unwrap() == before, code != 0);
    }
    // The credentials that a process holds it seals into nothing, whatever they look like.
    fs::write(&file, whole.replacen(stand_in, "correct horse battery staple, ", 1)).unwrap();
    let seal = |secret: &str| {
        let mut command = command(folder.path(), &["cassette", "seal", CASSETTE]);
        Run::of(command.env("AWS_SECRET_ACCESS_KEY", secret).output().unwrap())
    };
    seal("correct horse battery staple").assert_code(4).assert_stderr("a credential of this process");
    seal("incorrect horse battery staple").assert_code(0);
}

#[test]
fn a_pending_file_that_holds_a_credential_of_this_process_is_accepted_by_no_switch() {
    for (held, code) in [("page-token-0001 ", 0), ("page-token-0001", 4)] {
        let folder = folder();
        let pending = folder.path().join(format!("{CASSETTE}.new"));
        fs::rename(folder.path().join(CASSETTE), &pending).unwrap();
        let mut command = command(folder.path(), &["review", "--accept-failing"]);

        Run::of(command.env("AWS_SECRET_ACCESS_KEY", held.replace(' ', "x")).output().unwrap()).assert_code(code);

        assert_eq!(pending.exists(), code != 0);
    }
}

/// The lines of a fenced block of the README, behind a marker.
fn block(marker: &str) -> String {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let after = readme.split_once(marker).unwrap_or_else(|| panic!("no {marker} in the README")).1;
    let block = after.split_once("```sh\n").unwrap().1;
    block.split_once("\n```").unwrap().0.to_owned()
}

fn git(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("git");
    let binary = Path::new(env!("CARGO_BIN_EXE_retake")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
    command.current_dir(folder).args(identity).args(arguments).env("PATH", path).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.output().unwrap()
}

#[test]
fn the_hook_of_the_readme_keeps_a_secret_and_a_pending_file_out_of_a_commit() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("left out: there is no git here");
        return;
    }
    let folder = folder();
    let hook = folder.path().join(".git/hooks/pre-commit");
    assert!(git(folder.path(), &["init", "-q"]).status.success());
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, block("<!-- git hook -->")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |what: &str| {
        assert!(git(folder.path(), &["add", "-f", what]).status.success());
        let output = git(folder.path(), &["commit", "-q", "-m", what]);
        git(folder.path(), &["reset", "-q"]);
        output
    };
    fs::write(folder.path().join("notes.txt"), "jane.doe@example.org").unwrap();
    let pending = format!("{CASSETTE}.new");
    fs::copy(folder.path().join(CASSETTE), folder.path().join(&pending)).unwrap();

    assert!(commit("notes.txt").status.success(), "a commit without cassettes is none of its business");
    assert!(!commit(&pending).status.success());
    let whole = commit(CASSETTE);
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    edit(folder.path(), "\n  - id: ", "\n# jane.doe@example.org\n  - id: ");
    let refused = commit(CASSETTE);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).contains("(email)"));
}

#[test]
fn the_hooks_for_pre_commit_run_the_linter_over_cassettes_pending_files_and_journals() {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml")).unwrap();
    let hooks: serde_yaml::Value = serde_yaml::from_str(&file).unwrap();
    let hooks = hooks.as_sequence().unwrap();
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        assert_eq!(hook["entry"].as_str(), Some("retake cassette lint"));
        assert_eq!(hook["pass_filenames"].as_bool(), Some(true));
        let files = regex::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        for name in
            ["a.cassette.yaml", "x/y/a.cassette.yaml", "x/a.cassette.yaml.new", "x/.retake/a.journal", ".retake/a"]
        {
            assert!(files.is_match(name), "{name}");
        }
        for name in ["a.yaml", "a.cassette.yaml.orig", "x/retake/a", "specs/a.yaml", "acassette.yaml"] {
            assert!(!files.is_match(name), "{name}");
        }
    }
}
