//! Lists image set versions with the Rust SDK's own paginator and prints what it saw as one line of JSON.
//!
//! Arguments are calls, `DATASTORE/IMAGESET` or `DATASTORE/IMAGESET/PAGE-SIZE`. Where the requests go, and with which
//! credentials, is the environment's business. The SDK is built here without its default HTTP client (a second TLS
//! provider), so the client below names what that default is made of: TLS, and the proxy of the environment.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "its output is its result")]

use aws_config::BehaviorVersion;
use aws_sdk_medicalimaging::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::list_image_set_versions::{ListImageSetVersionsError, ListImageSetVersionsOutput},
    primitives::{DateTime, DateTimeFormat},
    types::ImageSetProperties,
};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use serde_json::{Value, json};
use std::env;

#[tokio::main]
async fn main() {
    let http_client = aws_smithy_http_client::Builder::new().build_with_connector_fn(|_, _| {
        Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build()
    });
    let client = Client::new(&aws_config::defaults(BehaviorVersion::latest()).http_client(http_client).load().await);

    let mut calls = Vec::new();
    for call in env::args().skip(1) {
        calls.push(list_versions(&client, &call).await);
    }
    let mut seen = json!({"calls": calls, "client": "rust"});
    seen.sort_all_objects();
    println!("{seen}");
}

async fn list_versions(client: &Client, call: &str) -> Value {
    let words: Vec<&str> = call.split('/').collect();
    let request = client.list_image_set_versions().datastore_id(words[0]).image_set_id(words[1]);
    let mut paginator = request.into_paginator();
    if let Some(size) = words.get(2) {
        paginator = paginator.page_size(size.parse().unwrap());
    }
    let mut pages = paginator.send();

    let (mut lengths, mut items, mut error) = (Vec::new(), Vec::new(), Value::Null);
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => add(&page, &mut lengths, &mut items),
            Err(found) => error = described(&found),
        }
    }
    json!({"error": error, "items": items, "pages": lengths})
}

fn add(page: &ListImageSetVersionsOutput, lengths: &mut Vec<usize>, items: &mut Vec<Value>) {
    lengths.push(page.image_set_properties_list().len());
    items.extend(page.image_set_properties_list().iter().map(item));
}

fn item(item: &ImageSetProperties) -> Value {
    let mut members = json!({
        "imageSetId": item.image_set_id(),
        "versionId": item.version_id(),
        "imageSetState": item.image_set_state().as_str(),
        "ImageSetWorkflowStatus": item.image_set_workflow_status().map(|status| status.as_str()),
        "createdAt": item.created_at().map(time),
        "updatedAt": item.updated_at().map(time),
        "deletedAt": item.deleted_at().map(time),
        "message": item.message(),
        "overrides": item.overrides().map(|overrides| json!({"forced": overrides.forced()})),
        "isPrimary": item.is_primary(),
    });
    // As the other clients: what was not sent is not there.
    members.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    members
}

fn time(time: &DateTime) -> String {
    time.fmt(DateTimeFormat::DateTime).unwrap()
}

/// A service error as code, message and status; any other failure ends the program, since the test is not about it.
fn described(error: &SdkError<ListImageSetVersionsError>) -> Value {
    let SdkError::ServiceError(service) = error else { unreachable!("expected an answer, found {error:?}") };
    json!({
        "code": service.err().code(),
        "message": service.err().message(),
        "status": service.raw().status().as_u16(),
    })
}
