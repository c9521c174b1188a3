//! The administrative division of registration (户籍地) behind the first digits of an ID number
//! (GB/T 2260).

/// The province-level divisions by their two digits.
const PROVINCES: [(&str, &str); 34] = [
    ("11", "北京市"),
    ("12", "天津市"),
    ("13", "河北省"),
    ("14", "山西省"),
    ("15", "内蒙古自治区"),
    ("21", "辽宁省"),
    ("22", "吉林省"),
    ("23", "黑龙江省"),
    ("31", "上海市"),
    ("32", "江苏省"),
    ("33", "浙江省"),
    ("34", "安徽省"),
    ("35", "福建省"),
    ("36", "江西省"),
    ("37", "山东省"),
    ("41", "河南省"),
    ("42", "湖北省"),
    ("43", "湖南省"),
    ("44", "广东省"),
    ("45", "广西壮族自治区"),
    ("46", "海南省"),
    ("50", "重庆市"),
    ("51", "四川省"),
    ("52", "贵州省"),
    ("53", "云南省"),
    ("54", "西藏自治区"),
    ("61", "陕西省"),
    ("62", "甘肃省"),
    ("63", "青海省"),
    ("64", "宁夏回族自治区"),
    ("65", "新疆维吾尔自治区"),
    ("71", "台湾省"),
    ("81", "香港特别行政区"),
    ("82", "澳门特别行政区"),
];

/// The province that a code of six digits lies in. Codes below it change from year to year, so that
/// county and city are left to be completed by hand; an unknown code is left open.
pub fn region_of(code: &str) -> Option<&'static str> {
    let province = code.get(..2)?;
    PROVINCES.iter().find(|(known, _)| *known == province).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_names_its_province_and_an_unknown_one_nothing() {
        for (code, name) in [("410811", Some("河南省")), ("990110", None), ("4", None)] {
            assert_eq!(region_of(code), name, "{code}");
        }
    }
}
