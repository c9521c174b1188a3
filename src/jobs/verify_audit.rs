//! Checks the audit: every chain is recomputed from its rows, and held against what was written
//! down of it outside the database.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::anchor;
use crate::domain::anchor::{Anchor, Broken};
use crate::domain::audit_chain::{Finding, Walk};
use crate::domain::calendar::format_full;
use crate::store::{Db, StoreResult, Tx, audit};

/// How many entries are read at a time.
const PAGE: i64 = 5_000;

/// What was found in the chain of one court.
#[derive(Debug)]
pub struct Chain {
    pub court: String,
    /// The place of its last entry.
    pub entries: i64,
    pub findings: Vec<Finding>,
}

/// What was found in all chains, and in the file of anchors.
#[derive(Debug)]
pub struct Report {
    pub chains: Vec<Chain>,
    pub anchors: Vec<Broken>,
    /// Courts of whose chain nothing is left but an anchor.
    pub gone: BTreeSet<String>,
    /// When the last good anchor was written.
    pub anchored_at: Option<DateTime<Utc>>,
}

impl Report {
    /// Whether nothing was changed behind the program's back.
    pub fn is_sound(&self) -> bool {
        self.findings().is_empty()
    }

    /// Everything that was found, each with the court.
    pub fn findings(&self) -> Vec<String> {
        let chains = self.chains.iter();
        let of_chains = chains.flat_map(|chain| {
            chain.findings.iter().map(move |one| format!("{} {one}", chain.court))
        });
        let gone = self.gone.iter().map(|court| format!("{court}：整条审计链缺失"));
        of_chains.chain(gone).chain(self.anchors.iter().map(ToString::to_string)).collect()
    }

    /// How many entries there are in all.
    pub fn entries(&self) -> i64 {
        self.chains.iter().map(|chain| chain.entries).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Chain { court, entries, findings } in &self.chains {
            match findings.len() {
                0 => writeln!(f, "{court}：{entries}条，完整")?,
                count => writeln!(f, "{court}：{entries}条，发现{count}处问题")?,
            }
            for finding in findings {
                writeln!(f, "  {court} {finding}")?;
            }
        }
        for court in &self.gone {
            writeln!(f, "{court}：整条审计链缺失")?;
        }
        for broken in &self.anchors {
            writeln!(f, "{broken}")?;
        }
        match self.anchored_at {
            Some(at) => writeln!(f, "已与库外锚点核对，最近一次锚点：{}", format_full(at)),
            None => writeln!(f, "没有库外锚点：只核对了库内的链"),
        }
    }
}

/// Walks along every chain; past its anchors, where there is a file of them.
pub async fn run(db: &Db, file: Option<&Path>) -> StoreResult<Report> {
    let (anchors, broken) = anchor::read(db, file).await;
    let mut tx = super::figures::begin(db).await?;
    let (mut chains, mut known) = (Vec::new(), Vec::new());
    for chain in audit::chains(&mut tx).await? {
        known.push(chain.code.clone());
        let of_court = anchors.iter().filter(|one| one.court == chain.code);
        let walk = Walk::past(of_court.map(|one| (one.seq, anchor::bytes(&one.hash))));
        chains.push(follow(&mut tx, chain, walk).await?);
    }
    let gone: BTreeSet<String> = anchors
        .iter()
        .filter(|one| !known.contains(&one.court))
        .map(|one| one.court.clone())
        .collect();
    let anchored_at = anchors.last().map(|Anchor { at, .. }| *at);
    Ok(Report { chains, anchors: broken, gone, anchored_at })
}

/// Walks along one chain. The head is read after the entries, and entries that came in between are
/// read once more, so that colleagues at work are not taken for forgers.
async fn follow(tx: &mut Tx, chain: audit::Chain, mut walk: Walk) -> StoreResult<Chain> {
    let mut head = audit::head(tx, chain.court).await?;
    loop {
        let entries = audit::entries(tx, chain.court, walk.reached(), PAGE).await?;
        if entries.is_empty() {
            let before = head;
            head = audit::head(tx, chain.court).await?;
            if head == before {
                break;
            }
        }
        for entry in &entries {
            walk.step(entry);
        }
    }
    let entries = walk.reached();
    Ok(Chain { court: chain.name, entries, findings: walk.end(head.as_ref()) })
}
