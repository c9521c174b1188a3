//! Where an assignment comes from (案件来源).

use super::code::codes;

codes! {
    /// The organ or channel that brought a petition case (案件来源).
    Source {
        ProvincePlc = "province_plc", "省委政法委交办";
        ProvinceCourt = "province_court", "省院交办";
        CityPlc = "city_plc", "市委政法委交办";
        CityCourt = "city_court", "中院交办";
        JointOffice = "joint_office", "联席会议/信访局转送";
        Congress = "congress", "人大转交";
        LeaderInstruction = "leader_instruction", "领导批示";
        Window = "window", "窗口";
        Letter = "letter", "来信";
        Online = "online", "网上信访";
        Hotline = "hotline", "12368";
        /// Found by the court's own check of its backlog.
        SelfIdentified = "self_identified", "自排";
    }
}

impl Source {
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
