//! What kinds of values a settings file has where, and nothing of the values.
//!
//! Read before the values: a value of another kind than its setting takes is then told by the name of
//! the setting and passed over, and the rest of the file is read all the same.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::shape::Shape;

/// The kind of one value, and of those in it. As large as the file at most: the YAML library bounds
/// what aliases repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outline {
    /// Nothing, as behind `web:` alone.
    Nothing,
    /// A scalar.
    Scalar,
    /// A list, by its elements.
    List(Vec<Self>),
    /// A section, by its values in the order in which they stand.
    Section(Vec<Self>),
}

impl Outline {
    /// Whether such a value can stand where `shape` is wanted. Elements of lists are looked at one
    /// by one when they are read.
    pub(super) fn fits(&self, shape: &Shape) -> bool {
        match (self, shape) {
            (Self::Nothing, _)
            | (Self::Scalar, Shape::Scalar(_) | Shape::Path(_) | Shape::Scalars(_))
            | (Self::Section(_), Shape::Section(_))
            | (Self::List(_), Shape::Sections(_)) => true,
            (Self::List(elements), Shape::Scalars(_)) => {
                elements.iter().all(|element| *element == Self::Scalar)
            }
            (Self::Section(values), Shape::Table(_)) => values
                .iter()
                .all(|value| matches!(value, Self::Scalar | Self::Nothing)),
            _ => false,
        }
    }

    /// The value at a place in a section or a list.
    pub(super) fn at(&self, index: usize) -> &Self {
        match self {
            Self::List(values) | Self::Section(values) => {
                values.get(index).unwrap_or(&Self::Nothing)
            }
            Self::Nothing | Self::Scalar => &Self::Nothing,
        }
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Kinds)
    }
}

struct Kinds;

impl<'de> Visitor<'de> for Kinds {
    type Value = Outline;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("YAML")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Outline, E> {
        Ok(Outline::Scalar)
    }

    fn visit_none<E>(self) -> Result<Outline, E> {
        Ok(Outline::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Outline, E> {
        Ok(Outline::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outline, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Outline, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Outline::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Outline, A::Error> {
        let mut values = Vec::new();
        while let Some((_, value)) = entries.next_entry::<IgnoredAny, _>()? {
            values.push(value);
        }
        Ok(Outline::Section(values))
    }
}
