use aws_sdk_medicalimaging::Client;

#[tokio::test]
async fn lists_every_version() {
    let replay = retake::Replay::open("cassettes").unwrap().allow_unused().start().await.unwrap();
    let client = Client::new(&retake::sdk::config(replay.access()));

    let versions = client
        .list_image_set_versions()
        .datastore_id(replay.input("datastoreId").unwrap())
        .image_set_id(replay.input("imageSetId").unwrap())
        .max_results(2)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .unwrap();

    assert_eq!(versions.len(), 20);
    replay.finish().await.assert_passed();
}
