//! Structs that others nest, in a crate where nothing is in scope by itself and the dependency has another name.
#![no_implicit_prelude]

/// How mail is sent.
#[derive(::std::fmt::Debug, ::conf::Secrets)]
#[secrets(crate = "::conf", validate = reachable)]
pub struct Smtp {
    /// The server.
    #[setting(required)]
    pub host: ::std::string::String,
    /// Its port.
    #[setting(default = 587, range = 1..=65535, validate = odd)]
    pub port: u16,
    /// More servers.
    #[setting(default = ["a", "b"])]
    pub fallbacks: ::std::vec::Vec<::std::string::String>,
    /// How long to wait.
    #[setting]
    pub timeout: ::std::option::Option<::std::time::Duration>,
    /// The account.
    #[nested]
    pub account: Account,
}

/// Who sends.
#[derive(::std::fmt::Debug, ::conf::Secrets)]
#[secrets(crate = "::conf")]
pub struct Account {
    /// The name.
    #[setting(required, parse = name)]
    pub user: ::std::string::String,
    /// The password.
    #[secret(format = any, validate = long, verify = known)]
    pub password: ::std::option::Option<::conf::SecretString>,
    /// Both.
    #[secret(compose = "{user}:{realm}")]
    pub login: ::conf::SecretString,
    /// Where the account is.
    #[setting(default = ::std::string::ToString::to_string("local"))]
    pub realm: ::std::string::String,
}

fn reachable(_: &Smtp) -> ::std::result::Result<(), ::conf::Invalid> {
    ::std::result::Result::Ok(())
}

fn odd(port: &u16) -> ::std::result::Result<(), &'static str> {
    if *port % 2 == 1 {
        ::std::result::Result::Ok(())
    } else {
        ::std::result::Result::Err("is even")
    }
}

fn name(text: &str) -> ::std::result::Result<::std::string::String, ::std::string::String> {
    ::std::result::Result::Ok(::std::string::ToString::to_string(text))
}

fn long(_: &::conf::SecretString) -> ::std::result::Result<(), &'static str> {
    ::std::result::Result::Ok(())
}

async fn known(_: &::conf::SecretString) -> ::std::result::Result<(), ::std::string::String> {
    ::std::result::Result::Ok(())
}
