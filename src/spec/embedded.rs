//! The specs that the crate carries with it: what `specs/` held when it was built.

use super::{Specs, compile};
use std::sync::LazyLock;

/// Path below the crate's root, and text, of each; sorted by path.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded_specs.rs"));

/// The specs that the crate carries with it; they call their file `embedded:specs/<service>/<operation>.yaml`.
///
/// ```
/// let specs = retake::spec::embedded();
///
/// assert!(specs.iter().all(|spec| spec.file.starts_with("embedded:specs/")));
/// ```
pub fn embedded() -> Specs {
    static COMPILED: LazyLock<Specs> = LazyLock::new(compiled);
    COMPILED.clone()
}

fn compiled() -> Specs {
    let compiled = FILES.iter().map(|(path, text)| {
        compile(&format!("embedded:{path}"), text).expect("the tests compile every spec that is embedded")
    });
    Specs::new(compiled.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::kebab;

    #[test]
    fn every_embedded_spec_compiles_and_lies_where_its_operation_says() {
        let specs = embedded();

        assert!(!specs.is_empty());
        for spec in specs.iter() {
            let path = format!("embedded:specs/{}/{}.yaml", spec.service.id, kebab(&spec.operation));
            assert_eq!(spec.file, path);
        }
    }

    #[test]
    fn embeds_the_very_bytes_of_the_files() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (path, text) in FILES {
            assert_eq!(std::fs::read_to_string(root.join(path)).unwrap(), *text);
        }
    }
}
