//! Decodes the `slas` side-load: `{"policy_metrics": [{"metric", "stage", "breach_at"}]}` in each ticket.
//!
//! PURE. Zendesk documents it but no recorded answer contains it, so every part is read leniently.

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::ticket::{SlaMetric, SlaStage, SlaTarget};
use crate::zendesk::json::lenient::{Fact, Lenient, entry, value};
use crate::zendesk::json::numbers::Time;

/// The targets of a ticket, at most one for each metric, in the order of [`SlaMetric::ALL`]. `None` if the row does
/// not contain them.
pub(super) type SlaTargets = Option<Vec<SlaTarget>>;

impl<'de> Fact<'de> for SlaTargets {
    fn from_null() -> Self {
        None
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        Ok(entry::<PolicyMetrics, A>(object, "policy_metrics")?.and_then(|metrics| metrics.0))
    }
}

/// The value of `policy_metrics`: an array, empty if no policy applies.
struct PolicyMetrics(SlaTargets);

impl<'de> Fact<'de> for PolicyMetrics {
    fn from_null() -> Self {
        Self(None)
    }

    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut targets = Vec::new();
        while let Some(element) = array.next_element::<Lenient<Option<SlaTarget>>>()? {
            if let Some(target) = element.0 {
                keep(&mut targets, target);
            }
        }
        Ok(Self(Some(targets)))
    }
}

/// Keeps one target for each metric: of two, the one that is not fulfilled, and then the one that is breached
/// first.
fn keep(targets: &mut Vec<SlaTarget>, target: SlaTarget) {
    let urgency = |target: &SlaTarget| (target.stage, target.breach_at.is_none(), target.breach_at);
    match targets.binary_search_by_key(&target.metric, |known| known.metric) {
        Ok(index) if urgency(&target) < urgency(&targets[index]) => targets[index] = target,
        Ok(_) => {}
        Err(index) => targets.insert(index, target),
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum TargetKey {
    Metric,
    Stage,
    BreachAt,
    #[serde(other)]
    Unread,
}

impl<'de> Fact<'de> for Option<SlaTarget> {
    fn from_null() -> Self {
        None
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut target = SlaTarget {
            metric: SlaMetric::from_null(),
            stage: SlaStage::from_null(),
            breach_at: None,
        };
        while let Some(key) = object.next_key::<TargetKey>()? {
            match key {
                TargetKey::Metric => target.metric = value(&mut object)?,
                TargetKey::Stage => target.stage = value(&mut object)?,
                TargetKey::BreachAt => target.breach_at = value::<Time, A>(&mut object)?.0,
                TargetKey::Unread => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(target))
    }
}

impl Fact<'_> for SlaMetric {
    fn from_null() -> Self {
        Self::Other
    }

    fn from_str(word: &str) -> Self {
        Self::from_label(word).unwrap_or(Self::Other)
    }
}

impl Fact<'_> for SlaStage {
    fn from_null() -> Self {
        Self::Fulfilled
    }

    fn from_str(word: &str) -> Self {
        Self::from_label(word).unwrap_or(Self::Fulfilled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::UnixSeconds;

    #[track_caller]
    fn check(slas: &str, expected: SlaTargets) {
        let read: Lenient<SlaTargets> = serde_json::from_str(slas).expect("JSON");
        assert_eq!(read.0, expected, "{slas}");
    }

    fn target(metric: SlaMetric, stage: SlaStage, breach_at: Option<i64>) -> SlaTarget {
        SlaTarget {
            metric,
            stage,
            breach_at: breach_at.map(UnixSeconds),
        }
    }

    #[test]
    fn targets_are_read_by_metric_stage_and_time() {
        check(
            r#"{"policy_metrics":[
                {"metric":"requester_wait_time","stage":"achieved","breach_at":null,"days":3},
                {"breach_at":"2023-09-09T23:52:05Z","stage":"active","metric":"first_reply_time","hours":1e999},
                {"breach_at":"2023-09-09T23:52:06Z","stage":"paused","metric":"moon_phase"}]}"#,
            Some(vec![
                target(
                    SlaMetric::FirstReplyTime,
                    SlaStage::Active,
                    Some(1_694_303_525),
                ),
                target(SlaMetric::RequesterWaitTime, SlaStage::Fulfilled, None),
                target(SlaMetric::Other, SlaStage::Paused, Some(1_694_303_526)),
            ]),
        );
    }

    #[test]
    fn nothing_said_differs_from_no_targets() {
        check("null", None);
        check("[]", None);
        check("5", None);
        check(r#""x""#, None);
        check("{}", None);
        check(r#"{"policy_metrics":null}"#, None);
        check(r#"{"policy_metrics":{}}"#, None);
        check(r#"{"policy_metrics":[]}"#, Some(vec![]));
    }

    #[test]
    fn odd_parts_cost_themselves() {
        check(
            r#"{"more":[1],"policy_metrics":[null,1,"x",[],{"metric":7,"stage":[],"breach_at":{}},
                {"metric":"reply_time","stage":true,"breach_at":"soon"}]}"#,
            Some(vec![
                target(SlaMetric::ReplyTime, SlaStage::Fulfilled, None),
                target(SlaMetric::Other, SlaStage::Fulfilled, None),
            ]),
        );
    }

    #[test]
    fn of_two_targets_for_one_metric_the_urgent_one_is_kept() {
        let early = r#""breach_at":"1970-01-01T00:00:05Z""#;
        let late = r#""breach_at":"1970-01-01T00:00:09Z""#;
        let rising = [
            format!(r#"{{"metric":"reply_time","stage":"fulfilled",{early}}}"#),
            r#"{"metric":"reply_time","stage":"paused","breach_at":null}"#.to_owned(),
            format!(r#"{{"metric":"reply_time","stage":"paused",{early}}}"#),
            r#"{"metric":"reply_time","stage":"active"}"#.to_owned(),
            format!(r#"{{"metric":"reply_time","stage":"active",{late}}}"#),
            format!(r#"{{"metric":"reply_time","stage":"active",{early}}}"#),
        ];
        for pair in rising.windows(2) {
            let [less, more] = pair else { unreachable!() };
            let only: Lenient<SlaTargets> =
                serde_json::from_str(&format!(r#"{{"policy_metrics":[{more}]}}"#)).expect("JSON");
            for both in [format!("{less},{more}"), format!("{more},{less}")] {
                check(&format!(r#"{{"policy_metrics":[{both}]}}"#), only.0.clone());
            }
        }
    }
}
