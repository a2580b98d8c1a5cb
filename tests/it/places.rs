//! The repairs of places in sources whose features `tests/ui` does not have: here they compile.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

macro_rules! repairs {
    ($($name:ident: $path:literal,)*) => {
        $(
            #[allow(dead_code)]
            #[path = $path]
            mod $name;
        )*
        const REPAIRS: &[&str] = &[$($path),*];
    };
}

repairs! {
    aws_key_in_a_list: "../ui/places/aws_key_in_a_list.fixed.rs",
    aws_path_of_a_field: "../ui/places/aws_path_of_a_field.fixed.rs",
    aws_path_of_a_list: "../ui/places/aws_path_of_a_list.fixed.rs",
    aws_path_of_a_nested_struct: "../ui/places/aws_path_of_a_nested_struct.fixed.rs",
    azure_name_of_a_field: "../ui/places/azure_name_of_a_field.fixed.rs",
    azure_name_of_a_list: "../ui/places/azure_name_of_a_list.fixed.rs",
    exec_with_a_blank: "../ui/places/exec_with_a_blank.fixed.rs",
    gcp_name_of_a_list: "../ui/places/gcp_name_of_a_list.fixed.rs",
    gcp_version_of_a_field: "../ui/places/gcp_version_of_a_field.fixed.rs",
    keyring_without_a_name: "../ui/places/keyring_without_a_name.fixed.rs",
    vault_key_in_a_list: "../ui/places/vault_key_in_a_list.fixed.rs",
    vault_two_versions: "../ui/places/vault_two_versions.fixed.rs",
    vault_version_alone: "../ui/places/vault_version_alone.fixed.rs",
}

#[test]
fn every_place_that_does_not_compile_has_a_repair_that_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/places");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let names = files.map(|name| name.into_string().unwrap());
    let mistakes = names.filter(|name| name.ends_with(".rs") && !name.ends_with(".fixed.rs"));
    let repaired =
        mistakes.map(|name| format!("../ui/places/{}", name.replace(".rs", ".fixed.rs")));
    let known: BTreeSet<String> = REPAIRS.iter().map(ToString::to_string).collect();
    assert_eq!(repaired.collect::<BTreeSet<_>>(), known);
}
