//! Handles for one value.

use config_core::{ExposeSecret, LiveField, SecretString};

use super::{Settings, started, store};

#[test]
fn a_field_follows_and_what_was_taken_from_it_stays() {
    let store = store();
    let live = started(&store);
    let token: LiveField<Settings, SecretString> = live.field(|settings| &settings.token);
    let before = token.get();
    store.set("token", "another");
    live.refresh_now_blocking().unwrap();
    assert_eq!((before.generation(), token.get().generation()), (1, 2));
    assert_eq!(before.expose_secret(), super::HIDDEN);
    assert_eq!(token.get().expose_secret(), "another");
    assert!(token.expose(|text| text == "another"));
    assert_eq!(token.with(|secret| secret.expose_secret().len()), 7);
    assert_eq!(live.health().live_generations, [1, 2]);
    drop(before);
    assert_eq!(live.health().live_generations, [2]);
}

#[test]
fn a_field_keeps_the_settings_up_to_date_and_can_be_sent_to_another_thread() {
    let store = store();
    let live = started(&store);
    let host = live.field(|settings| settings.region.as_str());
    let port = live.field(|settings| &settings.port);
    drop(live);
    store.set("port", "2");
    let thread = std::thread::spawn(move || {
        port.live().refresh_now_blocking().unwrap();
        (*port.get(), host.with(str::to_owned))
    });
    assert_eq!(thread.join().unwrap(), (2, "eu".to_owned()));
}

#[test]
fn a_field_shows_no_value() {
    let live = started(&store());
    let token = live.field(|settings| &settings.token);
    let shown = format!("{token:?} {:?}", token.get());
    assert_eq!(shown, "LiveField { .. } Current { generation: 1, .. }");
}
