//! `retake spec import`, as a user calls it.

use crate::command::{Run, retake};
use flate2::{Compression, write::GzEncoder};
use std::{fs, io::Write, path::Path, path::PathBuf};

fn model(release: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path: PathBuf = root.join(format!("tests/data/models/botocore-{release}/service-2.json"));
    path.into_os_string().into_string().unwrap()
}

fn import(folder: &Path, rest: &[&str]) -> Run {
    retake(folder, &[&["spec", "import"], rest].concat())
}

#[test]
fn imports_a_whole_service_that_then_checks_and_simulates() {
    let folder = tempfile::tempdir().unwrap();

    import(folder.path(), &[&model("1.44.5"), "--all"]).assert_code(0).assert_stderr("18 imported, 0 refused, 4 notes");

    retake(folder.path(), &["spec", "check"]).assert_code(0).assert_stdout("18 specs");
    let record = ["record", "--operation", "ListDatastores", "--probe", "--cassette", "d.cassette.yaml"];
    retake(folder.path(), &record).assert_code(0);
}

#[test]
fn reads_a_packed_model_and_finds_its_pages_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&fs::read(model("1.44.5")).unwrap()).unwrap();
    fs::write(folder.path().join("service-2.json.gz"), packed.finish().unwrap()).unwrap();
    let listing = ["service-2.json.gz", "--operation", "ListDatastores", "--into"];

    import(folder.path(), &[&listing[..], &["without"]].concat()).assert_code(0).assert_stderr("no paginators-1.json");
    let pages = fs::read(Path::new(&model("1.44.5")).with_file_name("paginators-1.json")).unwrap();
    fs::write(folder.path().join("paginators-1.json"), pages).unwrap();
    import(folder.path(), &[&listing[..], &["with"]].concat()).assert_code(0);

    let text =
        |into: &str| fs::read_to_string(folder.path().join(into).join("medical-imaging/list-datastores.yaml")).unwrap();
    assert!(!text("without").contains("pagination:"));
    assert!(text("with").contains("\n  items: datastoreSummaries\n"));
}

#[test]
fn leaves_a_spec_that_is_there_unless_it_is_to_be_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("specs/medical-imaging/search-image-sets.yaml");
    let search = ["--operation", "SearchImageSets"];
    import(folder.path(), &[&[model("1.33.3").as_str()], &search[..]].concat()).assert_code(0);
    let before = fs::read_to_string(&spec).unwrap().replace("read_only: false", "read_only: true");
    fs::write(&spec, &before).unwrap();

    import(folder.path(), &[&[model("1.44.5").as_str()], &search[..]].concat())
        .assert_code(2)
        .assert_stderr("--update");
    assert_eq!(fs::read_to_string(&spec).unwrap(), before);

    import(folder.path(), &[&[model("1.44.5").as_str(), "--update"], &search[..]].concat()).assert_code(0);
    let after = fs::read_to_string(&spec).unwrap();
    assert!(after.contains("isPrimary") && !before.contains("isPrimary"), "the model's part is renewed");
    assert!(after.contains("read_only: true"), "what a person said stays");
}

#[test]
fn says_what_is_wrong_with_what_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text.json"), "not a model").unwrap();
    fs::write(folder.path().join("other.json"), "{\"swagger\": \"2.0\"}").unwrap();
    fs::write(folder.path().join("cut.json.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    let model = model("1.44.5");
    let cases: [(&[&str], &str); 7] = [
        (&["nope.json", "--all"], "cannot read the file"),
        (&["text.json", "--all"], "not JSON"),
        (&["other.json", "--all"], "no service model"),
        (&["cut.json.gz", "--all"], "cannot read the file"),
        (&[&model], "--operation"),
        (&[&model, "--operation", "ListDatastore"], "did you mean \"ListDatastores\"?"),
        (&[&model, "--all", "--operation", "ListDatastores"], "cannot be used with"),
    ];
    for (arguments, expected) in cases {
        import(folder.path(), arguments).assert_code(2).assert_stderr(expected);
    }
    assert!(!folder.path().join("specs").exists(), "nothing was written");
}
