//! What a load would ask, cost and need.

use config_core::{Azure, Secrets};

use super::Two;

#[test]
fn a_plan_names_the_calls_the_price_and_the_role() {
    let none: [(&str, &str); 0] = [];
    let vault = Azure::builder().endpoint("https://app.vault.azure.net").env(none).build().unwrap();
    let plan = Two::loader().env(none).source(vault).plan();
    let text = plan.unwrap().to_string();
    for words in [
        "GET /secrets/app-password?api-version=7.4",
        "GET /secrets/app-smtp-user-name?api-version=7.4",
        "Key Vault Secrets User",
        "the secret app-password of https://app.vault.azure.net",
        "2 network round trips",
        "$0.05 a month",
    ] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}
