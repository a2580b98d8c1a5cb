//! What goes wrong beside a password that changed.

/// The same sentences for every driver: a module that uses this has `pool`, `clients`, `request`, `fresh`, `close`, `code`.
macro_rules! trouble {
    () => {
        #[tokio::test(flavor = "multi_thread")]
        async fn a_refresh_that_hangs_leaves_the_servers_error() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("second");
            bed.store.level("one that hangs");
            let begun = Instant::now();
            let refused = tokio::time::timeout(Duration::from_secs(60), fresh(&pool)).await;
            assert_eq!(code(&refused.expect("it does not wait without end").unwrap_err()), "28P01");
            println!("after {:?}", begun.elapsed());
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn settings_that_the_programs_function_panics_on_leave_what_there_is() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.store.level("one to panic at");
            drop(bed.live.refresh_now().await.unwrap());
            drop(fresh(&pool).await.unwrap());
            assert_eq!((bed.live.acknowledged(), oldest(&bed)), (1, Some(1)));
            bed.alter("second");
            bed.store.credential(&bed.user, "second");
            bed.store.level("info");
            drop(bed.live.refresh_now().await.unwrap());
            soon("it is acknowledged", || bed.live.acknowledged() == 3).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn the_settings_may_be_dropped_while_connections_wait() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("second");
            let asked = bed.store.asked();
            let waiting = tokio::spawn({
                let pool = pool.clone();
                async move { fresh(&pool).await.map(drop) }
            });
            soon("the store is asked", || bed.store.asked() > asked).await;
            let Bed { live, store, .. } = bed;
            drop(live);
            store.password("second");
            waiting.await.unwrap().unwrap();
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_pool_that_is_closed_lets_go_of_those_who_wait_and_holds_up_no_rotation() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.alter("second");
            let asked = bed.store.asked();
            let waiting = tokio::spawn({
                let pool = pool.clone();
                async move { fresh(&pool).await.map(drop) }
            });
            soon("the store is asked", || bed.store.asked() > asked).await;
            close(&pool).await;
            assert!(waiting.await.unwrap().is_err());
            bed.store.password("second");
            drop(bed.live.refresh_now().await.unwrap());
            soon("it is acknowledged", || bed.live.acknowledged() == 2).await;
            assert!(request(pool.clone(), 1).await.is_err());
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert_eq!(bed.sessions(&bed.user), 0, "a closed pool makes no connection");
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_database_that_is_not_there_is_not_asked_the_store_about_and_the_one_before_serves() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            bed.store.at(Some("nowhere"), None);
            drop(bed.live.refresh_now().await.unwrap());
            let asked = bed.store.asked();
            for number in 0..20 {
                request(pool.clone(), number).await.unwrap();
            }
            assert_eq!((bed.live.acknowledged(), bed.store.asked()), (1, asked));
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_server_that_does_not_answer_yet_holds_nothing_up() {
            let bed = Bed::new("first");
            let pool = pool(&bed).await;
            // The operating system accepts, and nobody ever reads.
            let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let clients = clients(&pool);
            clients.serve(300).await;
            bed.store.at(None, Some(silent.local_addr().unwrap()));
            drop(bed.live.refresh_now().await.unwrap());
            clients.serve(300).await;
            assert_eq!(bed.live.acknowledged(), 1);
            bed.store.at(None, None);
            drop(bed.live.refresh_now().await.unwrap());
            clients.serve(300).await;
            soon("it is acknowledged", || bed.live.acknowledged() == 3).await;
            let outcome = clients.stop().await;
            println!("{outcome:?}");
            assert_eq!(outcome.failed, [""; 0]);
        }
    };
}
pub(crate) use trouble;
