//! Where an assignment comes from (案件来源).

/// The organ or channel that brought a petition case (案件来源).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// 省委政法委交办
    ProvincePlc,
    /// 省院交办
    ProvinceCourt,
    /// 市委政法委交办
    CityPlc,
    /// 中院交办
    CityCourt,
    /// 联席会议、信访局转送
    JointOffice,
    /// 人大转交
    Congress,
    /// 领导批示
    LeaderInstruction,
    /// 窗口
    Window,
    /// 来信
    Letter,
    /// 网上信访
    Online,
    /// 12368 诉讼服务热线
    Hotline,
    /// 自排: found by the court's own check of its backlog
    SelfIdentified,
}

impl Source {
    /// Every source, in the order in which lists offer them.
    pub const ALL: [Self; 12] = [
        Self::ProvincePlc,
        Self::ProvinceCourt,
        Self::CityPlc,
        Self::CityCourt,
        Self::JointOffice,
        Self::Congress,
        Self::LeaderInstruction,
        Self::Window,
        Self::Letter,
        Self::Online,
        Self::Hotline,
        Self::SelfIdentified,
    ];

    /// The code in columns, forms and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProvincePlc => "province_plc",
            Self::ProvinceCourt => "province_court",
            Self::CityPlc => "city_plc",
            Self::CityCourt => "city_court",
            Self::JointOffice => "joint_office",
            Self::Congress => "congress",
            Self::LeaderInstruction => "leader_instruction",
            Self::Window => "window",
            Self::Letter => "letter",
            Self::Online => "online",
            Self::Hotline => "hotline",
            Self::SelfIdentified => "self_identified",
        }
    }

    /// The source with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }

    /// The name in the courts' ledgers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ProvincePlc => "省委政法委交办",
            Self::ProvinceCourt => "省院交办",
            Self::CityPlc => "市委政法委交办",
            Self::CityCourt => "中院交办",
            Self::JointOffice => "联席会议/信访局转送",
            Self::Congress => "人大转交",
            Self::LeaderInstruction => "领导批示",
            Self::Window => "窗口",
            Self::Letter => "来信",
            Self::Online => "网上信访",
            Self::Hotline => "12368",
            Self::SelfIdentified => "自排",
        }
    }

    /// The place in a work queue among cases due on the same day: 省委政法委 and 省院 before
    /// 市委政法委 before 中院 before all others. It orders work, not people.
    pub const fn rank(self) -> u8 {
        match self {
            Self::ProvincePlc | Self::ProvinceCourt => 0,
            Self::CityPlc => 1,
            Self::CityCourt => 2,
            Self::JointOffice
            | Self::Congress
            | Self::LeaderInstruction
            | Self::Window
            | Self::Letter
            | Self::Online
            | Self::Hotline
            | Self::SelfIdentified => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_leads_back_to_its_source_and_no_two_share_one() {
        for source in Source::ALL {
            assert_eq!(Source::from_code(source.code()), Some(source));
        }
        let labels: std::collections::BTreeSet<_> = Source::ALL.map(Source::label).into();
        assert_eq!(labels.len(), Source::ALL.len());
        assert_eq!(Source::from_code("省院交办"), None);
    }

    #[test]
    fn the_province_comes_before_the_city_and_the_city_before_the_court() {
        let table = [
            (Source::ProvincePlc, 0),
            (Source::ProvinceCourt, 0),
            (Source::CityPlc, 1),
            (Source::CityCourt, 2),
            (Source::LeaderInstruction, 3),
            (Source::SelfIdentified, 3),
        ];
        for (source, expected) in table {
            assert_eq!(source.rank(), expected, "{}", source.label());
        }
    }
}
