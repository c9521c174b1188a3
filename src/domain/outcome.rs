//! How a petition case ended: the classes by which every figure counts.

use super::code::codes;

codes! {
    /// The outcome of a closed petition case (办理结果). The classes are exclusive and
    /// exhaustive; a case without one is open.
    Outcome {
        /// The petitioner undertook in writing to end litigation and petitioning.
        SettledWritten = "settled_written", "书面息诉";
        /// An oral undertaking, not yet a year old.
        SettledOralProvisional = "settled_oral_provisional", "口头息诉（观察一年）";
        /// An oral undertaking that has held for a year.
        SettledOralMatured = "settled_oral_matured", "口头息诉（已满一年）";
        /// Closed, and not settled.
        ClosedUnsettled = "closed_unsettled", "已结未息";
        /// The high court approved that the petition is ended.
        Terminated = "terminated", "终结";
        WrittenOff = "written_off", "核销";
        /// Led into litigation, such as a retrial.
        RoutedToLitigation = "routed_to_litigation", "导入诉讼";
        /// Handed over to another organ.
        TransferredOut = "transferred_out", "移送";
    }
}

impl Outcome {
    /// Whether the settlement rate (息诉率, I08a) counts it: a provisional oral one not yet.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::SettledWritten | Self::SettledOralMatured)
    }

    /// Whether the formally ended rate (依法退出率, I08b) counts it. Never called 息诉.
    pub const fn is_formally_ended(self) -> bool {
        matches!(self, Self::Terminated | Self::WrittenOff)
    }

    /// Whether the resolution rate (化解率，含终结、核销, I08c) counts it.
    pub const fn is_resolved(self) -> bool {
        self.is_settled()
            || self.is_formally_ended()
            || matches!(self, Self::SettledOralProvisional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rates_count_what_the_indicators_say() {
        // Outcome, settled (I08a), formally ended (I08b), resolved (I08c).
        let table = [
            (Outcome::SettledWritten, true, false, true),
            (Outcome::SettledOralProvisional, false, false, true),
            (Outcome::SettledOralMatured, true, false, true),
            (Outcome::Terminated, false, true, true),
            (Outcome::WrittenOff, false, true, true),
            (Outcome::RoutedToLitigation, false, false, false),
            (Outcome::TransferredOut, false, false, false),
            (Outcome::ClosedUnsettled, false, false, false),
        ];
        for (outcome, settled, ended, resolved) in table {
            let counted =
                (outcome.is_settled(), outcome.is_formally_ended(), outcome.is_resolved());
            assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
            assert_eq!(counted, (settled, ended, resolved), "{}", outcome.label());
        }
    }
}
