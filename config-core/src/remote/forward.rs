//! A public type that is a source by the [`Remote`](super::Remote) in it.

/// Implements `Source` for a type by the remote source that it has in a field. A blanket implementation for all that have
/// one would stand in the documentation of every type, with a bound that nobody outside can meet.
macro_rules! is_source_by {
    ($type:ty, $remote:ident) => {
        impl $crate::source::Source for $type {
            fn label(&self) -> String {
                $crate::source::Source::label(&*self.$remote)
            }

            fn fetch<'a>(
                &'a self,
                wanted: &'a $crate::source::Wanted<'a>,
            ) -> $crate::source::Fetch<'a> {
                $crate::source::Source::fetch(&*self.$remote, wanted)
            }

            fn __claim(&self, wanted: &$crate::source::Wanted<'_>) {
                $crate::source::Source::__claim(&*self.$remote, wanted)
            }

            fn is_remote(&self) -> bool {
                $crate::source::Source::is_remote(&*self.$remote)
            }

            fn unclaimed(
                &self,
                claims: &$crate::source::Claims<'_>,
            ) -> Vec<$crate::source::Unclaimed> {
                $crate::source::Source::unclaimed(&*self.$remote, claims)
            }

            fn remarks(&self, claims: &$crate::source::Claims<'_>) -> Vec<String> {
                $crate::source::Source::remarks(&*self.$remote, claims)
            }

            fn remedy(&self, key: &$crate::source::Key<'_>) -> Option<String> {
                $crate::source::Source::remedy(&*self.$remote, key)
            }

            fn plan(&self, wanted: &$crate::source::Wanted<'_>) -> $crate::source::SourcePlan {
                $crate::source::Source::plan(&*self.$remote, wanted)
            }

            fn due(&self) -> Option<std::time::Instant> {
                $crate::source::Source::due(&*self.$remote)
            }

            fn good_until(&self) -> Option<std::time::Instant> {
                $crate::source::Source::good_until(&*self.$remote)
            }

            fn watched(&self) -> Vec<std::path::PathBuf> {
                $crate::source::Source::watched(&*self.$remote)
            }

            fn names_place(&self, key: &$crate::source::Key<'_>) -> bool {
                $crate::source::Source::names_place(&*self.$remote, key)
            }

            fn at_place(
                &self,
                place: &str,
            ) -> Option<Result<std::sync::Arc<dyn $crate::source::Source>, $crate::source::Failure>>
            {
                $crate::source::Source::at_place(&*self.$remote, place)
            }
        }
    };
}

pub(crate) use is_source_by;
