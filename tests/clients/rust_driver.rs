//! Drives the Rust SDK through the scenarios of `retake verify client --driver`: one JSON object a line in, one out.
//!
//! Each run has a client of its own with a retry quota of its own, since the SDK's is one for a process. It reports what a
//! caller of the SDK gets: by its paginator, or with `--calls` by calls of which each gets the token of the one before.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a line that cannot be read or written ends the driver")]

use aws_sdk_medicalimaging::{
    Client, Config,
    config::{
        BehaviorVersion, Credentials, Region,
        retry::{RetryConfig, RetryPartition},
        timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
    operation::list_image_set_versions::{
        ListImageSetVersionsError, ListImageSetVersionsOutput, builders::ListImageSetVersionsFluentBuilder,
    },
    types::{ImageSetProperties, ImageSetState, ImageSetWorkflowStatus},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use retake::sdk::WithoutHostPrefix;
use serde_json::{Value, json};
use std::{
    env,
    io::{self, BufRead},
    time::Duration,
};

type Failure = SdkError<ListImageSetVersionsError>;

#[tokio::main]
async fn main() {
    let by_calls = env::args().any(|argument| argument == "--calls");
    for text in io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&text.unwrap()).unwrap();
        match line["cmd"].as_str() {
            Some("hello") => println!("{}", hello(by_calls)),
            Some("run") => println!("{}", answer(&line, by_calls).await),
            _ => return,
        }
    }
}

fn hello(by_calls: bool) -> Value {
    let name = if by_calls { "aws-sdk-rust, call by call" } else { "aws-sdk-rust" };
    let client = json!({"name": name, "version": aws_sdk_medicalimaging::meta::PKG_VERSION, "language": "rust"});
    json!({"ok": true, "protocol": 1, "client": client, "driver": "0.1"})
}

async fn answer(run: &Value, by_calls: bool) -> Value {
    if run["operation"] != "ListImageSetVersions" {
        return json!({"seq": run["seq"], "skipped": true, "reason": "this driver lists image set versions only"});
    }
    let request = request(&client(run), &run["input"]);
    let mut items = Vec::new();
    let walked = if by_calls { calls(request, &mut items).await } else { pages(request, &mut items).await };
    let outcome = match walked {
        Ok(()) => json!({"kind": "ok", "items": items}),
        Err(failure) => described(&failure, items),
    };
    json!({"seq": run["seq"], "outcome": outcome})
}

fn client(run: &Value) -> Client {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let credentials = Credentials::new(
        text(&run["credentials"]["access_key_id"]).unwrap(),
        text(&run["credentials"]["secret_access_key"]).unwrap(),
        text(&run["credentials"]["session_token"]),
        None,
        "retake",
    );
    let timeout = Duration::from_millis(run["timeout_ms"].as_u64().unwrap());
    let attempts = u32::try_from(run["max_attempts"].as_u64().unwrap()).unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(run["endpoint"].as_str().unwrap())
        .region(Region::new(text(&run["region"]).unwrap()))
        .credentials_provider(credentials)
        .retry_config(RetryConfig::standard().with_max_attempts(attempts))
        .retry_partition(RetryPartition::new(format!("run {}", run["seq"])))
        .timeout_config(TimeoutConfig::builder().read_timeout(timeout).build())
        // No name server knows runtime-localhost.
        .interceptor(WithoutHostPrefix)
        .http_client(http_client());
    Client::from_conf(config.build())
}

/// The SDK is built here without its default HTTP client (a second TLS provider), so this names what that is made of.
fn http_client() -> SharedHttpClient {
    // Nothing here speaks TLS, so that reading the system's certificates for each run would be for nothing.
    let trusts_nobody = TlsContext::builder().with_trust_store(TrustStore::empty()).build().unwrap();
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(trusts_nobody).build_https()
}

fn request(client: &Client, input: &Value) -> ListImageSetVersionsFluentBuilder {
    let text = |name: &str| input[name].as_str().map(str::to_owned);
    client
        .list_image_set_versions()
        .set_datastore_id(text("datastoreId"))
        .set_image_set_id(text("imageSetId"))
        .set_next_token(text("nextToken"))
        .set_max_results(input["maxResults"].as_i64().map(|size| i32::try_from(size).unwrap()))
}

async fn pages(request: ListImageSetVersionsFluentBuilder, items: &mut Vec<Value>) -> Result<(), Failure> {
    let mut pages = request.into_paginator().send();
    while let Some(page) = pages.next().await {
        items.extend(listed(&page?));
    }
    Ok(())
}

/// As one walks who does not know of the paginator.
async fn calls(mut request: ListImageSetVersionsFluentBuilder, items: &mut Vec<Value>) -> Result<(), Failure> {
    loop {
        let page = request.clone().send().await?;
        items.extend(listed(&page));
        match page.next_token().filter(|token| !token.is_empty()) {
            Some(token) => request = request.next_token(token),
            None => return Ok(()),
        }
    }
}

fn listed(page: &ListImageSetVersionsOutput) -> Vec<Value> {
    page.image_set_properties_list().iter().map(item).collect()
}

fn item(item: &ImageSetProperties) -> Value {
    let mut members = json!({
        "imageSetId": item.image_set_id(),
        "versionId": item.version_id(),
        "imageSetState": state(item.image_set_state()),
        "ImageSetWorkflowStatus": item.image_set_workflow_status().map(status),
        "createdAt": item.created_at().map(|time| time.as_secs_f64()),
        "updatedAt": item.updated_at().map(|time| time.as_secs_f64()),
        "deletedAt": item.deleted_at().map(|time| time.as_secs_f64()),
        "message": item.message(),
        "overrides": item.overrides().map(|overrides| json!({"forced": overrides.forced()})),
        "isPrimary": item.is_primary(),
    });
    // What is none is not there.
    members.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    members
}

/// A variant that the SDK knows, as its text; any other is a wrapper around the text.
fn state(state: &ImageSetState) -> Value {
    value(state.as_str(), ImageSetState::values())
}

fn status(status: &ImageSetWorkflowStatus) -> Value {
    value(status.as_str(), ImageSetWorkflowStatus::values())
}

fn value(text: &str, known: &[&str]) -> Value {
    if known.contains(&text) { json!(text) } else { json!({"$unknown": text}) }
}

fn described(failure: &Failure, items: Vec<Value>) -> Value {
    let class = match failure {
        SdkError::ConstructionFailure(_) => "client-validation",
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "timeout",
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => "transport",
        SdkError::ServiceError(service) if is_modelled(service.err()) => "modelled",
        // What the SDK cannot read is an error of the service to it, with the status of a success.
        SdkError::ServiceError(service) if service.raw().status().is_success() => "deserialise",
        SdkError::ServiceError(_) => "unmodelled",
        _ => "unknown",
    };
    let status = failure.raw_response().map(|response| response.status().as_u16());
    let (code, message) = (failure.code(), failure.message());
    json!({"kind": "error", "class": class, "code": code, "message": message, "status": status, "items": items})
}

fn is_modelled(error: &ListImageSetVersionsError) -> bool {
    error.is_throttling_exception()
        || error.is_conflict_exception()
        || error.is_access_denied_exception()
        || error.is_validation_exception()
        || error.is_internal_server_exception()
        || error.is_resource_not_found_exception()
}
