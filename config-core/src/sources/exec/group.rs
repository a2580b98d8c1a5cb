//! A command and all that it starts, as one process group that is ended as a whole. What begins a session of its own has
//! left the group.

use std::process::{Child, Command, ExitStatus};

#[cfg(unix)]
pub(super) fn of_its_own(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Whether the command itself has ended. It is not waited for, so that its number stays its own until the group is
/// ended too.
#[cfg(unix)]
pub(super) fn has_ended(child: &mut Child) -> bool {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match number(child) {
        // Where it cannot be asked after, waiting for it tells.
        Some(number) => !matches!(waitid(WaitId::Pid(number), options), Ok(None)),
        None => true,
    }
}

/// Ends the group. To be called before the command is waited for.
#[cfg(unix)]
pub(super) fn end(child: &mut Child) {
    use rustix::process::{Signal, kill_process_group};
    if let Some(number) = number(child) {
        // Nobody may be left in it.
        let _ = kill_process_group(number, Signal::KILL);
    }
}

#[cfg(unix)]
fn number(child: &Child) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(child.id()).ok()?)
}

#[cfg(unix)]
pub(super) fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
pub(super) fn of_its_own(_command: &mut Command) {}

#[cfg(not(unix))]
pub(super) fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

#[cfg(not(unix))]
pub(super) fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
}

#[cfg(not(unix))]
pub(super) fn signal(_status: ExitStatus) -> Option<i32> {
    None
}
