use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::super::mounted::{Links, Mounted};
use super::{HELD_BACK, QUIET, Watch};

/// By events alone: no look comes in time.
const EVENTS: Option<Duration> = None;
/// By looks alone, this often.
const LOOKS: Option<Duration> = Some(Duration::from_millis(40));
/// How long a machine under load may take for what should take 250 ms.
const LATE: Duration = Duration::from_secs(60);

/// A watch of paths in a directory of its own.
struct Bed {
    place: TempDir,
    watch: Watch,
    told: Receiver<PathBuf>,
}

impl Bed {
    fn new(looks: Option<Duration>) -> Self {
        let place = tempfile::tempdir().unwrap();
        let (tell, told): (Sender<PathBuf>, _) = channel();
        let poll = looks.unwrap_or(Duration::from_secs(3600));
        let hint = move |path: &Path| drop(tell.send(path.to_owned()));
        Self { place, watch: Watch::new(poll, looks.is_none(), hint), told }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.at(name), content).unwrap();
    }

    /// Follows paths, until all is quiet.
    fn follow(&self, names: &[&str]) {
        let paths: Vec<PathBuf> = names.iter().map(|name| self.at(name)).collect();
        self.watch.follow(&paths);
        self.watch.stamps();
        until(|| self.watch.events_work() == self.watch.0.events);
        self.settle();
    }

    /// Loads until all that has happened was told.
    fn settle(&self) {
        for _ in 0..20 {
            self.watch.stamps();
            match self.told.recv_timeout(Duration::from_millis(200)) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("it is never quiet");
    }

    /// How long it takes until something is told.
    fn notices(&self, what: &str, action: impl FnOnce()) -> Duration {
        action();
        let started = Instant::now();
        let told = self.told.recv_timeout(LATE);
        assert!(told.is_ok(), "{what} was not noticed");
        let took = started.elapsed();
        self.settle();
        took
    }

    fn notices_nothing(&self, what: &str, action: impl FnOnce()) {
        action();
        let told = self.told.recv_timeout(Duration::from_millis(400));
        assert!(told.is_err(), "{what} was told: {told:?}");
    }
}

