//! How the client is led: by lines on its standard input, or once by its environment.

use super::client::{Client, Fault};
use super::wire::Wire;
use retake::evidence::Outcome;
use retake::message::Json;
use retake::net::{Credentials, sigv4::Signer};
use retake::spec::{Inputs, Spec, Specs, embedded};
use serde_json::{Value, json};
use std::env;
use std::fs;
use std::io::{self, BufRead};
use std::process::ExitCode;
use std::time::Duration;

/// The attempts and the time-out of a client that is not told them.
const ATTEMPTS: u32 = 3;
const TIMEOUT: Duration = Duration::from_secs(5);

/// What it calls where it is run without being told.
const OPERATION: &str = "ListImageSetVersions";

/// Speaks the driver protocol until it is told to end.
pub(crate) fn serve(fault: Fault) -> Result<ExitCode, String> {
    let specs = embedded();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let message: Value = serde_json::from_str(&line).map_err(|error| format!("{error} in {line}"))?;
        match message["cmd"].as_str() {
            Some("hello") => {
                let client = json!({"name": format!("faulty {fault}"), "version": "1", "language": "rust"});
                println!("{}", json!({"ok": true, "protocol": 1, "client": client, "driver": "1"}));
            }
            Some("run") => println!("{}", answer(&specs, fault, &message)),
            Some("bye") => break,
            _ => return Err(format!("what is to be done is not known: {line}")),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn answer(specs: &Specs, fault: Fault, message: &Value) -> String {
    let seq = &message["seq"];
    match run(specs, fault, message) {
        Ok(outcome) => format!("{{\"seq\":{seq},\"outcome\":{}}}", text(&outcome)),
        Err(message) => json!({"seq": seq, "driver_error": {"message": message}}).to_string(),
    }
}

fn run(specs: &Specs, fault: Fault, message: &Value) -> Result<Outcome, String> {
    let word = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| format!("{value} is no text"));
    let number = |name: &str| message[name].as_u64().ok_or_else(|| format!("{name} is no number"));
    let spec = specs.operation(&word(&message["operation"])?).ok_or("the operation is not known")?;
    let told = &message["credentials"];
    let token = told["session_token"].as_str().map(str::to_owned);
    let credentials = Credentials::new(word(&told["access_key_id"])?, word(&told["secret_access_key"])?, token);
    let signer = Signer { credentials, region: word(&message["region"])?, service: spec.service.signing_name.clone() };
    let timeout = Duration::from_millis(number("timeout_ms")?);
    let service = Wire::new(&word(&message["endpoint"])?, signer, timeout, fault);
    let attempts = number("max_attempts")?.try_into().map_err(|_| "too many attempts")?;
    Ok(Client { spec, service: &service, fault, attempts }.call(&inputs(spec, &message["input"])))
}

/// Runs once, as the environment says; ends with 0 for a success and with 1 for an error.
pub(crate) fn once(fault: Fault, outcome_file: Option<String>) -> Result<ExitCode, String> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let specs = embedded();
    let spec = specs.operation(OPERATION).ok_or("there is no such operation")?;
    let credentials = Credentials::from_environment(|name| env::var(name).ok()).ok_or("there are no credentials")?;
    let signer = Signer { credentials, region: variable("AWS_REGION")?, service: spec.service.signing_name.clone() };
    let service = Wire::new(&variable("RETAKE_ENDPOINT")?, signer, TIMEOUT, fault);
    let input = serde_json::from_str(&variable("RETAKE_INPUT")?).map_err(|error| error.to_string())?;

    let outcome = Client { spec, service: &service, fault, attempts: ATTEMPTS }.call(&inputs(spec, &input));

    if let Some(file) = outcome_file {
        fs::write(&file, text(&outcome)).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(if outcome.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn inputs(spec: &Spec, input: &Value) -> Inputs {
    let members = input.as_object().into_iter().flatten();
    let texts: Vec<(&str, String)> = members
        .map(|(key, value)| (key.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    Inputs::from_texts(spec, texts.iter().map(|(key, text)| (*key, text.as_str())))
}

fn text(outcome: &Outcome) -> String {
    outcome.to_json().as_ref().map(Json::to_compact).unwrap_or_default()
}
