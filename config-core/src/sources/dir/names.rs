//! Under which names a directory may have a key.

use std::path::{Component, Path, PathBuf};

use crate::source::{Failure, FailureKind, Key};

/// The names under which the directory may have a key, in order; never one that leads out of it.
pub(super) fn names(key: &Key<'_>) -> Result<Vec<PathBuf>, Failure> {
    let wrong = |name: &str, message: &'static str| {
        Failure::new(FailureKind::Malformed, message).key(name.to_owned())
    };
    let base = match key.base() {
        Some(base) if !is_inside(base) => {
            return Err(wrong(base, "not the name of a directory inside the directory"));
        }
        base => Path::new(base.unwrap_or_default()),
    };
    if let Some(own) = key.own() {
        if own.contains('#') {
            return Err(wrong(own, "a file in a directory is one value; it has no `#key`"));
        }
        if !is_inside(own) {
            return Err(wrong(own, "not the name of a file inside the directory"));
        }
        return Ok(vec![base.join(own)]);
    }
    let mut names: Vec<PathBuf> = Vec::with_capacity(2 + key.variables().len());
    let mut add = |name: PathBuf| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    let path = key.path_below_base();
    if path.split('.').all(is_name) {
        add(base.join(path.split('.').collect::<PathBuf>()));
    }
    if is_name(path) {
        add(base.join(path));
    }
    key.variables().iter().filter(|name| is_name(name)).for_each(|name| add(PathBuf::from(name)));
    if names.is_empty() {
        return Err(wrong(key.path(), "not the name of a file"));
    }
    Ok(names)
}

/// Whether it is the name of one entry of a directory.
fn is_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == name)
        && !name.contains('\0')
}

/// Whether it is a path that goes down only.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\0')
        && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
}
