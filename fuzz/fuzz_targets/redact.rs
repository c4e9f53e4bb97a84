#![no_main]
#![allow(dead_code, reason = "each binary has all targets, and runs one")]

#[path = "../../tests/it/fuzz/targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::redact::run(data));
