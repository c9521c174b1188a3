//! The indicators of the bulletin, by the ids of the domain book.

use crate::domain::code::codes;

codes! {
    /// An indicator (指标). Its id is its code in columns and addresses.
    Metric {
        I03 = "I03", "台账按期建立率";
        I04 = "I04", "约见按期率";
        I05 = "I05", "七日报告按期率";
        I07 = "I07", "按期办结率";
        I08a = "I08a", "息诉率";
        /// Never called 息诉.
        I08b = "I08b", "依法退出率";
        /// 化解 as the source documents use the word.
        I08c = "I08c", "化解率（含终结、核销）";
        I14 = "I14", "包案落实率";
        /// Shown and never ranked: the overdue among all that are open.
        I34 = "I34", "超期存量";
    }
}

impl Metric {
    /// What one of the numbers is: assignments or petition cases.
    pub const fn counts(self) -> &'static str {
        match self {
            Self::I03 | Self::I04 | Self::I05 | Self::I07 | Self::I14 | Self::I34 => "交办件",
            Self::I08a | Self::I08b | Self::I08c => "信访案件",
        }
    }

    /// The name of the numerator.
    pub const fn numerator(self) -> &'static str {
        match self {
            Self::I03 => "按期建立台账",
            Self::I04 => "按期约见",
            Self::I05 => "按期报告",
            Self::I07 => "按期办结",
            Self::I08a => "息诉",
            Self::I08b => "依法退出",
            Self::I08c => "化解",
            Self::I14 => "包案落实",
            Self::I34 => "超期未结",
        }
    }

    /// The name of the denominator. A label must name its own.
    pub const fn denominator(self) -> &'static str {
        match self {
            Self::I03 => "本期到期应建台账",
            Self::I04 => "本期到期应约见",
            Self::I05 => "本期到期应报告",
            Self::I07 => "本期到期应办结",
            Self::I08a | Self::I08b | Self::I08c => "本期审核认定办结",
            Self::I14 => "在办和本期办结的应包案件",
            Self::I34 => "截止时在办",
        }
    }

    /// The counting rule in one sentence, with the unit that is counted.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::I03 => {
                "按交办件计数：建账到期日在本期内的交办件，到期前台账填写完整的算按期，不完整的不算。"
            }
            Self::I04 => {
                "按交办件计数：约见到期日在本期内的交办件，到期前包案领导本人约见信访人的算按期；\
                 信访人不来或者联系不上、有包案领导联系记录的也算，另列件数。"
            }
            Self::I05 => {
                "按交办件计数：报告到期日在本期内的交办件，到期前报送书面进展情况报告的算按期；\
                 退回补正的，到期前重新报送才算。"
            }
            Self::I07 => {
                "按交办件计数：到期日在本期内的交办件，到期前报结并经审核认定的算按期；\
                 批准延期的按新期限；退回补正的和截止时还没有认定的不算。"
            }
            Self::I08a => {
                "按信访案件计数：本期审核认定办结的案件中，书面息诉和口头息诉满一年的；\
                 口头息诉观察一年的另列，不相加。"
            }
            Self::I08b => "按信访案件计数：本期审核认定办结的案件中，终结和核销的；不称为息诉。",
            Self::I08c => {
                "按信访案件计数：本期审核认定办结的案件中，息诉（含口头息诉观察一年的）、\
                 终结和核销的合计。"
            }
            Self::I14 => {
                "按交办件计数：在办和本期办结的应包案交办件，2日内确定合格的包案领导、\
                 包案领导本人约见或者有联系记录、有化解方案、近14日有包案领导本人行动，四项齐全的算落实；\
                 交办不满2日的不列入，3日内更换包案领导的不查近14日行动。"
            }
            Self::I34 => {
                "按交办件计数：截止时在办的交办件中，超过办结期限没有报结的；批准延期的按新期限，\
                 中止办理的和已报结、待审核认定的不算超期。"
            }
        }
    }
}