fn until(is_so: impl Fn() -> bool) {
    let end = Instant::now() + LATE;
    while !is_so() {
        assert!(Instant::now() < end, "it never came to be so");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Every sort of change of a file.
fn changes_of_a_file(looks: Option<Duration>) {
    let bed = Bed::new(looks);
    bed.write("file", "one");
    bed.follow(&["file"]);
    let path = bed.at("file");
    bed.notices("an edit in place", || bed.write("file", "two"));
    bed.notices("a file moved over it", || {
        bed.write("next", "three");
        fs::rename(bed.at("next"), &path).unwrap();
    });
    bed.notices("an edit of the file that was moved", || bed.write("file", "four"));
    bed.notices("its end", || fs::remove_file(&path).unwrap());
    bed.notices("its return", || bed.write("file", "five"));
    bed.notices("that it was emptied", || drop(fs::File::create(&path).unwrap()));
    bed.notices("its mode", || {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    });
    bed.notices("a link in its stead", || {
        bed.write("elsewhere", "six");
        symlink("elsewhere", bed.at("next")).unwrap();
        fs::rename(bed.at("next"), &path).unwrap();
    });
    bed.notices("a change behind the link", || bed.write("elsewhere", "seven"));
}

#[test]
fn events_tell_of_every_change_of_a_file() {
    changes_of_a_file(EVENTS);
}

#[test]
fn looks_find_every_change_of_a_file() {
    changes_of_a_file(LOOKS);
}

/// Directories on the way that come and go.
fn changes_of_the_way(looks: Option<Duration>) {
    let bed = Bed::new(looks);
    bed.follow(&["a/b/file", "later"]);
    fs::create_dir(bed.at("a")).unwrap();
    bed.settle();
    fs::create_dir(bed.at("a/b")).unwrap();
    bed.settle();
    bed.notices("a file in directories that came later", || bed.write("a/b/file", "one"));
    bed.notices("the end of its directory", || fs::remove_dir_all(bed.at("a/b")).unwrap());
    bed.notices("the return of all at once", || {
        fs::create_dir_all(bed.at("a/b")).unwrap();
        bed.write("a/b/file", "two");
    });
    bed.notices("a change in the directory that returned", || bed.write("a/b/file", "three"));
    bed.notices("a directory that was moved away", || {
        fs::rename(bed.at("a/b"), bed.at("a/away")).unwrap();
    });
    bed.notices("the same directory moved back", || {
        fs::rename(bed.at("a/away"), bed.at("a/b")).unwrap();
    });
    bed.notices("a change in it", || bed.write("a/b/file", "four"));
    bed.notices("a directory where a file was to be", || fs::create_dir(bed.at("later")).unwrap());
}

#[test]
fn events_tell_of_directories_that_come_and_go() {
    changes_of_the_way(EVENTS);
}

#[test]
fn looks_find_directories_that_come_and_go() {
    changes_of_the_way(LOOKS);
}

#[test]
fn a_directory_that_is_back_before_anybody_looked_is_watched_all_the_same() {
    let bed = Bed::new(EVENTS);
    fs::create_dir_all(bed.at("a/b")).unwrap();
    bed.follow(&["a/b/file", "a/other"]);
    bed.notices("a directory moved to and fro", || {
        fs::rename(bed.at("a/b"), bed.at("a/away")).unwrap();
        fs::rename(bed.at("a/away"), bed.at("a/b")).unwrap();
    });
    bed.notices("a change in it", || bed.write("a/b/file", "one"));
}

/// Volumes of Kubernetes, by their directory and by single keys.
fn changes_of_a_volume(looks: Option<Duration>) {
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        for paths in [&["mount"][..], &["mount/key"], &["mount/new", "mount/..data/new"]] {
            let bed = Bed::new(looks);
            let mut mounted = Mounted::new(&bed.at("mount"), links, &[("key", "1")]);
            bed.follow(paths);
            for content in ["2", "3", "4"] {
                let files = [("key", content), ("new", content)];
                bed.notices("a switch", || mounted.publish(&files));
            }
            bed.notices("a key that goes", || mounted.publish(&[("other", "5")]));
        }
    }
}

#[test]
fn events_tell_of_each_switch_of_a_volume() {
    changes_of_a_volume(EVENTS);
}

#[test]
fn looks_find_each_switch_of_a_volume() {
    changes_of_a_volume(LOOKS);
}

/// Replaces a volume a thousand times, while whoever is told reads it: the last generation is read in the end.
fn the_last_switch_is_seen(looks: Option<Duration>, links: Links, swaps: u32) {
    let bed = Bed::new(looks);
    let mut mounted = Mounted::new(&bed.at("mount"), links, &[("key", "0")]);
    bed.follow(&["mount", "mount/key"]);
    let writer = thread::spawn(move || {
        for number in 1..=swaps {
            mounted.publish(&[("key", &number.to_string())]);
            if number % 100 == 0 {
                thread::sleep(Duration::from_millis(u64::from(number % 7) * 20));
            }
        }
    });
    let (mut last, mut reads) = (String::new(), 0);
    while last != swaps.to_string() {
        let told = bed.told.recv_timeout(LATE);
        assert!(told.is_ok(), "after {last} nothing was told");
        loop {
            let before = bed.watch.stamps();
            last = fs::read_to_string(bed.at("mount/key")).unwrap_or_default();
            reads += 1;
            if before == bed.watch.stamps() {
                break;
            }
        }
    }
    writer.join().unwrap();
    println!("{swaps} switches, {reads} reads");
}

#[test]
fn the_last_of_a_thousand_switches_is_never_missed() {
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        the_last_switch_is_seen(EVENTS, links, 300);
        the_last_switch_is_seen(LOOKS, links, 200);
    }
}

#[test]
fn the_second_of_two_edits_that_bear_one_time_stamp_is_told() {
    for _ in 0..20 {
        let bed = Bed::new(LOOKS);
        bed.write("file", "one");
        bed.watch.follow(&[bed.at("file")]);
        bed.watch.stamps();
        assert_eq!(fs::read_to_string(bed.at("file")).unwrap(), "one");
        bed.write("file", "two");
        assert!(bed.told.recv_timeout(LATE).is_ok());
    }
}

