//! A lease for as long as the work takes for which it was taken.

use bluezone_store::Store;
use std::future::Future;
use std::time::Duration;
use tokio::time::sleep;

/// Works while it has the lease, which is renewed `every` so often. `None`: another server has it, from the start or since; what
/// had begun is broken off, as by a crash, and the other one goes on with it.
pub async fn holding<T>(
    store: &Store,
    (name, holder): (&str, &str),
    (ttl_s, every): (i64, Duration),
    work: impl Future<Output = T>,
) -> Result<Option<T>, bluezone_store::StoreError> {
    if !store.acquire_lease(name, holder, ttl_s).await? {
        return Ok(None);
    }
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(Some(done)),
            () = sleep(every) => match store.acquire_lease(name, holder, ttl_s).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!(lease = name, "another server took the lease: what had begun is left to it");
                    return Ok(None);
                }
                // It lasts for some time yet, and the database may be back by then.
                Err(error) => tracing::warn!(lease = name, %error, "a lease was not renewed"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_store::testing;
    use std::future::pending;

    const SOON: Duration = Duration::from_millis(20);
    const LEASE: (&str, &str) = ("jobs", "a");

    #[tokio::test]
    async fn work_that_takes_longer_keeps_its_lease() {
        for database in [testing::sqlite().await, testing::postgres().await] {
            let store = database.open().await;
            let long = async {
                database.execute("UPDATE leases SET expires_at = 0").await;
                while !store.lease_is_held("jobs").await.unwrap() {
                    sleep(SOON).await;
                }
                "done"
            };
            let done = holding(&store, LEASE, (60, SOON), long);
            let done = tokio::time::timeout(Duration::from_secs(20), done).await;
            assert_eq!(done.expect("it is renewed").unwrap(), Some("done"));
            assert!(!store.acquire_lease("jobs", "b", 60).await.unwrap(), "it is still held");
        }
    }

    #[tokio::test]
    async fn who_lost_it_stops() {
        let database = testing::sqlite().await;
        let store = database.open().await;
        assert!(store.acquire_lease("jobs", "b", 60).await.unwrap());
        assert_eq!(holding(&store, LEASE, (60, SOON), async {}).await.unwrap(), None);
        store.release_lease("jobs", "b").await.unwrap();
        let robbed = async {
            database.execute("UPDATE leases SET holder = 'b'").await;
            pending::<()>().await;
        };
        assert_eq!(holding(&store, LEASE, (60, SOON), robbed).await.unwrap(), None);
    }
}
