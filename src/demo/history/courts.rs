//! How much each court has to do, and how it keeps its duties: each in its own way, so that the
//! bulletins have something to compare.

/// In how many of a hundred cases a duty is done late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slips {
    pub ledger: u32,
    pub meeting: u32,
    pub report: u32,
    pub close: u32,
}

/// A court or division, as the history needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Court {
    pub code: &'static str,
    pub name: &'static str,
    /// The accounts of its people. The second chief steps in where the first leads the case.
    pub leaders: [&'static str; 2],
    pub chiefs: [&'static str; 2],
    pub handlers: [&'static str; 2],
    pub president: &'static str,
    /// Where its visitors are received.
    pub window: &'static str,
    /// As in a 案号.
    pub docket: &'static str,
    /// How many of its cases fall due in a fortnight.
    pub load: usize,
    pub slips: Slips,
    /// In how many of a hundred cases a paper comes back.
    pub returned: u32,
    /// In how many of a hundred closings the petitioner undertakes in writing to end it.
    pub settled: u32,
}

macro_rules! court {
    ($code:literal, $account:literal, $name:literal, $docket:literal; $load:literal,
     [$ledger:literal $meeting:literal $report:literal $close:literal], $returned:literal, $settled:literal) => {
        Court {
            code: $code,
            name: $name,
            leaders: [concat!($account, ".leader"), concat!($account, ".leader2")],
            chiefs: [concat!($account, ".leader2"), concat!($account, ".leader")],
            handlers: [concat!($account, ".handler"), concat!($account, ".handler2")],
            president: concat!($account, ".president"),
            window: $account,
            docket: $docket,
            load: $load,
            slips: Slips { ledger: $ledger, meeting: $meeting, report: $report, close: $close },
            returned: $returned,
            settled: $settled,
        }
    };
}

/// A division's leaders are the intermediate court's, and so is its window.
macro_rules! division {
    ($code:literal, $account:literal, $name:literal; $load:literal,
     [$ledger:literal $meeting:literal $report:literal $close:literal], $returned:literal, $settled:literal) => {
        Court {
            leaders: ["zhongyuan.leader", "zhongyuan.leader2"],
            chiefs: [concat!($account, ".chief"); 2],
            handlers: [concat!($account, ".handler"); 2],
            president: "zhongyuan.president",
            window: "zhongyuan",
            ..court!($code, $account, $name, "某01"; $load,
                     [$ledger $meeting $report $close], $returned, $settled)
        }
    };
}

/// Everyone who is given cases, in the fixed order of the units.
pub const COURTS: [Court; 14] = [
    division!("01ZH", "zonghe", "执行局综合处"; 2, [10 10 15 20], 10, 60),
    division!("01Z1", "zhiyi", "执行一庭"; 5, [10 15 10 20], 10, 60),
    division!("01Z2", "zhier", "执行二庭"; 3, [20 15 25 30], 15, 55),
    court!("0104", "qingxi", "青溪法院", "某0104"; 6, [3 4 4 8], 5, 78),
    court!("0105", "baishi", "白石法院", "某0105"; 5, [2 2 3 4], 4, 72),
    court!("0106", "changqiao", "长桥法院", "某0106"; 5, [6 8 8 14], 10, 66),
    court!("0107", "shimen", "石门法院", "某0107"; 5, [10 12 9 16], 10, 60),
    court!("0108", "nanpu", "南浦法院", "某0108"; 6, [8 14 16 20], 12, 62),
    court!("0109", "beiyuan", "北原法院", "某0109"; 5, [12 10 20 24], 12, 64),
    court!("0110", "donghu", "东湖法院", "某0110"; 6, [14 18 18 26], 15, 66),
    court!("0111", "liuhe", "柳河法院", "某0111"; 4, [18 16 24 34], 12, 66),
    court!("0112", "xiling", "西岭法院", "某0112"; 5, [26 30 32 44], 20, 58),
    court!("0113", "jinsha", "金沙法院", "某0113"; 6, [30 34 38 50], 25, 52),
    court!("01GX", "gaoxin", "高新法庭", "某01"; 3, [12 12 16 28], 12, 66),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::people;

    #[test]
    fn everyone_named_lives_in_the_city() {
        let accounts: Vec<_> = people().into_iter().map(|person| person.username).collect();
        for court in COURTS {
            let clerk = format!("{}.clerk", court.window);
            let named = [court.leaders, court.chiefs, court.handlers].concat();
            for account in named.into_iter().chain([court.president, clerk.as_str()]) {
                assert!(accounts.iter().any(|known| known == account), "{account}");
            }
        }
    }
}
