//! The structs that the suite loads, from any one source.

use std::collections::BTreeMap;
use std::time::Duration;

use config_core::{SecretBytes, SecretString, Secrets};
use serde::Deserialize;

macro_rules! from_any_source {
    (struct $name:ident { $($body:tt)* }) => {
        #[derive(Secrets)]
        #[secrets(
            prefix = "APP",
            profile(env, sources(env)),
            profile(process, sources(env)),
            profile(dotenv, sources(dotenv)),
            profile(json, sources(file("pairs.json"))),
            profile(toml, sources(file("pairs.toml"))),
            profile(yaml, sources(file("pairs.yaml"))),
            profile(dir, sources(dir("pairs"))),
            profile(encrypted, sources(file("pairs.json.age"))),
            profile(encrypted_dotenv, sources(dotenv)),
            profile(sealed_dotenv, sources(dotenv)),
            profile(sealed_json, sources(file("pairs.json"))),
            profile(exec, sources(exec("./sh print"))),
            profile(exec_each, sources(exec("./sh print {key}"))),
            profile(memory, sources("memory")),
            profile(figment, sources("figment")),
            profile(custom, sources("custom")),
            profile(remote, sources("remote")),
            profile(vault, sources(vault("{PLACE}"))),
            profile(vault_1, sources(vault("{PLACE}"))),
            profile(aws, sources(aws("{PLACE}"))),
            profile(ssm, sources(aws("{PLACE}"))),
            profile(gcp, sources(gcp("{PLACE}"))),
            profile(gcp_own, sources(gcp)),
            profile(azure, sources(azure("{PLACE}"))),
            profile(azure_own, sources(azure)),
            profile(keyring, sources(keyring("{PLACE}"))),
        )]
        pub(super) struct $name { $($body)* }
    };
}

from_any_source! {
    struct Everything {
        #[setting]
        pub(super) text: Option<String>,
        #[setting(default = "default")]
        pub(super) fallback: String,
        #[setting]
        pub(super) number: Option<i64>,
        #[setting]
        pub(super) fraction: Option<f64>,
        #[setting]
        pub(super) truth: Option<bool>,
        #[setting]
        pub(super) list: Option<Vec<String>>,
        #[setting]
        pub(super) map: Option<BTreeMap<String, u16>>,
        #[setting]
        pub(super) wait: Option<Duration>,
        #[setting(format = bytes)]
        pub(super) size: Option<u64>,
        #[setting]
        pub(super) mode: Option<Mode>,
        #[setting(allow_empty)]
        pub(super) may_be_empty: Option<String>,
        #[secret(format = any)]
        pub(super) hidden: Option<SecretString>,
        #[secret(format = any, allow_empty)]
        pub(super) hidden_may_be_empty: Option<SecretString>,
        #[secret(format = any)]
        pub(super) bytes: Option<SecretBytes>,
        #[nested]
        pub(super) smtp: Option<Smtp>,
    }
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    ReadOnly,
    ReadWrite,
}

#[derive(Secrets)]
pub(super) struct Smtp {
    #[setting(required)]
    pub(super) host: String,
    #[setting(default = 25)]
    pub(super) port: u16,
    #[nested]
    pub(super) login: Login,
}

#[derive(Secrets)]
pub(super) struct Login {
    #[setting(default = "nobody")]
    pub(super) user_name: String,
}

from_any_source! {
    struct Binary {
        #[secret(format = any)]
        pub(super) bytes: Option<SecretBytes>,
        #[secret(format = any, aws = "conformance-bytes", gcp = "conformance-bytes", exec = "cat bytes")]
        pub(super) whole: Option<SecretBytes>,
    }
}

// The versions are those that the adapters put.
from_any_source! {
    struct Pinned {
        #[setting(
            required,
            vault = "secret/conformance-pinned@1#text",
            aws = "ssm:/conformance-pinned@1",
            gcp = "conformance-pinned@1",
            azure = "conformance-pinned@10000000000000000000000000000000"
        )]
        pub(super) first: String,
        #[setting(
            required,
            vault = "secret/conformance-pinned@2#text",
            aws = "ssm:/conformance-pinned@2",
            gcp = "conformance-pinned@2",
            azure = "conformance-pinned@20000000000000000000000000000000"
        )]
        pub(super) second: String,
    }
}

from_any_source! {
    struct PinnedToNone {
        #[setting(
            default = "none",
            vault = "secret/conformance-pinned@9#text",
            aws = "ssm:/conformance-pinned@9",
            gcp = "conformance-pinned@9",
            azure = "conformance-pinned@90000000000000000000000000000000"
        )]
        pub(super) none: String,
    }
}

from_any_source! {
    struct Demanding {
        #[setting(required)]
        pub(super) text: String,
        #[secret(required, format = any)]
        pub(super) hidden: SecretString,
    }
}

from_any_source! {
    struct Thousand {
        #[nested]
        pub(super) h0: Hundred,
        #[nested]
        pub(super) h1: Hundred,
        #[nested]
        pub(super) h2: Hundred,
        #[nested]
        pub(super) h3: Hundred,
        #[nested]
        pub(super) h4: Hundred,
        #[nested]
        pub(super) h5: Hundred,
        #[nested]
        pub(super) h6: Hundred,
        #[nested]
        pub(super) h7: Hundred,
        #[nested]
        pub(super) h8: Hundred,
        #[nested]
        pub(super) h9: Hundred,
    }
}

#[derive(Secrets)]
pub(super) struct Hundred {
    #[nested]
    t0: Ten,
    #[nested]
    t1: Ten,
    #[nested]
    t2: Ten,
    #[nested]
    t3: Ten,
    #[nested]
    t4: Ten,
    #[nested]
    t5: Ten,
    #[nested]
    t6: Ten,
    #[nested]
    t7: Ten,
    #[nested]
    t8: Ten,
    #[nested]
    t9: Ten,
}

#[derive(Secrets)]
struct Ten {
    #[setting(required)]
    k0: u32,
    #[setting(required)]
    k1: u32,
    #[setting(required)]
    k2: u32,
    #[setting(required)]
    k3: u32,
    #[setting(required)]
    k4: u32,
    #[setting(required)]
    k5: u32,
    #[setting(required)]
    k6: u32,
    #[setting(required)]
    k7: u32,
    #[setting(required)]
    k8: u32,
    #[setting(required)]
    k9: u32,
}

impl Thousand {
    /// All values in declaration order.
    pub(super) fn values(&self) -> Vec<u32> {
        let hundreds = [
            &self.h0, &self.h1, &self.h2, &self.h3, &self.h4, &self.h5, &self.h6, &self.h7,
            &self.h8, &self.h9,
        ];
        hundreds.iter().flat_map(|hundred| hundred.tens()).flat_map(Ten::values).collect()
    }
}

impl Hundred {
    fn tens(&self) -> [&Ten; 10] {
        [
            &self.t0, &self.t1, &self.t2, &self.t3, &self.t4, &self.t5, &self.t6, &self.t7,
            &self.t8, &self.t9,
        ]
    }
}

impl Ten {
    fn values(&self) -> [u32; 10] {
        [self.k0, self.k1, self.k2, self.k3, self.k4, self.k5, self.k6, self.k7, self.k8, self.k9]
    }
}
