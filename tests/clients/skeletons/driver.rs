// A driver for `retake verify client --driver -- target/debug/driver`: a JSON object a line comes in, one goes out.
// It needs aws-sdk-medicalimaging (features behavior-version-latest, rt-tokio), retake (feature sdk), serde_json, tokio.
// `call` is yours: call your client as your program does, and say what its caller gets.
use aws_sdk_medicalimaging::config::{self, retry::RetryConfig, retry::RetryPartition, timeout::TimeoutConfig};
use aws_sdk_medicalimaging::{Client, error::ProvideErrorMetadata, error::SdkError, primitives::DateTime, types::ImageSetProperties};
use retake::net::{Access, Credentials};
use serde_json::{Value, json};
use std::{io::BufRead, time::Duration};

async fn call(run: &Value) -> Value {
    let text = |name: &str| run["input"][name].as_str().map(str::to_owned);
    let number = |name: &str| run["input"][name].as_i64();
    let request = client(run).list_image_set_versions()
        .set_datastore_id(text("datastoreId")).set_image_set_id(text("imageSetId"))
        .set_next_token(text("nextToken")).set_max_results(number("maxResults").map(|number| number as i32));
    let mut pages = request.into_paginator().send();
    let mut items = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => items.extend(page.image_set_properties_list().iter().map(item)),
            Err(error) => return failure(&error, &items),
        }
    }
    json!({"kind": "ok", "items": items})
}

fn item(item: &ImageSetProperties) -> Value {
    let time = |time: &DateTime| time.as_secs_f64();
    let mut members = json!({
        "imageSetId": item.image_set_id(), "versionId": item.version_id(),
        "imageSetState": item.image_set_state().as_str(),
        "ImageSetWorkflowStatus": item.image_set_workflow_status().map(|value| value.as_str()),
        "createdAt": item.created_at().map(time), "updatedAt": item.updated_at().map(time),
        "deletedAt": item.deleted_at().map(time), "message": item.message(),
        "overrides": item.overrides().map(|of| json!({"forced": of.forced()})), "isPrimary": item.is_primary(),
    });
    members.as_object_mut().expect("an object").retain(|_, member| !member.is_null());
    members
}

const MODELLED: &[&str] = &["ThrottlingException", "ConflictException", "AccessDeniedException", "ValidationException", "InternalServerException", "ResourceNotFoundException"];
fn failure<E: ProvideErrorMetadata>(error: &SdkError<E>, items: &[Value]) -> Value {
    let (code, status) = (error.code(), error.raw_response().map(|response| response.status().as_u16()));
    let class = match error {
        SdkError::ConstructionFailure(_) => "client-validation",
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "timeout",
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => "transport",
        _ if status == Some(200) => "deserialise",
        _ if code.is_some_and(|code| MODELLED.contains(&code)) => "modelled",
        _ => "unmodelled",
    };
    json!({"kind": "error", "class": class, "code": code, "message": error.message(), "status": status, "items": items})
}

fn client(run: &Value) -> Client {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |name: &str| run[name].as_u64().unwrap_or_default();
    let [id, secret, token] = ["access_key_id", "secret_access_key", "session_token"].map(|name| text(&run["credentials"][name]));
    let credentials = Credentials::new(&id, &secret, Some(token));
    let access = Access { endpoint: text(&run["endpoint"]), region: text(&run["region"]), credentials };
    let config = config::Builder::from(&retake::sdk::config(&access))
        .retry_config(RetryConfig::standard().with_max_attempts(number("max_attempts") as u32))
        .retry_partition(RetryPartition::new(text(&run["scenario"])))
        .timeout_config(TimeoutConfig::builder().read_timeout(Duration::from_millis(number("timeout_ms"))).build());
    Client::from_conf(config.build())
}

#[tokio::main]
async fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let asked: Value = serde_json::from_str(&line).expect("retake sends JSON");
        let client = json!({"name": "aws-sdk-medicalimaging", "version": "1", "language": "rust"});
        match asked["cmd"].as_str() {
            Some("hello") => println!("{}", json!({"ok": true, "protocol": 1, "client": client, "driver": "0.1"})),
            Some("run") => println!("{}", json!({"seq": asked["seq"], "outcome": call(&asked).await})),
            _ => break,
        }
    }
}