#[test]
fn a_file_that_was_just_written_is_loaded_once_more_and_then_no_more() {
    let bed = Bed::new(Some(Duration::from_secs(3600)));
    bed.write("file", "one");
    bed.watch.follow(&[bed.at("file")]);
    assert!(!bed.watch.stamps().is_settled(std::time::SystemTime::now()));
    assert!(bed.told.recv_timeout(LATE).is_ok());
    bed.watch.stamps();
    bed.notices_nothing("a file that is old by now", || ());
}

#[test]
fn reading_is_no_change_and_neither_is_what_nobody_follows() {
    let bed = Bed::new(EVENTS);
    bed.write("file", "one");
    fs::create_dir(bed.at("whole")).unwrap();
    bed.follow(&["file", "whole"]);
    bed.notices_nothing("reading", || {
        for _ in 0..100 {
            fs::read(bed.at("file")).unwrap();
            fs::read_dir(bed.at("whole")).unwrap().count();
            bed.watch.stamps();
        }
    });
    bed.notices_nothing("a neighbour", || bed.write("other", "x"));
    bed.follow(&["other"]);
    bed.notices_nothing("a path of before", || bed.write("file", "two"));
    bed.notices("the path of now", || bed.write("other", "y"));
}

#[test]
fn many_events_in_a_row_are_told_once_and_without_end_again_and_again() {
    let bed = Bed::new(EVENTS);
    bed.follow(&["file"]);
    // On a machine that has other work a burst may come in parts.
    let is_told_once = || {
        for number in 0..20 {
            bed.write("file", &number.to_string());
        }
        assert!(bed.told.recv_timeout(LATE).is_ok());
        let is_over = bed.told.recv_timeout(QUIET * 4).is_err();
        bed.settle();
        is_over
    };
    assert!((0..10).any(|_| is_told_once()), "each burst was told twice");
    let end = Instant::now() + HELD_BACK * 5;
    while Instant::now() < end {
        bed.write("file", "x");
        thread::sleep(Duration::from_millis(5));
    }
    let times = bed.told.try_iter().count();
    assert!((2..=20).contains(&times), "told {times} times for some 200 writes");
}

#[test]
fn a_panic_in_the_hint_harms_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    let (tell, told) = channel();
    let watch = Watch::new(Duration::from_secs(3600), true, move |_| {
        tell.send(()).unwrap();
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    watch.follow(std::slice::from_ref(&path));
    until(|| watch.events_work());
    for content in ["one", "two", "three"] {
        fs::write(&path, content).unwrap();
        assert!(told.recv_timeout(LATE).is_ok(), "{content}");
    }
}

#[test]
fn the_hint_may_call_the_watch_itself() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    let (tell, told) = channel();
    let watch = Arc::new_cyclic(|watch: &std::sync::Weak<Watch>| {
        let (watch, paths) = (watch.clone(), [path.clone(), place.path().join("other")]);
        Watch::new(Duration::from_secs(3600), true, move |_| {
            let watch = watch.upgrade().unwrap();
            watch.follow(&paths);
            tell.send(watch.stamps()).unwrap();
        })
    });
    watch.follow(std::slice::from_ref(&path));
    until(|| watch.events_work());
    fs::write(&path, "one").unwrap();
    assert!(told.recv_timeout(LATE).is_ok());
    fs::write(place.path().join("other"), "one").unwrap();
    assert!(told.recv_timeout(LATE).is_ok());
}

#[test]
fn a_path_that_cannot_be_watched_is_looked_at() {
    let bed = Bed::new(LOOKS);
    bed.follow(&["file"]);
    assert!(!bed.watch.events_work());
    bed.notices("a change", || bed.write("file", "one"));
    let idle = Watch::new(Duration::MAX, true, |_| {});
    idle.follow(&[]);
    assert!(!idle.events_work() && !idle.0.state().has_thread, "it needs no thread");
    idle.follow(&["/proc/self/status".into()]);
    until(|| idle.events_work());
}

