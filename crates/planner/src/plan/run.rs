//! Runs what is not finished yet, on all threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::{Cell, Error, Folder, Outcome, Plan};
use crate::parameters::Parameters;
use crate::simulation::Simulation;
use crate::town::Town;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Finished runs.
    pub done: usize,
    /// Of them, found in the folder.
    pub found: usize,
    /// All runs.
    pub of: usize,
}

/// Runs of one cell by seed.
pub type Outcomes = Vec<Vec<Outcome>>;

/// Runs a plan; the outcomes by cell and seed. What the folder holds is not run again; the result is the same whatever
/// it held and however many threads there are.
///
/// # Errors
///
/// If a run cannot be kept.
pub fn run(
    plan: &Plan,
    folder: &Folder,
    threads: usize,
    tell: impl Fn(Progress) + Sync,
) -> Result<Outcomes, Error> {
    let cells = plan.cells();
    // Seed by seed, so that the runs of one seed share its town.
    let mut open = Vec::new();
    let mut outcomes: Vec<Vec<Option<Outcome>>> = vec![vec![None; plan.seeds as usize]; cells.len()];
    for seed in 1..=plan.seeds {
        for (cell, outcomes) in outcomes.iter_mut().enumerate() {
            let found = folder.finished(cell, seed);
            if found.is_none() {
                open.push((cell, seed));
            }
            outcomes[seed as usize - 1] = found;
        }
    }
    let of = cells.len() * plan.seeds as usize;
    let found = of - open.len();
    let done = AtomicUsize::new(found);
    tell(Progress { done: found, found, of });
    let (next, towns) = (AtomicUsize::new(0), Towns::default());
    let results: Mutex<Vec<(usize, u32, Outcome)>> = Mutex::default();
    let failed: OnceLock<Error> = OnceLock::new();
    let work = || {
        while failed.get().is_none() {
            let Some(&(cell, seed)) = open.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let unfinished = of - done.load(Ordering::Relaxed);
            let outcome = one(&cells[cell], seed, &towns, share(threads, unfinished));
            if let Err(error) = folder.keep(cell, seed, &outcome) {
                let _ = failed.set(error);
                break;
            }
            results.lock().expect("no thread panics").push((cell, seed, outcome));
            tell(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, found, of });
        }
    };
    std::thread::scope(|scope| {
        (0..threads.max(1)).for_each(|_| drop(scope.spawn(work)));
    });
    if let Some(error) = failed.into_inner() {
        return Err(error);
    }
    for (cell, seed, outcome) in results.into_inner().expect("no thread panics") {
        outcomes[cell][seed as usize - 1] = Some(outcome);
    }
    Ok(outcomes.into_iter().map(|runs| runs.into_iter().flatten().collect()).collect())
}

/// Threads of a run that begins when so many are not finished, itself among them: where there are fewer runs than threads, each has
/// several.
fn share(threads: usize, unfinished: usize) -> usize {
    threads.div_ceil(unfinished.max(1)).max(1)
}

fn one(cell: &Cell, seed: u32, towns: &Towns, threads: usize) -> Outcome {
    let parameters = Parameters { seed: u64::from(seed), ..cell.parameters.clone() };
    let town = towns.of(&parameters);
    Outcome::of(&Simulation::new(&parameters, &town).threads(threads).run())
}

/// The last towns, one for each seed and society under way.
#[derive(Default)]
struct Towns(Mutex<Vec<Slot>>);

type Slot = (Parameters, Arc<OnceLock<Arc<Town>>>);

impl Towns {
    fn of(&self, parameters: &Parameters) -> Arc<Town> {
        let slot = {
            let mut slots = self.0.lock().expect("no thread panics");
            slots.retain(|(of, _)| of.seed >= parameters.seed);
            match slots.iter().find(|(of, _)| Town::same(of, parameters)) {
                Some((_, town)) => Arc::clone(town),
                None => {
                    let town = Arc::default();
                    slots.push((parameters.clone(), Arc::clone(&town)));
                    town
                }
            }
        };
        Arc::clone(slot.get_or_init(|| Arc::new(Town::build(parameters))))
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn no_thread_is_idle_where_there_are_fewer_runs() {
        assert_eq!(share(8, 1), 8);
        assert_eq!(share(8, 3), 3);
        assert_eq!(share(2, 2), 1);
        assert_eq!(share(2, 40), 1);
        assert_eq!(share(0, 0), 1);
    }
}
