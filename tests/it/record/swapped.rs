//! A link that takes the place of a cassette's folder while a recording runs: it leads nowhere.

use super::{Rig, simulated, specs};
use retake::store::commit;
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

#[tokio::test]
async fn the_cassette_goes_into_the_folder_that_the_recording_began_in() {
    let elsewhere = TempDir::new().unwrap();
    let rig = Rig::start(simulated(&specs())).await;
    rig.ask(&[]).await;
    let here = rig.folder.path().to_owned();
    let away = here.with_extension("away");
    fs::rename(&here, &away).unwrap();
    symlink(elsewhere.path(), &here).unwrap();

    rig.ask(&[("maxResults", "1")]).await;
    let Rig { folder, running } = rig;
    let ended = running.finish().await;
    // The control: what names the folder anew is led away.
    commit(&here.join("control"), b"x").unwrap();

    let names = |folder: &std::path::Path| -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let (there, led_away) = (names(&away), names(elsewhere.path()));
    fs::remove_file(&here).unwrap();
    fs::rename(&away, &here).unwrap();
    drop(folder);
    assert_eq!(ended.unwrap().counts.exchanges, 2);
    assert_eq!(there, ["a.cassette.yaml"]);
    assert_eq!(led_away, ["control"]);
}
