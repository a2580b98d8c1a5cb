//! Pools with a credential from a real OpenBao, lent or kept, that is refused before its time.

/// The same sentences for every driver: a module that uses this has `pool_of`, `clients`, `held`, `fresh`, `code`.
macro_rules! lent {
    () => {
        use config_tests_pools::lent::{Lent, admin, database as engine};

        #[tokio::test(flavor = "multi_thread")]
        async fn a_lease_that_is_revoked_fails_no_request_and_another_is_asked_for_once() {
            let engine = engine();
            let lent = Lent::new(&engine.creds());
            let pool = pool_of(&lent.live).await;
            let clients = clients(&pool);
            clients.serve(300).await;
            for generation in [2, 3] {
                engine.revoke();
                soon("it is replaced", || lent.live.acknowledged() == generation).await;
                clients.serve(300).await;
            }
            let outcome = clients.stop().await;
            println!("{outcome:?}");
            assert_eq!(outcome.failed, [""; 0]);
            assert_eq!((lent.asked(&lent.place), engine.leases()), (3, 1));
            assert_eq!(lent.asked_for_the_other(), 1, "nobody refused that");
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn those_that_a_revoked_lease_fails_together_ask_for_one() {
            let engine = engine();
            let lent = Lent::new(&engine.creds());
            let pool = pool_of(&lent.live).await;
            engine.revoke();
            let requests =
                (0..64).map(|_| tokio::spawn(held(pool.clone(), Duration::from_secs(1))));
            for request in requests.collect::<Vec<_>>() {
                request.await.unwrap().unwrap();
            }
            assert_eq!((lent.asked(&lent.place), lent.asked_for_the_other()), (2, 1));
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_user_that_may_not_log_in_any_more_is_replaced() {
            let engine = engine();
            let lent = Lent::new(&engine.creds());
            let pool = pool_of(&lent.live).await;
            let user = lent.live.snapshot().username.clone();
            Cluster::shared().execute(&format!("ALTER ROLE \"{user}\" NOLOGIN"));
            drop(fresh(&pool).await.unwrap());
            assert_eq!((lent.asked(&lent.place), lent.asked_for_the_other()), (2, 1));
            assert_ne!(lent.live.snapshot().username, user);
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn where_the_next_is_refused_as_well_no_user_is_made_for_each_try() {
            let engine = engine();
            let lent = Lent::new(&engine.creds());
            let pool = pool_of(&lent.live).await;
            engine.makes_users("NOLOGIN", "1h", "1h");
            engine.revoke();
            let requests = (0..16).map(|_| tokio::spawn(held(pool.clone(), Duration::ZERO)));
            for request in requests.collect::<Vec<_>>() {
                drop(request.await.unwrap());
            }
            assert_eq!(code(&fresh(&pool).await.unwrap_err()), "28000");
            assert_eq!((lent.asked(&lent.place), engine.leases()), (2, 1));
            // Once users may log in again, one of the next tries asks.
            engine.makes_users("LOGIN", "1h", "1h");
            let begun = Instant::now();
            while let Err(error) = fresh(&pool).await {
                assert!(begun.elapsed() < Duration::from_secs(60), "{error:?}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            println!("one that logs in was asked for {:?} later", begun.elapsed());
            assert_eq!((lent.asked(&lent.place), lent.asked_for_the_other()), (3, 1));
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_store_that_is_away_while_a_lease_is_revoked_is_asked_once_it_is_back() {
            let engine = engine();
            let lent = Lent::new(&engine.creds());
            let pool = pool_of(&lent.live).await;
            lent.proxy.refuse();
            engine.revoke();
            let trying = tokio::spawn({
                let pool = pool.clone();
                async move { fresh(&pool).await.map(drop) }
            });
            soon("it is missed", || lent.live.metrics().failures_total > 0).await;
            lent.proxy.accept();
            trying.await.unwrap().unwrap();
            assert_eq!((lent.asked(&lent.place), lent.asked_for_the_other()), (2, 1));
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_kept_password_that_is_refused_is_asked_for_past_the_cache() {
            let (kv, user) = (admin().kv(2), Cluster::shared().user("first"));
            let put = |password: &str| {
                kv.put("app", &serde_json::json!({ "username": user, "password": password }))
            };
            put("first");
            let lent = Lent::new(&format!("{}/app", kv.mount));
            let pool = pool_of(&lent.live).await;
            let clients = clients(&pool);
            clients.serve(300).await;
            let asked = lent.asked(&kv.path("app"));
            put("second");
            Cluster::shared().execute(&format!("ALTER ROLE {user} PASSWORD 'second'"));
            soon("it is replaced", || lent.live.acknowledged() == 2).await;
            clients.serve(300).await;
            let outcome = clients.stop().await;
            println!("{outcome:?}");
            assert_eq!(outcome.failed, [""; 0]);
            assert_eq!((lent.asked(&kv.path("app")) - asked, lent.asked_for_the_other()), (1, 1));
        }
    };
}
pub(crate) use lent;
