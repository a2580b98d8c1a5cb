//! Rocket runs on the settings, the provider is one of their sources, and no secret is handed on.

use std::process::Command;

#[test]
fn rocket_takes_its_configuration_from_the_settings() {
    let output = Command::new(env!("CARGO_BIN_EXE_figment_rocket"))
        .env_clear()
        .current_dir("/")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("port 8000, mail through mail.example:587"), "{text}");
    assert!(text.contains("Server: greeter"), "{text}");
    assert!(text.contains("figment has the password: false"), "{text}");
    let row = text.lines().find(|line| line.contains("mail.port")).unwrap();
    assert!(row.contains("figment"), "{text}");
    assert!(!text.contains("not-a-real"), "{text}");
}
