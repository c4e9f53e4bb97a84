//! The skeletons of drivers that `--new-driver` prints: each works as it is printed.

use retake::drive::{Language, skeleton};
use retake::spec::embedded;

#[test]
fn the_rust_skeleton_is_the_one_that_is_built_and_tried() {
    let specs = embedded();

    let printed = skeleton(Language::Rust, specs.operation("ListImageSetVersions").unwrap());

    assert_eq!(
        include_str!("../clients/skeletons/driver.rs"),
        printed,
        "tests/clients/skeletons/driver.rs is out of date"
    );
}
