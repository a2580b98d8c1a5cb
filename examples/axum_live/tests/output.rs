//! The service answers through changes of its settings, tells of them, prints no secret, and ends.

use std::process::Command;

#[test]
fn it_serves_through_changes_and_tells_of_them() {
    let output = Command::new(env!("CARGO_BIN_EXE_axum_live"))
        .env_clear()
        .current_dir("/")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (told, answers): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("changed: "));
    assert_eq!(
        told,
        [
            "changed: generation 1 to 2 (changed): greeting, api_token",
            "changed: a restart would change listen",
            "changed: generation 2 to 3 (changed): greeting, api_token",
            "changed: no more",
        ],
        "{text}"
    );
    assert_eq!(answers[0], "starting with Live { generation: 1, state: Fresh, .. }");
    assert_eq!(answers[1], "HTTP/1.1 200 OK Good morning!");
    assert!(answers[2].starts_with("HTTP/1.1 200 OK generation 1, "), "{text}");
    assert_eq!(
        answers[3..7],
        [
            "HTTP/1.1 401 Unauthorized",
            "HTTP/1.1 200 OK Good evening!",
            "HTTP/1.1 200 OK ready",
            "HTTP/1.1 503 Service Unavailable the settings are too old",
        ],
        "{text}"
    );
    assert_eq!(answers[7], "HTTP/1.1 200 OK Good evening!", "{text}");
    let failure = "api_token: too short or too long, from file settings.json#api_token";
    assert!(answers[8].starts_with(failure), "{text}");
    assert_eq!(answers[9..], ["HTTP/1.1 200 OK ready", "HTTP/1.1 200 OK Good morning!"], "{text}");
    assert!(!text.contains("not-a-real"), "{text}");
}
