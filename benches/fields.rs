//! The settings that every peer is measured with: their names, types and values, and the source text of the struct
//! as each peer wants it written.

use std::fmt::Write as _;
use std::path::Path;

const SUBJECTS: [&str; 25] = [
    "server", "cache", "queue", "worker", "mailer", "search", "billing", "session", "upload",
    "metrics", "gateway", "storage", "backup", "report", "stream", "invoice", "catalog", "booking",
    "pricing", "journal", "archive", "courier", "monitor", "planner", "gallery",
];
const ASPECTS: [(&str, &str); 4] =
    [("address", "String"), ("port", "u16"), ("enabled", "bool"), ("ratio", "f64")];

/// Who loads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Hand,
    Ours,
    /// Ours with no source but the environment.
    OursEnv,
    Confique,
    Conf,
    Envy,
    Config,
    Figment,
}

/// One setting.
pub struct Field {
    pub name: String,
    pub ty: &'static str,
    pub value: String,
}

/// The first settings of an endless list in which the four types take turns.
pub fn fields(count: usize) -> Vec<Field> {
    (0..count)
        .map(|i| {
            let (aspect, ty) = ASPECTS[i % 4];
            let (subject, round) = (SUBJECTS[i / 4 % 25], i / 100);
            let name = match round {
                0 => format!("{subject}_{aspect}"),
                round => format!("{subject}{round}_{aspect}"),
            };
            let value = match ty {
                "String" => format!("{subject}-{i}.internal.example"),
                "u16" => (1024 + i * 7).to_string(),
                "bool" => (i % 8 == 2).to_string(),
                _ => format!("{}.{:02}", i % 10, i % 90 + 10),
            };
            Field { name, ty, value }
        })
        .collect()
}

impl Field {
    /// The name of its variable.
    pub fn variable(&self) -> String {
        format!("APP_{}", self.name.to_uppercase())
    }
}

impl Peer {
    /// A program's modules, one a size, and the choice between them.
    pub fn program(self, sizes: &[usize]) -> String {
        let mut text = String::new();
        let mut arms = String::new();
        for size in sizes {
            let _ = writeln!(text, "mod of_{size} {{\n{}{}}}", self.library(*size), self.load());
            let _ = writeln!(
                arms,
                "        \"{size}\" => || drop(std::hint::black_box(of_{size}::load().unwrap_or_else(|error| panic!(\"{{error}}\")))),"
            );
        }
        text + "fn load(size: &str) -> fn() {\n    match size {\n"
            + &arms
            + "        _ => panic!(\"no such size\"),\n    }\n}\n"
    }

    /// One struct as this peer wants it declared; written by hand, that is with the code that loads it.
    pub fn library(self, count: usize) -> String {
        let (derive, container) = self.declaration();
        let mut text =
            format!("{derive}\n{container}\n#[allow(dead_code)]\npub struct Settings {{\n");
        let fields = fields(count);
        for field in &fields {
            let _ =
                writeln!(text, "    {}pub {}: {},", self.attribute(field), field.name, field.ty);
        }
        text.push_str("}\n");
        if self == Self::Hand {
            text.push_str(&by_hand(&fields));
        }
        text
    }

    fn declaration(self) -> (&'static str, &'static str) {
        match self {
            Self::Hand => ("", ""),
            Self::Ours => ("#[derive(config_core::Secrets)]", "#[secrets(prefix = \"APP\")]"),
            Self::OursEnv => {
                ("#[derive(config_core::Secrets)]", "#[secrets(prefix = \"APP\", sources(env))]")
            }
            Self::Confique => ("#[derive(confique::Config)]", ""),
            Self::Conf => ("#[derive(conf::Conf)]", "#[conf(env_prefix = \"APP_\")]"),
            Self::Envy | Self::Config | Self::Figment => ("#[derive(serde::Deserialize)]", ""),
        }
    }

    fn attribute(self, field: &Field) -> String {
        match self {
            Self::Ours | Self::OursEnv => "#[setting(required)] ".to_owned(),
            Self::Confique => format!("#[config(env = \"{}\")] ", field.variable()),
            Self::Conf => "#[arg(parameter, env)] ".to_owned(),
            Self::Hand | Self::Envy | Self::Config | Self::Figment => String::new(),
        }
    }

    /// The peer's usual call, with the error that it gives.
    fn load(self) -> String {
        let (error, call) = match self {
            Self::Hand => return String::new(),
            Self::Ours | Self::OursEnv => {
                ("config_core::Error", "<Settings as config_core::Secrets>::load()")
            }
            Self::Confique => {
                ("confique::Error", "<Settings as confique::Config>::builder().env().load()")
            }
            Self::Conf => (
                "conf::Error",
                "<Settings as conf::Conf>::try_parse_from([\"app\"], std::env::vars_os())",
            ),
            Self::Envy => ("envy::Error", "envy::prefixed(\"APP_\").from_env()"),
            Self::Config => (
                "config::ConfigError",
                "config::Config::builder()\
                     .add_source(config::Environment::with_prefix(\"APP\").try_parsing(true))\
                     .build()?.try_deserialize()",
            ),
            Self::Figment => (
                "Box<figment::Error>",
                "figment::Figment::new().merge(figment::providers::Env::prefixed(\"APP_\")).extract().map_err(Box::new)",
            ),
        };
        format!("pub fn load() -> Result<Settings, {error}> {{\n    {call}\n}}\n")
    }
}

/// What a careful author writes without a library: every error names its variable.
fn by_hand(fields: &[Field]) -> String {
    let mut text = String::from("pub fn load() -> Result<Settings, String> {\n    Ok(Settings {\n");
    for field in fields {
        let variable = field.variable();
        let read = format!(
            "std::env::var(\"{variable}\").map_err(|error| format!(\"{variable}: {{error}}\"))?"
        );
        let _ = match field.ty {
            "String" => writeln!(text, "        {}: {read},", field.name),
            ty => writeln!(
                text,
                "        {}: {read}.parse::<{ty}>().map_err(|error| format!(\"{variable}: {{error}}\"))?,",
                field.name
            ),
        };
    }
    text + "    })\n}\n"
}

/// Writes a file for `include!`.
pub fn write(name: &str, text: &str) {
    let directory = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&directory).join(name), text)
        .expect("the build directory can be written to");
}
