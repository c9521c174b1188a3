//! Enums that are written as codes in columns, forms and addresses, and shown by a label.

/// Declares an enum with `ALL`, `code()`, `from_code()` and `label()`.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order in which people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As written in columns, forms and addresses.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The value with this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// As shown to people.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }
    };
}

/// Declares the getters of a fact, whose fields its rule alone fills: each hands out its field as the
/// type says, lent where that begins with `&`, copied where it doesn't.
macro_rules! getters {
    ($fact:ident { $($getters:tt)+ }) => {
        impl $fact {
            getters!(@ $($getters)+);
        }
    };
    (@ $(#[$doc:meta])* $field:ident: Option<&str>, $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $field(&self) -> Option<&str> {
            self.$field.as_deref()
        }
        getters!(@ $($rest)*);
    };
    (@ $(#[$doc:meta])* $field:ident: &$type:ty, $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $field(&self) -> &$type {
            &self.$field
        }
        getters!(@ $($rest)*);
    };
    (@ $(#[$doc:meta])* $field:ident: $type:ty, $($rest:tt)*) => {
        $(#[$doc])*
        pub const fn $field(&self) -> $type {
            self.$field
        }
        getters!(@ $($rest)*);
    };
    (@) => {};
}

pub(crate) use codes;
pub(crate) use getters;
