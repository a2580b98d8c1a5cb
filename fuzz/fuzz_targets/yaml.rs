#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| config_core::__private::fuzz::yaml(data));
