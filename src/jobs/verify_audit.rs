//! Checks the audit: every chain is recomputed from its rows.

use std::fmt;

use crate::domain::audit_chain::{Finding, Walk};
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

/// What was found in all chains.
#[derive(Debug)]
pub struct Report(pub Vec<Chain>);

impl Report {
    /// Whether nothing was changed behind the program's back.
    pub fn is_sound(&self) -> bool {
        self.0.iter().all(|chain| chain.findings.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Chain { court, entries, findings } in &self.0 {
            match findings.len() {
                0 => writeln!(f, "{court}：{entries}条，完整")?,
                count => writeln!(f, "{court}：{entries}条，发现{count}处问题")?,
            }
            for finding in findings {
                writeln!(f, "  {court} {finding}")?;
            }
        }
        Ok(())
    }
}

/// Walks along every chain.
pub async fn run(db: &Db) -> StoreResult<Report> {
    let mut tx = super::figures::begin(db).await?;
    let mut chains = Vec::new();
    for chain in audit::chains(&mut tx).await? {
        chains.push(walk(&mut tx, chain).await?);
    }
    Ok(Report(chains))
}

/// Walks along one chain. The head is read after the entries, and entries that came in between are
/// read once more, so that colleagues at work are not taken for forgers.
async fn walk(tx: &mut Tx, chain: audit::Chain) -> StoreResult<Chain> {
    let mut walk = Walk::default();
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
