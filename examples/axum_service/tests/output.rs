//! The service answers its requests, and prints no secret.

use std::process::Command;

#[test]
fn it_answers_whoever_shows_the_token_and_nobody_else() {
    let output = Command::new(env!("CARGO_BIN_EXE_axum_service"))
        .env_clear()
        .current_dir("/")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        answers,
        ["HTTP/1.1 401 Unauthorized", "HTTP/1.1 401 Unauthorized", "HTTP/1.1 200 OK Good morning!"],
    );
    assert!(text.starts_with("starting with Settings {") && text.contains("[REDACTED]"), "{text}");
    assert!(!text.contains("not-a-real"), "{text}");
}