#[test]
fn a_pipe_and_links_in_a_circle_are_followed_like_any_path() {
    let bed = Bed::new(EVENTS);
    let made = std::process::Command::new("mkfifo").arg(bed.at("pipe")).status().unwrap();
    assert!(made.success());
    symlink("b", bed.at("a")).unwrap();
    symlink("a", bed.at("b")).unwrap();
    bed.follow(&["pipe", "a", "b/file"]);
    bed.notices("the end of the circle", || fs::remove_file(bed.at("b")).unwrap());
    bed.notices("the end of the pipe", || fs::remove_file(bed.at("pipe")).unwrap());
}

/// The threads of this process that belong to a watch.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
    let is_ours =
        |name: &String| ["config-core wat", "notify-rs"].iter().any(|ours| name.starts_with(ours));
    tasks.filter_map(name).filter(is_ours).count()
}

/// Runs a test again in a process of its own, which may have so many files open; in there it is done.
#[cfg(target_os = "linux")]
fn alone(test: &str, files: u32, work: fn()) {
    const ALONE: &str = "CONFIG_CORE_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return work();
    }
    let mut command = std::process::Command::new("sh");
    let script = format!("ulimit -n {files} && exec \"$0\" --exact live::watch::tests::{test}");
    command.args(["-c", &script]).arg(std::env::current_exe().unwrap()).env(ALONE, "");
    let run = command.output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_outlives_its_watch() {
    alone("no_thread_outlives_its_watch", 500, || {
        let place = tempfile::tempdir().unwrap();
        let of = |number: u32| {
            let watch = Watch::new(Duration::from_secs(3600), true, |_| {});
            watch.follow(&[place.path().join(number.to_string())]);
            watch
        };
        let watches: Vec<Watch> = (0..20).map(of).collect();
        until(|| watches.iter().all(Watch::events_work) && threads() == 40);
        drop(watches);
        until(|| threads() == 0);
        (0..200).for_each(|number| drop(of(number)));
        until(|| threads() == 0);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn where_the_system_gives_no_events_looks_do_and_events_are_back_when_it_does() {
    let name = "where_the_system_gives_no_events_looks_do_and_events_are_back_when_it_does";
    alone(name, 64, || {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("file");
        fs::write(&path, "one").unwrap();
        let mut open: Vec<fs::File> =
            std::iter::from_fn(|| fs::File::open("/dev/null").ok()).collect();
        open.pop();
        let (tell, told) = channel();
        let watch = Watch::new(LOOKS.unwrap(), true, move |_| tell.send(()).unwrap_or(()));
        watch.follow(std::slice::from_ref(&path));
        watch.stamps();
        thread::sleep(Duration::from_millis(200));
        told.try_iter().count();
        assert!(!watch.events_work());
        fs::write(&path, "two").unwrap();
        assert!(told.recv_timeout(LATE).is_ok());
        drop(open);
        until(|| watch.events_work());
    });
}

/// Prints how soon; what it has to reach is in the documentation of [`Watch`], and a busy machine may be late.
#[test]
fn changes_are_told_soon() {
    for (name, looks) in [("events", EVENTS), ("looks every 40 ms", LOOKS)] {
        let bed = Bed::new(looks);
        let mut mounted = Mounted::new(&bed.at("mount"), Links::AfterTheSwitch, &[("key", "0")]);
        bed.write("file", "");
        bed.follow(&["mount", "file"]);
        let print = |what: &str, action: &mut dyn FnMut(u32)| {
            let mut took: Vec<Duration> =
                (0..5).map(|number| bed.notices(what, || action(number))).collect();
            took.sort_unstable();
            println!("{name}, {what}: median {:?}, worst {:?}", took[2], took[4]);
        };
        print("an edit in place", &mut |number| bed.write("file", &number.to_string()));
        print("a file moved over it", &mut |number| {
            bed.write("next", &number.to_string());
            fs::rename(bed.at("next"), bed.at("file")).unwrap();
        });
        print("a switch of a volume", &mut |number| {
            mounted.publish(&[("key", &number.to_string())]);
        });
    }
}
