//! The hash chain of the audit, recomputed entry by entry: what a change behind the program's back
//! leaves visible.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::code::codes;
use super::ids::{GrantId, PetitionCaseId, StaffId, UnitId};

/// Stands before the parts of the text that is hashed.
const SEPARATOR: char = '\u{1f}';
/// What the first entry of a chain hangs on.
const ROOT: &[u8] = &[0];

/// How the others of a hash's bytes were made: SHA-256, without a key.
const TAG: u8 = 1;

codes! {
    /// What became of an act.
    Outcome {
        Done = "done", "完成";
        /// Someone may not, or what they asked for isn't there for them.
        Refused = "refused", "拒绝";
        /// It was begun and undone.
        Failed = "failed", "失败";
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub court: UnitId,
    pub seq: i64,
    /// Its place in the order over all chains.
    pub nth: i64,
    pub at: DateTime<Utc>,
    pub staff: StaffId,
    pub grant: GrantId,
    /// For whom, where someone stood in for another.
    pub on_behalf_of: Option<StaffId>,
    pub session: String,
    pub address: String,
    pub verb: String,
    pub outcome: String,
    pub case: Option<PetitionCaseId>,
    pub object: String,
    pub reason: String,
    pub fields: String,
    pub detail: String,
    /// The numbers of what a list showed.
    pub shown: String,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Entry {
    /// What the database hashes when it writes an entry, spelt out a second time.
    fn text(&self) -> String {
        let principal = self.on_behalf_of.map(|staff| staff.to_string()).unwrap_or_default();
        let case = self.case.map(|case| case.to_string()).unwrap_or_default();
        let digest = |digest: &Option<Vec<u8>>| digest.as_deref().map(hex).unwrap_or_default();
        [
            &self.court.to_string(),
            &self.seq.to_string(),
            &self.nth.to_string(),
            &self.at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string(),
            &self.staff.to_string(),
            &self.grant.to_string(),
            &principal,
            &self.session,
            &self.address,
            &self.verb,
            &self.outcome,
            &case,
            &self.object,
            &self.reason,
            &self.fields,
            &self.detail,
            &self.shown,
            &digest(&self.before),
            &digest(&self.after),
            &hex(&self.previous_hash),
        ]
        .map(String::as_str)
        .join(&SEPARATOR.to_string())
    }

    fn hashed(&self) -> Vec<u8> {
        [&[TAG][..], &Sha256::digest(self.text())].concat()
    }

    fn is_as_hashed(&self) -> bool {
        self.hashed() == self.hash
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// What the next entry of a chain hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// What is wrong at a place of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The content is not the one that was hashed: changed, or moved here from elsewhere.
    Changed,
    /// It does not hang on the entry before it.
    Unlinked,
    /// Entries before it are gone, from this place on.
    MissingSince(i64),
    /// It stands after the head: it was not written by the program.
    BeyondHead,
    /// The last entries up to this place are gone.
    CutShort(i64),
    /// The head does not name the last entry.
    HeadDiffers,
    /// There is no head.
    NoHead,
    /// It is not the one that was written down outside the database.
    NotAsAnchored,
    /// The entries up to this place were written down outside the database, and are gone.
    AnchoredUpTo(i64),
}

/// A fault with the place where it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub seq: i64,
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.fault {
            Fault::Changed => write!(f, "第{seq}条：内容与写入时的校验值不符"),
            Fault::Unlinked => write!(f, "第{seq}条：与上一条不相接"),
            Fault::MissingSince(first) if first + 1 == seq => write!(f, "第{first}条：缺失"),
            Fault::MissingSince(first) => write!(f, "第{first}至{}条：缺失", seq - 1),
            Fault::BeyondHead => write!(f, "第{seq}条：不是系统写入的"),
            Fault::CutShort(last) => write!(f, "第{seq}至{last}条：末尾缺失"),
            Fault::HeadDiffers => write!(f, "第{seq}条：与链尾记录不符"),
            Fault::NoHead => write!(f, "第{seq}条：链尾记录缺失"),
            Fault::NotAsAnchored => write!(f, "第{seq}条：与库外锚点不符，此前的记录被整体改写"),
            Fault::AnchoredUpTo(last) => write!(f, "第{seq}至{last}条：库外锚点有记载，现已缺失"),
        }
    }
}

/// A walk along one chain, from its first entry on.
#[derive(Debug)]
pub struct Walk {
    seq: i64,
    hash: Vec<u8>,
    /// The hashes that were written down outside the database, by place.
    anchors: BTreeMap<i64, Vec<u8>>,
    findings: Vec<Finding>,
}

impl Default for Walk {
    fn default() -> Self {
        Self { seq: 0, hash: ROOT.to_vec(), anchors: BTreeMap::new(), findings: Vec::new() }
    }
}

impl Walk {
    /// A walk that also looks at what was written down outside the database.
    pub fn past(anchors: impl IntoIterator<Item = (i64, Vec<u8>)>) -> Self {
        Self {
            anchors: anchors.into_iter().filter(|(seq, _)| *seq > 0).collect(),
            ..Self::default()
        }
    }

    /// The place that was reached.
    pub const fn reached(&self) -> i64 {
        self.seq
    }

    /// Takes the next entry, in the order of the places.
    pub fn step(&mut self, entry: &Entry) {
        if entry.seq > self.seq + 1 {
            self.note(entry.seq, Fault::MissingSince(self.seq + 1));
        } else if entry.previous_hash != self.hash {
            self.note(entry.seq, Fault::Unlinked);
        }
        if !entry.is_as_hashed() {
            self.note(entry.seq, Fault::Changed);
        }
        if self.anchors.get(&entry.seq).is_some_and(|hash| *hash != entry.hash) {
            self.note(entry.seq, Fault::NotAsAnchored);
        }
        self.seq = entry.seq;
        self.hash.clone_from(&entry.hash);
    }

    /// Ends the walk at the head; what was found, in order.
    pub fn end(mut self, head: Option<&Head>) -> Vec<Finding> {
        match head {
            None if self.seq == 0 => {}
            None => self.note(self.seq, Fault::NoHead),
            Some(head) if head.seq > self.seq => {
                self.note(self.seq + 1, Fault::CutShort(head.seq));
            }
            Some(head) if head.seq < self.seq => self.note(head.seq + 1, Fault::BeyondHead),
            Some(head) if head.hash != self.hash => self.note(self.seq, Fault::HeadDiffers),
            Some(_) => {}
        }
        if let Some((&last, _)) =
            self.anchors.last_key_value().filter(|(last, _)| **last > self.seq)
        {
            self.note(self.seq + 1, Fault::AnchoredUpTo(last));
        }
        self.findings
    }

    fn note(&mut self, seq: i64, fault: Fault) {
        self.findings.push(Finding { seq, fault });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound chain of four entries, and its head.
    fn chain() -> (Vec<Entry>, Head) {
        let mut entries: Vec<Entry> = Vec::new();
        for seq in 1..=4 {
            let previous_hash = entries.last().map_or(ROOT.to_vec(), |last| last.hash.clone());
            let mut entry = Entry {
                court: UnitId(12),
                seq,
                nth: seq,
                at: "2026-06-15T04:00:00.000123Z".parse().unwrap(),
                staff: StaffId(7),
                grant: GrantId(9),
                on_behalf_of: None,
                session: "0a1b2c3d4e5f".to_owned(),
                address: "10.0.0.7".to_owned(),
                verb: "case.assigned".to_owned(),
                outcome: "done".to_owned(),
                case: (seq % 2 == 0).then_some(PetitionCaseId(128)),
                object: "JB2026-0041".to_owned(),
                reason: String::new(),
                fields: "phone".to_owned(),
                detail: String::new(),
                shown: String::new(),
                before: None,
                after: Some(vec![1, 255]),
                previous_hash,
                hash: Vec::new(),
            };
            entry.hash = entry.hashed();
            entries.push(entry);
        }
        let last = entries.last().unwrap();
        let head = Head { seq: last.seq, hash: last.hash.clone() };
        (entries, head)
    }

    fn found(entries: &[Entry], head: Option<&Head>) -> Vec<(i64, Fault)> {
        let mut walk = Walk::default();
        for entry in entries {
            walk.step(entry);
        }
        walk.end(head).iter().map(|one| (one.seq, one.fault)).collect()
    }

    #[test]
    fn the_text_is_the_one_that_the_database_hashes() {
        let (mut entries, _) = chain();
        entries[0].on_behalf_of = Some(StaffId(8));
        assert_eq!(
            entries[0].text(),
            "12|1|1|2026-06-15T04:00:00.000123|7|9|8|0a1b2c3d4e5f|10.0.0.7|case.assigned|done||\
             JB2026-0041||phone||||01ff|00"
                .replace('|', "\u{1f}")
        );
    }

    type Tampering = fn(&mut Vec<Entry>, &mut Head);
    type Case = (&'static str, Tampering, &'static [(i64, Fault)]);

    #[test]
    fn every_kind_of_tampering_is_found() {
        use Fault::{BeyondHead, Changed, CutShort, HeadDiffers, MissingSince, Unlinked};
        let rehash = |entry: &mut Entry| entry.hash = entry.hashed();
        let (sound, head) = chain();
        assert_eq!(found(&sound, Some(&head)), []);
        assert_eq!(found(&[], None), []);
        assert_eq!(found(&sound, None), [(4, Fault::NoHead)]);
        let cases: [Case; 7] = [
            ("a changed byte", |rows, _| rows[1].detail.push('x'), &[(2, Changed)]),
            ("another person", |rows, _| rows[3].staff = StaffId(8), &[(4, Changed)]),
            ("a row taken out", |rows, _| drop(rows.remove(1)), &[(3, MissingSince(2))]),
            (
                "two rows swapped",
                |rows, _| {
                    rows.swap(1, 2);
                    (rows[1].seq, rows[2].seq) = (2, 3);
                },
                &[(2, Unlinked), (2, Changed), (3, Unlinked), (3, Changed), (4, Unlinked)],
            ),
            ("the tail cut off", |rows, _| rows.truncate(2), &[(3, CutShort(4))]),
            ("all of it gone", |rows, _| rows.clear(), &[(1, CutShort(4))]),
            ("another head", |_, head| head.hash[0] ^= 1, &[(4, HeadDiffers)]),
        ];
        for (what, tamper, expected) in cases {
            let (mut rows, mut head) = chain();
            tamper(&mut rows, &mut head);
            assert_eq!(found(&rows, Some(&head)), expected, "{what}");
        }

        let (mut rows, head) = chain();
        let mut forged = Entry { seq: 5, previous_hash: head.hash.clone(), ..rows[3].clone() };
        rehash(&mut forged);
        rows.push(forged);
        assert_eq!(found(&rows, Some(&head)), [(5, BeyondHead)], "a row put in at the end");

        let (mut rows, head) = chain();
        rows[1].detail.push('x');
        rehash(&mut rows[1]);
        assert_eq!(found(&rows, Some(&head)), [(3, Unlinked)], "changed and hashed anew");
    }

    #[test]
    fn a_chain_that_was_rewritten_whole_or_cut_with_its_head_differs_from_its_anchors() {
        let (sound, head) = chain();
        let anchors =
            || sound.iter().filter(|one| one.seq != 3).map(|one| (one.seq, one.hash.clone()));
        let found = |entries: &[Entry], head: &Head| -> Vec<(i64, Fault)> {
            let mut walk = Walk::past(anchors());
            for entry in entries {
                walk.step(entry);
            }
            walk.end(Some(head)).iter().map(|one| (one.seq, one.fault)).collect()
        };
        assert_eq!(found(&sound, &head), []);

        let mut forged: Vec<Entry> = Vec::new();
        for entry in &sound {
            let previous_hash = forged.last().map_or(ROOT.to_vec(), |last| last.hash.clone());
            let mut entry = Entry { staff: StaffId(8), previous_hash, ..entry.clone() };
            entry.hash = entry.hashed();
            forged.push(entry);
        }
        let forged_head = Head { seq: 4, hash: forged[3].hash.clone() };
        let differ = |seq| (seq, Fault::NotAsAnchored);
        assert_eq!(found(&forged, &forged_head), [differ(1), differ(2), differ(4)]);

        let cut_head = Head { seq: 2, hash: sound[1].hash.clone() };
        assert_eq!(found(&sound[..2], &cut_head), [(3, Fault::AnchoredUpTo(4))]);
    }

    #[test]
    fn a_finding_names_its_place() {
        for (seq, fault, expected) in [
            (3, Fault::MissingSince(2), "第2条：缺失"),
            (5, Fault::MissingSince(2), "第2至4条：缺失"),
            (3, Fault::CutShort(4), "第3至4条：末尾缺失"),
            (2, Fault::Changed, "第2条：内容与写入时的校验值不符"),
        ] {
            assert_eq!(Finding { seq, fault }.to_string(), expected);
        }
    }
}
