use super::faulty::{EACCES, Fault, Faulty, When};
use retake::cassette;
use retake::store::{find, find_with, read_cassettes, read_specs};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CASSETTE: &str = "---\ninfo:\n  origin: edited\n---\ncassette: 1\nexchanges: []\n";

fn tree(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, CASSETTE).unwrap();
    }
    folder
}

fn found(folder: &Path, suffix: &str) -> Vec<String> {
    let paths = find(folder, suffix).unwrap();
    paths.iter().map(|path| path.strip_prefix(folder).unwrap().display().to_string()).collect()
}

#[test]
fn finds_files_of_a_kind_sorted_and_passes_over_hidden_ones() {
    let folder = tree(&[
        "b.cassette.yaml",
        "a/c.cassette.yaml",
        "a/c.cassette.yaml.new",
        "a/c.yaml",
        ".retake/x.cassette.yaml",
        ".d.cassette.yaml",
    ]);

    assert_eq!(found(folder.path(), cassette::SUFFIX), ["a/c.cassette.yaml", "b.cassette.yaml"]);
    assert_eq!(found(folder.path(), ".json"), [""; 0]);
}

#[test]
fn takes_a_named_file_whatever_its_name() {
    let folder = tree(&["a.cassette.yaml.new"]);
    let path = folder.path().join("a.cassette.yaml.new");

    assert_eq!(find(&path, cassette::SUFFIX).unwrap(), [path]);
}

#[test]
fn a_named_path_that_is_not_there_is_an_error() {
    let error = find(Path::new("no/such/folder"), cassette::SUFFIX).unwrap_err();

    assert_eq!(error.what, "cannot find the path");
    assert_eq!(error.location.file.as_deref(), Some("no/such/folder"));
    assert_eq!(error.help.as_deref(), Some("check the path"));
}

#[cfg(unix)]
#[test]
fn follows_no_link_in_a_folder_but_the_one_that_was_named() {
    use std::os::unix::fs::symlink;
    let folder = tree(&["real/a.cassette.yaml"]);
    symlink(folder.path().join("real"), folder.path().join("linked")).unwrap();
    symlink(folder.path().join("real/a.cassette.yaml"), folder.path().join("b.cassette.yaml")).unwrap();
    symlink(folder.path(), folder.path().join("real/loop")).unwrap();

    assert_eq!(found(folder.path(), cassette::SUFFIX), ["real/a.cassette.yaml"]);
    assert_eq!(found(&folder.path().join("linked"), cassette::SUFFIX), ["a.cassette.yaml"]);
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error_and_not_an_empty_one() {
    let folder = tree(&["a/b.cassette.yaml"]);
    let files = Faulty::default();
    find_with(&files, folder.path(), cassette::SUFFIX).unwrap();

    for call in 0..files.calls().len() {
        let files = Faulty::planned(When::At(call), Fault::Error(EACCES));

        let error = find_with(&files, folder.path(), cassette::SUFFIX).unwrap_err();

        assert!(error.help.unwrap().contains("modes"));
    }
}

#[test]
fn tells_of_every_cassette_that_cannot_be_read() {
    let folder = tree(&["a.cassette.yaml", "b.cassette.yaml", "c.cassette.yaml"]);
    fs::write(folder.path().join("a.cassette.yaml"), "").unwrap();
    fs::write(folder.path().join("c.cassette.yaml"), [0xff]).unwrap();

    let errors = read_cassettes(&[folder.path().to_owned(), PathBuf::from("no-such-file")]).unwrap_err();

    let what: Vec<&str> = errors.iter().map(|error| error.what.as_str()).collect();
    assert_eq!(what, ["the cassette is empty", "the cassette is not UTF-8", "cannot find the path"]);
    assert_eq!(errors[0].location.file, Some(folder.path().join("a.cassette.yaml").display().to_string()));
}

#[test]
fn reads_each_cassette_once_and_an_empty_folder_as_none() {
    let folder = tree(&["a.cassette.yaml"]);
    let empty = TempDir::new().unwrap();
    let file = folder.path().join("a.cassette.yaml");

    assert_eq!(read_cassettes(&[folder.path().to_owned(), file]).unwrap().len(), 1);
    assert!(read_cassettes(&[empty.path().to_owned()]).unwrap().is_empty());
    assert!(read_specs(&[empty.path().to_owned()]).unwrap().is_empty());
}

#[test]
fn reads_specs_beside_cassettes_and_refuses_two_of_one_operation() {
    let folder = tree(&["a.cassette.yaml"]);
    let spec = fs::read_to_string("specs/medical-imaging/list-image-set-versions.yaml").unwrap();
    fs::write(folder.path().join("one.yaml"), &spec).unwrap();

    let specs = read_specs(&[folder.path().to_owned()]).unwrap();
    fs::write(folder.path().join("two.yaml"), &spec).unwrap();
    let errors = read_specs(&[folder.path().to_owned()]).unwrap_err();

    assert_eq!(specs.len(), 1);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].what.contains("has two specs"), "{}", errors[0]);
    assert!(errors[0].location.file.as_deref().unwrap().ends_with("two.yaml"));
}
