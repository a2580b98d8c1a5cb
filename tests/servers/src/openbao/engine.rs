//! Secrets engines.

use serde_json::{Value, json};

use super::admin::Admin;
use crate::postgres::Cluster;
use crate::unique;

/// A KV engine at a path of its own.
#[derive(Debug, Clone)]
pub struct Kv {
    admin: Admin,
    /// Where it is mounted.
    pub mount: String,
    /// 1 or 2.
    pub version: u8,
}

/// A database engine on a real PostgreSQL, with a role that makes users.
#[derive(Debug, Clone)]
pub struct Database {
    admin: Admin,
    /// Where it is mounted; `{mount}/creds/{role}` mints a lease.
    pub mount: String,
    /// The role's name.
    pub role: String,
}

impl Admin {
    /// Mounts a KV engine of version 1 or 2.
    #[track_caller]
    pub fn kv(&self, version: u8) -> Kv {
        let mount = unique("kv");
        let options = json!({ "type": "kv", "options": { "version": version.to_string() } });
        self.must("POST", &format!("sys/mounts/{mount}"), &options);
        let kv = Kv { admin: self.clone(), mount, version };
        kv.wait();
        kv
    }

    /// Mounts a database engine on a cluster. Users of its role live for `ttl`, and may be renewed up to `max_ttl`.
    #[track_caller]
    pub fn database(&self, cluster: &Cluster, ttl: &str, max_ttl: &str) -> Database {
        self.database_at(&unique("database"), &unique("role"), cluster, ttl, max_ttl)
    }

    /// The same at a path, and with a role, that a declaration can name.
    #[track_caller]
    pub fn database_at(
        &self,
        mount: &str,
        role: &str,
        cluster: &Cluster,
        ttl: &str,
        max_ttl: &str,
    ) -> Database {
        self.must("POST", &format!("sys/mounts/{mount}"), &json!({ "type": "database" }));
        let address = cluster.address();
        let config = json!({
            "plugin_name": "postgresql-database-plugin",
            "allowed_roles": "*",
            "connection_url": format!("postgresql://{{{{username}}}}:{{{{password}}}}@{address}/postgres?sslmode=disable"),
            "username": cluster.superuser(),
            "password": cluster.password(),
        });
        self.must("POST", &format!("{mount}/config/cluster"), &config);
        let (mount, role) = (mount.to_owned(), role.to_owned());
        let database = Database { admin: self.clone(), mount, role };
        database.makes_users("LOGIN", ttl, max_ttl);
        database
    }
}

impl Kv {
    /// Writes a secret (version 2: a new version of it) and gives the version; 0 for an engine of version 1.
    #[track_caller]
    pub fn put(&self, path: &str, data: &Value) -> u64 {
        if self.version == 1 {
            self.admin.must("POST", &self.path(path), data);
            return 0;
        }
        let answer = self.admin.must("POST", &self.path(path), &json!({ "data": data }));
        answer["data"]["version"].as_u64().expect("a write answers with the version")
    }

    /// The current data; null if there is none.
    pub fn data(&self, path: &str) -> Value {
        let (_, mut answer) = self.admin.get(&self.path(path));
        let data = answer["data"].take();
        if self.version == 1 { data } else { data.get("data").cloned().unwrap_or_default() }
    }

    /// The version that is current; 0 if there is none.
    pub fn current(&self, path: &str) -> u64 {
        let (_, answer) = self.admin.get(&format!("{}/metadata/{path}", self.mount));
        answer["data"]["current_version"].as_u64().unwrap_or(0)
    }

    /// Deletes the current version, which leaves its metadata (version 2: read as 404 with data).
    #[track_caller]
    pub fn delete(&self, path: &str) {
        self.admin.must("DELETE", &self.path(path), &Value::Null);
    }

    /// Destroys versions for good.
    #[track_caller]
    pub fn destroy(&self, path: &str, versions: &[u64]) {
        self.admin.must(
            "PUT",
            &format!("{}/destroy/{path}", self.mount),
            &json!({ "versions": versions }),
        );
    }

    /// The path of a secret in the API: `{mount}/data/{path}` in version 2.
    pub fn path(&self, path: &str) -> String {
        let infix = if self.version == 1 { "" } else { "data/" };
        format!("{}/{infix}{path}", self.mount)
    }

    /// Version 2 sets itself up in the background, and refuses requests with 400 until then.
    fn wait(&self) {
        for _ in 0..500 {
            if self.admin.get(&self.path("none")).0 == 404 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the engine at {} does not become ready", self.mount);
    }
}

impl Database {
    /// The path that mints a user under a lease.
    pub fn creds(&self) -> String {
        format!("{}/creds/{}", self.mount, self.role)
    }

    /// Sets what may be said of the users that it makes from now on: `LOGIN`, `NOLOGIN`.
    #[track_caller]
    pub fn makes_users(&self, option: &str, ttl: &str, max_ttl: &str) {
        let create = format!(
            "CREATE ROLE \"{{{{name}}}}\" {option} PASSWORD '{{{{password}}}}' VALID UNTIL '{{{{expiration}}}}'"
        );
        let config = json!({
            "db_name": "cluster",
            "creation_statements": [create],
            "default_ttl": ttl,
            "max_ttl": max_ttl,
        });
        self.admin.must("POST", &format!("{}/roles/{}", self.mount, self.role), &config);
    }

    /// Ends all leases of the role before their time, which drops its users.
    #[track_caller]
    pub fn revoke(&self) {
        let path = format!("sys/leases/revoke-prefix/{}", self.creds());
        self.admin.must("PUT", &path, &json!({ "sync": true }));
    }

    /// How many leases the role has.
    pub fn leases(&self) -> usize {
        let (_, answer) = self.admin.list(&format!("sys/leases/lookup/{}", self.creds()));
        answer["data"]["keys"].as_array().map_or(0, Vec::len)
    }

    /// Makes the engine look after the password of a user there is, changed every `period`; read at
    /// `{mount}/static-creds/{role}`. Gives the role's name.
    #[track_caller]
    pub fn static_role(&self, user: &str, period: &str) -> String {
        let name = unique("static");
        let config = json!({ "db_name": "cluster", "username": user, "rotation_period": period });
        self.admin.must("POST", &format!("{}/static-roles/{name}", self.mount), &config);
        name
    }
}
