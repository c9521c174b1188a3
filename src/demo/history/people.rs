//! The city's petitioners: who they are, and nothing about them. Numbers in region 99, telephones
//! that begin with 100: nobody has either.

use chrono::NaiveDate;

use super::random::Random;
use crate::domain::petitioner::{IdNumber, Name, NoIdReason, Phone, Sex};
use crate::domain::visit::{Contact, Document, Identity};

const SURNAMES: &str = "张王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段涂钱汤尹黎易常武乔贺赖龚文";
const STREETS: &[&str] =
    &["柳荫街道", "文昌街道", "建设街道", "东关街道", "河滨街道", "新华街道", "城南乡", "石桥镇"];
const DISTRICTS: &[&str] = &[
    "青溪区",
    "白石区",
    "长桥区",
    "石门区",
    "南浦区",
    "北原区",
    "东湖区",
    "柳河区",
    "西岭区",
    "金沙区",
];

/// A petitioner, as the window learns of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Petitioner {
    pub name: String,
    /// None: no document was shown.
    pub id_number: Option<String>,
    pub sex: Sex,
    pub birth_date: NaiveDate,
    pub phone: Option<String>,
    pub address: String,
}

impl Petitioner {
    /// The nth petitioner of the city.
    pub fn nth(nth: usize) -> Self {
        let mut random = Random::of("petitioner", nth);
        let sex = if random.chance(58) { Sex::Male } else { Sex::Female };
        let birth_date = birth_date(&mut random);
        let shown = !random.chance(6);
        let phone = !random.chance(4);
        Self {
            name: name(&mut random),
            id_number: shown.then(|| id_number(nth, sex, birth_date)),
            sex,
            birth_date,
            phone: phone.then(|| format!("100{:08}", 10_000_000 + nth * 7919)),
            address: address(&mut random),
        }
    }

    /// As the register takes it down; none if something is not as it should be.
    pub fn identity(&self) -> Option<Identity> {
        let document = match &self.id_number {
            Some(number) => Document::Verified(IdNumber::parse(number).ok()?),
            None => Document::None(NoIdReason::Forgot),
        };
        Some(Identity {
            document,
            name: Name::parse(&self.name).ok()?,
            sex: Some(self.sex),
            birth_date: Some(self.birth_date),
            region: "云州市".to_owned(),
            contact: Contact {
                phone: self.phone.as_deref().map(Phone::parse).transpose().ok()?,
                address: self.address.clone(),
            },
        })
    }
}

/// 张某 or 李某某.
fn name(random: &mut Random) -> String {
    let surnames: Vec<char> = SURNAMES.chars().collect();
    let given = if random.chance(70) { "某某" } else { "某" };
    format!("{}{given}", random.pick(&surnames))
}

fn birth_date(random: &mut Random) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(1948, 1, 1).unwrap_or_default();
    first + chrono::Days::new(u64::from(random.between(0, 52 * 365)))
}

/// Region 9901 has never been assigned. The check digit is the one that passes the check.
fn id_number(nth: usize, sex: Sex, birth_date: NaiveDate) -> String {
    let running = 2 * (nth % 450) + usize::from(sex == Sex::Male) + 100;
    let body = format!("9901{:02}{}{running:03}", nth % 13 + 1, birth_date.format("%Y%m%d"));
    "0123456789X"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(|number| IdNumber::parse(number).is_ok())
        .unwrap_or_default()
}

fn address(random: &mut Random) -> String {
    let (district, street) = (random.pick(DISTRICTS), random.pick(STREETS));
    format!("云州市{district}{street}某小区{}号楼", random.between(1, 28))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everyone_is_invented_and_can_be_registered() {
        let mut numbers = BTreeSet::new();
        for nth in 0..600 {
            let someone = Petitioner::nth(nth);
            assert_eq!(someone, Petitioner::nth(nth));
            assert!(someone.identity().is_some(), "{nth}");
            assert!(someone.name.contains('某'));
            if let Some(number) = &someone.id_number {
                let number = IdNumber::parse(number).unwrap();
                assert!(number.region_code().starts_with("99"));
                assert_eq!(number.birth_date(), someone.birth_date);
                assert_eq!(number.sex(), someone.sex);
                assert!(numbers.insert(number.exposed().to_owned()), "{nth}");
            }
            assert!(someone.phone.is_none_or(|phone| phone.starts_with("100")));
        }
        assert!((500..600).contains(&numbers.len()));
    }
}
