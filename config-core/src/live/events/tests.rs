use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use notify::event::{
    AccessKind, AccessMode, CreateKind, DataChange, Flag, MetadataKind, ModifyKind,
};
use notify::event::{RemoveKind, RenameMode};
use notify::{Event, EventKind};

use super::super::spots::Spots;
use super::{Events, Shared, handle, shared};

/// What is told of an event while a file in a directory is followed.
fn told(event: notify::Result<Event>, state: &Mutex<Shared>) -> Vec<Option<PathBuf>> {
    let told: Arc<Mutex<Vec<Option<PathBuf>>>> = Arc::default();
    let tell = {
        let told = Arc::clone(&told);
        move |path: Option<&Path>| told.lock().unwrap().push(path.map(Path::to_owned))
    };
    handle(event, state, &tell);
    let told = told.lock().unwrap();
    told.clone()
}

fn following(path: &Path) -> Mutex<Shared> {
    Mutex::new(Shared { spots: Spots::of(&[path.to_owned()]), ..Shared::default() })
}

#[test]
fn events_that_change_something_are_told_and_reading_is_not() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().canonicalize().unwrap().join("file");
    let state = following(&path);
    let access = |kind| EventKind::Access(kind);
    let modify = |kind| EventKind::Modify(kind);
    for (kind, is_told) in [
        (EventKind::Create(CreateKind::File), true),
        (EventKind::Remove(RemoveKind::File), true),
        (modify(ModifyKind::Data(DataChange::Any)), true),
        (modify(ModifyKind::Metadata(MetadataKind::Any)), true),
        (modify(ModifyKind::Name(RenameMode::To)), true),
        (access(AccessKind::Close(AccessMode::Write)), true),
        (EventKind::Any, true),
        (access(AccessKind::Open(AccessMode::Any)), false),
        (access(AccessKind::Close(AccessMode::Read)), false),
        (access(AccessKind::Read), false),
        (modify(ModifyKind::Metadata(MetadataKind::AccessTime)), false),
    ] {
        let event = Event::new(kind).add_path(path.clone());
        let expected = if is_told { vec![Some(path.clone())] } else { Vec::new() };
        assert_eq!(told(Ok(event), &state), expected, "{kind:?}");
    }
}

#[test]
fn where_events_were_lost_anything_may_have_happened() {
    let state = following("/nowhere/file".as_ref());
    let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
    assert_eq!(told(Ok(lost), &state), [None]);
    assert!(!shared(&state).is_broken);
    assert_eq!(told(Err(notify::Error::generic("on purpose")), &state), [None]);
    assert!(shared(&state).is_broken, "the watcher is made anew");
}

#[test]
fn a_directory_that_is_taken_away_has_everything_watched_anew() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().canonicalize().unwrap();
    let state = following(&root.join("file"));
    let taken = |path: &Path| {
        let kind = EventKind::Modify(ModifyKind::Name(RenameMode::From));
        told(Ok(Event::new(kind).add_path(path.to_owned())), &state);
        std::mem::take(&mut shared(&state).is_stale)
    };
    assert!(!taken(&root.join("file")));
    assert!(taken(&root) && taken(root.parent().unwrap()));
}

#[test]
fn a_watcher_that_failed_is_made_anew() {
    let place = tempfile::tempdir().unwrap();
    let paths = [place.path().join("file")];
    let (tell, told) = std::sync::mpsc::channel();
    let mut events = Events::new(Arc::new(move |_: Option<&Path>| tell.send(()).unwrap_or(())));
    assert!(events.watch(&paths));
    shared(&events.shared).is_broken = true;
    assert!(events.watch(&paths));
    std::fs::write(&paths[0], "x").unwrap();
    told.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert!(events.watch(&[]) && events.watcher.is_none(), "nothing is left to be watched");
}
