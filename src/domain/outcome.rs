//! How a petition case ended: the classes by which every figure counts.

/// The outcome of a closed petition case (办理结果). The classes are exclusive and exhaustive; a
/// case without one is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// 书面息诉: the petitioner undertook in writing to end litigation and petitioning.
    SettledWritten,
    /// 口头息诉（观察一年）: an oral undertaking, not yet a year old.
    SettledOralProvisional,
    /// 口头息诉（已满一年）: an oral undertaking that has held for a year.
    SettledOralMatured,
    /// 终结: the high court approved that the petition is ended.
    Terminated,
    /// 核销: written off.
    WrittenOff,
    /// 导入诉讼: led into litigation, as retrial.
    RoutedToLitigation,
    /// 移送: handed over to another organ.
    TransferredOut,
    /// 已结未息: closed, and not settled.
    ClosedUnsettled,
}

impl Outcome {
    /// Every outcome, in the order in which lists offer them.
    pub const ALL: [Self; 8] = [
        Self::SettledWritten,
        Self::SettledOralProvisional,
        Self::SettledOralMatured,
        Self::ClosedUnsettled,
        Self::Terminated,
        Self::WrittenOff,
        Self::RoutedToLitigation,
        Self::TransferredOut,
    ];

    /// The code in columns, forms and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SettledWritten => "settled_written",
            Self::SettledOralProvisional => "settled_oral_provisional",
            Self::SettledOralMatured => "settled_oral_matured",
            Self::Terminated => "terminated",
            Self::WrittenOff => "written_off",
            Self::RoutedToLitigation => "routed_to_litigation",
            Self::TransferredOut => "transferred_out",
            Self::ClosedUnsettled => "closed_unsettled",
        }
    }

    /// The outcome with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// The name on pages and prints.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SettledWritten => "书面息诉",
            Self::SettledOralProvisional => "口头息诉（观察一年）",
            Self::SettledOralMatured => "口头息诉（已满一年）",
            Self::Terminated => "终结",
            Self::WrittenOff => "核销",
            Self::RoutedToLitigation => "导入诉讼",
            Self::TransferredOut => "移送",
            Self::ClosedUnsettled => "已结未息",
        }
    }

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
    fn each_code_leads_back_to_its_outcome() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
        }
        assert_eq!(Outcome::from_code("open"), None);
    }

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
            assert_eq!(counted, (settled, ended, resolved), "{}", outcome.label());
        }
    }
}
