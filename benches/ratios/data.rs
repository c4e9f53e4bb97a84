//! The cassettes that are measured, made of a pattern: walks of ten pages, ten items a page, and the same requests and bodies
//! as plain data for the limits.

use std::{fmt::Write as _, fs, path::Path};

const DATASTORE: &str = "datastore00000000000000000000001";
const PAGES: usize = 10;
const ITEMS: usize = 10;

/// One exchange: the request's target and the body of its answer.
pub(crate) struct Page {
    pub(crate) target: String,
    pub(crate) body: String,
    image_set: String,
    page: usize,
    token: Option<usize>,
}

/// `count` exchanges, each with a request of its own.
pub(crate) fn pages(count: usize) -> Vec<Page> {
    (0..count).map(|number| page(number, number + 1 < count && (number + 1) % PAGES != 0)).collect()
}

fn page(number: usize, more: bool) -> Page {
    let image_set = format!("imageset{:024}", number / PAGES + 1);
    let page = number % PAGES;
    let token = (page > 0).then_some(number);
    let mut target = format!("/datastore/{DATASTORE}/imageSet/{image_set}/listImageSetVersions?maxResults={ITEMS}");
    if let Some(token) = token {
        write!(target, "&nextToken=page-token-{token:04}").unwrap();
    }
    let items: Vec<String> = (0..ITEMS).map(|item| version(&image_set, (PAGES - page) * ITEMS - item)).collect();
    let next = if more { format!(",\"nextToken\":\"page-token-{:04}\"", number + 1) } else { String::new() };
    let body = format!("{{\"imageSetPropertiesList\":[{}]{next}}}", items.join(","));
    Page { target, body, image_set, page, token }
}

fn version(image_set: &str, version: usize) -> String {
    format!(
        "{{\"imageSetId\":\"{image_set}\",\"versionId\":\"{version}\",\"imageSetState\":\"ACTIVE\",\
         \"ImageSetWorkflowStatus\":\"UPDATED\",\"createdAt\":1.262304000753E9,\"updatedAt\":{}.262,\
         \"overrides\":{{\"forced\":true}},\"message\":\"redacted free text, 41 characters\"}}",
        1_262_304_000 + version
    )
}

/// Writes the pages as a cassette. It is not sealed: the command does that.
pub(crate) fn write_cassette(file: &Path, pages: &[Page]) {
    let mut text = format!(
        "---\nsource: specs/medical-imaging/list-image-set-versions.yaml\ndescription: {} exchanges\nexpression: \
         ListImageSetVersions\ninfo:\n  tool: retake 0.1.0\n  recorded_at: \"2026-01-01T00:00:00Z\"\n  origin: edited\n  \
         region: us-east-1\n  exchanges_sha256: \"{:064}\"\n---\ncassette: 1\nexchanges:\n",
        pages.len(),
        0
    );
    for page in pages {
        write_exchange(&mut text, page);
    }
    fs::write(file, text).unwrap();
}

fn write_exchange(text: &mut String, page: &Page) {
    let walk: usize = page.image_set["imageset".len()..].parse().unwrap();
    let suffix = if walk == 1 { String::new() } else { format!("-{walk}") };
    write!(
        text,
        "  - id: size-{ITEMS}-page-{}{suffix}\n    operation: ListImageSetVersions\n    request:\n      method: POST\n      \
         path: /datastore/{DATASTORE}/imageSet/{}/listImageSetVersions\n      query:\n        maxResults: \"{ITEMS}\"\n",
        page.page + 1,
        page.image_set
    )
    .unwrap();
    if let Some(token) = page.token {
        writeln!(text, "        nextToken: page-token-{token:04}").unwrap();
    }
    text.push_str(
        "    response:\n      status: 200\n      headers:\n        content-type: application/json\n      body:\n        json: |\n",
    );
    let body: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    // The pretty form respells the times, which costs the measure nothing.
    for line in serde_json::to_string_pretty(&body).unwrap().lines() {
        writeln!(text, "          {line}").unwrap();
    }
}

/// Writes target and body, a line each, for the limits.
pub(crate) fn write_plain(file: &Path, pages: &[Page]) {
    let lines: Vec<String> = pages.iter().map(|page| format!("{}\n{}\n", page.target, page.body)).collect();
    fs::write(file, lines.concat()).unwrap();
}

/// Reads what [`write_plain`] wrote.
pub(crate) fn read_plain(file: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    std::iter::from_fn(|| Some((lines.next()?, lines.next()?))).collect()
}
