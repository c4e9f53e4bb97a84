//! Asks for everything that can be read of the service with the Rust SDK, and prints what it saw as one line of JSON.
//!
//! Arguments are `NAME=VALUE`: the inputs of its calls. Where the requests go, and with which credentials, is the
//! environment's business. What it prints of an answer is the part of it that shows that the whole was read.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "its output is its result")]

use aws_config::BehaviorVersion;
use aws_sdk_medicalimaging::{
    Client,
    primitives::{ByteStream, DateTime},
    types::{
        ImageFrameInformation, Operator, SearchByAttributeValue, SearchCriteria, SearchFilter, Sort, SortField,
        SortOrder,
    },
};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, env};

const PAGE_SIZE: i32 = 7;

/// The pages of a paginator: how long each was, and of each item what is said of it.
macro_rules! listing {
    ($call:expr, $items:ident, $item:expr) => {{
        let mut walk = $call.into_paginator().page_size(PAGE_SIZE).send();
        let (mut pages, mut items) = (Vec::new(), Vec::new());
        while let Some(page) = walk.next().await {
            let page = page.unwrap();
            pages.push(page.$items().len());
            items.extend(page.$items().iter().map($item));
        }
        json!({"pages": pages, "items": items})
    }};
}

#[tokio::main]
async fn main() {
    let given: BTreeMap<String, String> = env::args()
        .skip(1)
        .map(|argument| argument.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .collect();
    let client = client().await;

    let mut seen = json!({"seen": [listings(&client, &given).await, reads(&client, &given).await]});
    seen.sort_all_objects();
    println!("{seen}");
}

async fn client() -> Client {
    let http_client = aws_smithy_http_client::Builder::new().build_with_connector_fn(|_, _| {
        Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build()
    });
    Client::new(&aws_config::defaults(BehaviorVersion::latest()).http_client(http_client).load().await)
}

async fn listings(client: &Client, given: &BTreeMap<String, String>) -> Value {
    let store = || given["datastoreId"].as_str();
    let versions = client.list_image_set_versions().datastore_id(store()).image_set_id(&given["imageSetId"]);
    let search = client.search_image_sets().datastore_id(store()).search_criteria(criteria());
    json!({
        "ListDatastores": listing!(client.list_datastores(), datastore_summaries, |item| json!([
            item.datastore_id(), item.datastore_name(), item.datastore_status().as_str(), time(item.created_at()),
        ])),
        "ListDICOMImportJobs": listing!(client.list_dicom_import_jobs().datastore_id(store()), job_summaries, |item| json!([
            item.job_id(), item.job_status().as_str(), item.data_access_role_arn(), time(item.submitted_at()),
        ])),
        "ListImageSetVersions": listing!(versions, image_set_properties_list, |item| json!([
            item.image_set_id(), item.version_id(), item.image_set_state().as_str(), time(item.created_at()),
        ])),
        "SearchImageSets": listing!(search, image_sets_metadata_summaries, |item| json!([
            item.image_set_id(),
            item.version(),
            item.storage_tier().map(|tier| tier.as_str()),
            item.dicom_tags().and_then(|tags| tags.dicom_patient_id()),
            time(item.created_at()),
        ])),
    })
}

fn criteria() -> SearchCriteria {
    let primary = SearchFilter::builder().operator(Operator::Equal).values(SearchByAttributeValue::IsPrimary(true));
    let sort = Sort::builder().sort_order(SortOrder::Desc).sort_field(SortField::UpdatedAt);
    SearchCriteria::builder().filters(primary.build().unwrap()).sort(sort.build().unwrap()).build()
}

async fn reads(client: &Client, given: &BTreeMap<String, String>) -> Value {
    let (store, set) = (given["datastoreId"].as_str(), given["imageSetId"].as_str());
    let asked: Value = serde_json::from_str(&given["imageFrameInformation"]).unwrap();
    let frame = ImageFrameInformation::builder().image_frame_id(asked["imageFrameId"].as_str().unwrap()).build();

    let datastore = client.get_datastore().datastore_id(store).send().await.unwrap();
    let datastore = datastore.datastore_properties().unwrap();
    let image_set = client.get_image_set().datastore_id(store).image_set_id(set).send().await.unwrap();
    let job = client.get_dicom_import_job().datastore_id(store).job_id(&given["jobId"]).send().await.unwrap();
    let job = job.job_properties().unwrap();
    let tags = client.list_tags_for_resource().resource_arn(&given["resourceArn"]).send().await.unwrap();
    let metadata = client.get_image_set_metadata().datastore_id(store).image_set_id(set).send().await.unwrap();
    let pixels = client.get_image_frame().datastore_id(store).image_set_id(set);
    let pixels = pixels.image_frame_information(frame.unwrap()).send().await.unwrap();
    json!({
        "GetDatastore": [datastore.datastore_id(), datastore.datastore_status().as_str()],
        "GetImageSet": [image_set.image_set_id(), image_set.version_id(), image_set.image_set_state().as_str()],
        "GetDICOMImportJob": [job.job_id(), job.job_status().as_str(), job.input_s3_uri()],
        "ListTagsForResource": tags.tags().iter().collect::<BTreeMap<_, _>>(),
        "GetImageSetMetadata": [metadata.content_type(), metadata.content_encoding()],
        "GetImageSetMetadata length": length(metadata.image_set_metadata_blob).await,
        "GetImageFrame": pixels.content_type(),
        "GetImageFrame length": length(pixels.image_frame_blob).await,
    })
}

async fn length(bytes: ByteStream) -> usize {
    bytes.collect().await.unwrap().into_bytes().len()
}

fn time(time: Option<&DateTime>) -> Value {
    time.map_or(Value::Null, |time| json!({"seconds": time.as_secs_f64()}))
}
