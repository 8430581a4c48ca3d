//! The integer types of Go and what they hold: <https://go.dev/ref/spec#Numeric_types>.

use super::Callee;

/// An integer type that does not hold every number of another one, so that a conversion may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerType {
    bits: u32,
    signed: bool,
}

impl IntegerType {
    /// The predeclared type of that name; `None` for `int` and `int64`, which hold what programs count.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (bits, signed) = match name {
            "int8" => (8, true),
            "int16" => (16, true),
            "int32" | "rune" => (32, true),
            "uint8" | "byte" => (8, false),
            "uint16" => (16, false),
            "uint32" => (32, false),
            "uint" | "uint64" | "uintptr" => (64, false),
            _ => return None,
        };
        Some(Self { bits, signed })
    }

    /// The type that a call of this callee converts its argument to.
    #[must_use]
    pub fn of_conversion(callee: &Callee) -> Option<Self> {
        match callee {
            Callee::Own { name } => Self::named(name),
            Callee::Imported { .. } | Callee::Method { .. } => None,
        }
    }

    /// What a number becomes: <https://go.dev/ref/spec#Conversions>.
    #[must_use]
    pub fn converted(self, number: i128) -> i128 {
        let modulus = 1_i128 << self.bits;
        let wrapped = number.rem_euclid(modulus);
        if self.signed && wrapped >= modulus / 2 { wrapped - modulus } else { wrapped }
    }
}

#[cfg(test)]
mod tests {
    use super::IntegerType;

    #[test]
    fn a_number_that_does_not_fit_wraps_around() {
        for (name, number, expected) in [
            ("uint8", 300, 44),
            ("uint16", 8080, 8080),
            ("uint16", 73_616, 8080),
            ("int16", 50_051, -15_485),
            ("uint32", -1, 4_294_967_295),
            ("byte", 255, 255),
            ("int8", -128, -128),
        ] {
            let converted = IntegerType::named(name).map(|it| it.converted(number));
            assert_eq!(converted, Some(expected), "{name}({number})");
        }
        assert_eq!(IntegerType::named("int"), None);
    }
}
