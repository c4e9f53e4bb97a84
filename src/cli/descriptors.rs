//! How many connections this process can hold: each takes descriptors, and the system has a limit of them.

use crate::diagnostic::Diagnostic;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors besides those of connections: files, sockets that listen, pipes of a COMMAND.
const BESIDES: u64 = 64;

/// Makes room for so many connections that take so many descriptors each, and gives how many there are.
///
/// Where the system lets no more be opened, a number that a person named is refused, and the usual one shrinks.
pub(super) fn make_room(named: Option<u32>, usual: usize, each: u64) -> Result<usize, Diagnostic> {
    let wanted = named.map_or(usual as u64, u64::from);
    let needed = wanted * each + BESIDES;
    let limit = raise(needed);
    if limit >= needed {
        return Ok(usize::try_from(wanted).unwrap_or(usize::MAX));
    }
    let room = (limit.saturating_sub(BESIDES) / each).max(1);
    match named {
        None => Ok(usize::try_from(room).unwrap_or(usize::MAX)),
        Some(_) => Err(Diagnostic::new(format!("{wanted} connections are more than this process may hold"))
            .expected(format!("at most {room}, by the limit of {limit} open files"))
            .help(format!("name fewer with --max-connections, or raise the limit: ulimit -n {needed}"))),
    }
}

/// Raises the limit of this process as far as the system lets it, and gives what it is then.
fn raise(needed: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(now) = current else { return u64::MAX };
    if now >= needed {
        return now;
    }
    let most = maximum.map_or(needed, |maximum| maximum.min(needed));
    match setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum }) {
        Ok(()) => most,
        Err(_) => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_fits() {
        assert_eq!(make_room(None, 5, 1).unwrap(), 5);
        assert_eq!(make_room(Some(7), 5, 2).unwrap(), 7);
    }

    #[test]
    fn refuses_a_number_that_does_not_fit_and_shrinks_the_usual_one() {
        // No kernel lets a process open so many files; where a limit is lifted, everything fits.
        if getrlimit(Resource::Nofile).maximum.is_none() {
            return;
        }
        let most = u32::MAX;

        let refused = make_room(Some(most), 5, 1).unwrap_err().to_string();
        let shrunk = make_room(None, most as usize, 1).unwrap();

        assert!(refused.contains("ulimit -n") && refused.contains("--max-connections"), "{refused}");
        assert!(shrunk >= 1 && shrunk < most as usize, "{shrunk}");
    }
}
