//! Connection pools under a password that changes, on a real Postgres.

#[cfg(feature = "deadpool")]
mod deadpool;
mod lent;
#[cfg(all(feature = "deadpool", feature = "sqlx", target_os = "linux"))]
mod memory;
#[cfg(feature = "sqlx")]
mod sqlx;
mod trouble;

/// The same sentences for every driver: a module that uses this has `pool`, `request`, `acknowledged`, `in_use`, `code`.
macro_rules! sentences {
    () => {
        #[tokio::test(flavor = "multi_thread")]
        async fn a_password_that_the_server_knows_before_the_store_fails_no_request() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            let clients = clients(&pool);
            clients.serve(300).await;
            for (round, password) in ["second", "third", "fourth"].into_iter().enumerate() {
                bed.alter(password);
                tokio::time::sleep(Duration::from_millis(300)).await;
                bed.store.password(password);
                clients.serve(300).await;
                drop(bed.live.refresh_now().await.unwrap());
                let generation = round as u64 + 2;
                let took =
                    soon("it is acknowledged", || bed.live.acknowledged() == generation).await;
                println!("generation {generation} acknowledged {took:?} after the refresh");
                assert_eq!(oldest(&bed), Some(generation));
                clients.serve(300).await;
            }
            let outcome = clients.stop().await;
            println!("{outcome:?}, the store was asked {} times", bed.store.asked());
            assert!(bed.store.asked() > 4, "no connection was refused: the test shows nothing");
            assert_eq!(outcome.failed, [""; 0]);
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_password_that_the_store_knows_before_the_server_fails_no_request() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            let clients = clients(&pool);
            clients.serve(300).await;
            for (round, password) in ["second", "third"].into_iter().enumerate() {
                bed.store.password(password);
                drop(bed.live.refresh_now().await.unwrap());
                clients.serve(300).await;
                let generation = round as u64 + 2;
                assert_eq!(bed.live.acknowledged(), generation - 1, "the server refuses it yet");
                bed.alter(password);
                soon("it is acknowledged", || bed.live.acknowledged() == generation).await;
                assert_eq!(oldest(&bed), Some(generation));
                clients.serve(300).await;
            }
            let outcome = clients.stop().await;
            println!("{outcome:?}");
            assert_eq!(outcome.failed, [""; 0]);
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn two_roles_that_alternate_fail_no_request_and_the_idle_one_has_no_session_left() {
            let bed = Bed::new("first");
            let other = bed.cluster.user("other");
            let pool = pool(&bed).await;
            let clients = clients(&pool);
            clients.serve(300).await;
            for (round, (user, password, before)) in
                [(&other, "other", &bed.user), (&bed.user, "first", &other)].into_iter().enumerate()
            {
                bed.store.credential(user, password);
                drop(bed.live.refresh_now().await.unwrap());
                let generation = round as u64 + 2;
                soon("it is acknowledged", || bed.live.acknowledged() == generation).await;
                soon("its sessions are gone", || bed.sessions(before) == 0).await;
                // What the evidence is for: the grace of the other one ends here.
                bed.cluster.execute(&format!("ALTER ROLE {before} NOLOGIN"));
                clients.serve(300).await;
                bed.cluster.execute(&format!("ALTER ROLE {before} LOGIN"));
            }
            let outcome = clients.stop().await;
            println!("{outcome:?}");
            assert_eq!(outcome.failed, [""; 0]);
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn connections_that_are_refused_together_ask_the_store_once() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("second");
            bed.store.password("second");
            let asked = bed.store.asked();
            let requests =
                (0..64).map(|_| tokio::spawn(held(pool.clone(), Duration::from_secs(1))));
            for request in requests.collect::<Vec<_>>() {
                request.await.unwrap().unwrap();
            }
            assert_eq!(bed.store.asked() - asked, 1);
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_connection_in_use_keeps_its_generation_from_being_acknowledged() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            let using = tokio::spawn(held(pool.clone(), Duration::from_secs(3)));
            tokio::time::sleep(Duration::from_secs(1)).await;
            bed.alter("second");
            bed.store.password("second");
            drop(bed.live.refresh_now().await.unwrap());
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!((bed.live.acknowledged(), oldest(&bed)), (1, Some(1)));
            using.await.unwrap().unwrap();
            soon("it is acknowledged", || bed.live.acknowledged() == 2).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn idle_connections_are_closed_though_nobody_asks_for_one() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            let requests =
                (0..8).map(|_| tokio::spawn(held(pool.clone(), Duration::from_millis(500))));
            for request in requests.collect::<Vec<_>>() {
                request.await.unwrap().unwrap();
            }
            let other = bed.cluster.user("other");
            bed.store.credential(&other, "other");
            drop(bed.live.refresh_now().await.unwrap());
            soon("they are closed", || bed.sessions(&bed.user) == 0).await;
            assert_eq!(bed.live.acknowledged(), 2);
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_change_that_is_nothing_to_the_database_closes_nothing() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            request(pool.clone(), 1).await.unwrap();
            bed.store.level("debug");
            drop(bed.live.refresh_now().await.unwrap());
            tokio::time::sleep(Duration::from_millis(500)).await;
            let generations: Vec<u64> = bed.live.in_use().into_iter().map(|(of, _)| of).collect();
            assert_eq!((bed.live.acknowledged(), generations), (2, vec![1]));
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_password_that_is_wrong_for_good_is_the_servers_error_without_the_password() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("n0t-known-to-us");
            let asked = bed.store.asked();
            let begun = Instant::now();
            let error = fresh(&pool).await.unwrap_err();
            println!(
                "{error:?} after {:?}, {} questions",
                begun.elapsed(),
                bed.store.asked() - asked
            );
            assert_eq!(code(&error), "28P01");
            let text = format!("{error} {error:?} {pool:?} {:?}", bed.live);
            assert!(text.contains("password authentication failed"), "{text}");
            assert!(!text.contains("first"), "{text}");
            assert!(
                (4..12).contains(&(bed.store.asked() - asked)),
                "{}",
                bed.store.asked() - asked
            );
            // And for a while nobody asks the store again for it.
            let (asked, begun) = (bed.store.asked(), Instant::now());
            assert_eq!(code(&fresh(&pool).await.unwrap_err()), "28P01");
            assert_eq!(bed.store.asked(), asked);
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_store_that_is_down_leaves_the_servers_error() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("second");
            bed.store.fails(true);
            assert_eq!(code(&fresh(&pool).await.unwrap_err()), "28P01");
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_pool_that_is_dropped_leaves_no_thread_and_no_session() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("second");
            let failing = tokio::spawn({
                let pool = pool.clone();
                async move { fresh(&pool).await.map(drop) }
            });
            soon("a thread asks", || threads().contains(&"config-core poo".to_owned())).await;
            failing.abort();
            drop((pool, failing.await));
            soon("the sessions end", || bed.sessions(&bed.user) == 0).await;
            assert!(bed.live.in_use().is_empty());
        }
    };
}
use sentences;

use config_tests_pools::bed::Bed;

/// The oldest generation in use.
fn oldest(bed: &Bed) -> Option<u64> {
    bed.live.in_use().first().map(|(generation, _)| *generation)
}

/// The names of this process's threads.
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
        .map(|name| name.trim_end().to_owned())
        .collect()
}
