//! A mounted volume that is replaced as Kubernetes replaces it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// When the links to the keys of a new generation are made: kubelets differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Before `..data` is switched: for a moment they lead nowhere.
    BeforeTheSwitch,
    /// After it: for a moment a key has no link yet.
    AfterTheSwitch,
}

/// A directory as a kubelet's `AtomicWriter` keeps it: every generation of the files in a directory of its own, which
/// the link `..data` names, and a link through it for each key.
#[derive(Debug)]
pub struct Mounted {
    root: PathBuf,
    links: Links,
    generation: u64,
}

impl Mounted {
    /// Mounts a first generation.
    #[must_use]
    pub fn new(root: &Path, links: Links, files: &[(&str, &str)]) -> Self {
        fs::create_dir_all(root).expect("the mount point");
        let mut mounted = Self { root: root.to_owned(), links, generation: 0 };
        mounted.publish(files);
        mounted
    }

    /// Replaces all files, and removes the generation before.
    pub fn publish(&mut self, files: &[(&str, &str)]) {
        let before = self.directory();
        self.generation += 1;
        let now = self.directory();
        for (name, content) in files {
            let path = self.root.join(&now).join(name);
            fs::create_dir_all(path.parent().expect("a file is in a directory"))
                .expect("directories");
            fs::write(path, content).expect("a file");
        }
        if self.links == Links::BeforeTheSwitch {
            self.link(files);
        }
        symlink(&now, self.root.join("..data_tmp")).expect("the next link");
        fs::rename(self.root.join("..data_tmp"), self.root.join("..data")).expect("the switch");
        if self.links == Links::AfterTheSwitch {
            self.link(files);
        }
        self.unlink(files);
        drop(fs::remove_dir_all(self.root.join(before)));
    }

    /// The name of the directory of the current generation.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("..2024_05_01_12_00_00.{}", self.generation)
    }

    fn link(&self, files: &[(&str, &str)]) {
        for top in files.iter().map(|(name, _)| top(name)) {
            drop(symlink(format!("..data/{top}"), self.root.join(top)));
        }
    }

    /// Removes the links to keys that are gone.
    fn unlink(&self, files: &[(&str, &str)]) {
        for entry in fs::read_dir(&self.root).expect("the mount point").flatten() {
            let name = entry.file_name();
            let stays = |name: &str| {
                name.starts_with("..") || files.iter().any(|(file, _)| top(file) == name)
            };
            if !name.to_str().is_some_and(stays) {
                fs::remove_file(entry.path()).expect("a link to a key that is gone");
            }
        }
    }
}

fn top(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}
