//! What is handed out of the audit: the entries that a filter keeps, under them the heads of all
//! chains, and a seal over the whole.

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::form::Asked;
use crate::domain::audit_reach::Watch;
use crate::domain::audit_verb;
use crate::domain::calendar::day_of;
use crate::store::audit_lists::{self, AuditLine};
use crate::store::cursor::Place;
use crate::store::keys::hex;
use crate::store::{audit, audit_export};
use crate::web::extract::Query;
use crate::web::{AppError, AppResult, Asking};

/// A file that people open in an office program holds no more.
const MOST: usize = 50_000;
const COLUMNS: &str = "序号,时间（UTC）,人员,岗位,法院,操作,操作代码,结果,案件,对象,字段,事由,其他,会话,地址,链内序号,校验值";

pub async fn show(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let now = asking.now();
    let watch = Watch::of(asking.actor()).ok_or(AppError::NotFound)?;
    let mut tx = asking.begin().await?;
    let filter = asked.filter(day_of(now));
    let found = audit_lists::list(&mut tx, watch, &filter, (&Place::First, MOST)).await?;
    let heads = audit_lists::heads(&mut tx).await?;
    let mut text = format!("\u{feff}{COLUMNS}\r\n");
    for entry in &found.rows {
        text.push_str(&line(entry));
    }
    for head in &heads {
        let _ = write!(
            text,
            "链尾,{},{},{},{}\r\n",
            head.code,
            cell(&head.court),
            head.seq,
            hex(&head.hash)
        );
    }
    if found.after.is_some() {
        let _ = write!(text, "未完,只含最近{MOST}条，其余请缩小时间范围另行导出\r\n");
    }
    let seal = audit_export::seal(asking.app.db.keys(), &text);
    let _ = write!(text, "{}{seal}\r\n", audit_export::SEALED);
    let (names, count) = (asked.names(), format!("count={}", found.rows.len()));
    let entry = audit::Entry {
        verb: "audit.exported",
        object: &seal,
        fields: &names,
        detail: &count,
        at: now,
        ..audit::Entry::default()
    };
    audit::append(&mut tx, entry).await?;
    tx.commit().await?;
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = HeaderValue::from_static("attachment; filename=\"audit.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok((headers, text).into_response())
}

fn line(entry: &AuditLine) -> String {
    let (nth, seq) = (entry.nth.to_string(), entry.seq.to_string());
    let at = entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let hash = hex(&entry.hash);
    let cells = [
        nth.as_str(),
        &at,
        &entry.who,
        entry.role.label(),
        &entry.court,
        audit_verb::label(&entry.verb),
        &entry.verb,
        entry.outcome.label(),
        entry.case_number.as_deref().unwrap_or_default(),
        &entry.object,
        &entry.fields,
        &entry.reason,
        &entry.detail,
        &entry.session,
        &entry.address,
        &seq,
        &hash,
    ];
    format!("{}\r\n", cells.map(cell).join(","))
}

/// A cell that no office program takes for a formula.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, written) in [
            ("张某", "\"张某\""),
            ("=1+1", "\"'=1+1\""),
            ("＝A1", "\"'＝A1\""),
            ("a\"b,c", "\"a\"\"b,c\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
