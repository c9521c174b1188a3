//! What is said where the store failed.

use axum::http::StatusCode;

use super::{Failed, HERE, HOME, broken, failed, slow};
use crate::store::StoreError;

pub(super) fn page_of_store(error: &StoreError) -> Failed {
    match error {
        StoreError::Stale => failed(
            StatusCode::CONFLICT,
            "内容已被他人更新",
            "您打开这一页之后，有人先保存了新的内容，您的内容没有保存。请打开最新的一页，核对后再提交。",
            &[("打开最新的一页", HERE), HOME],
        ),
        StoreError::Away(_) | StoreError::NotYet | StoreError::ReadOnly => failed(
            StatusCode::SERVICE_UNAVAILABLE,
            "系统维护中",
            "暂时连不上数据库，没有保存。来访登记请先用纸质登记单，恢复后补录。",
            &[HOME],
        ),
        StoreError::Busy(_) | StoreError::Crossed(_) => slow(),
        StoreError::Refused(limit, _) if limit == "filed_by_person" => failed(
            StatusCode::PAYLOAD_TOO_LARGE,
            "今天上传的文件已满",
            "您24小时内上传的文件合计已到1GB，这一次没有保存。请明天再上传，或先压缩扫描件；急需上传的，请联系系统管理员。",
            &[HOME],
        ),
        StoreError::Refused(limit, _) if limit == "filed_by_unit" => failed(
            StatusCode::PAYLOAD_TOO_LARGE,
            "本院今天上传的文件已满",
            "本院24小时内上传的文件合计已到10GB，这一次没有保存。请明天再上传，或先压缩扫描件；急需上传的，请联系系统管理员。",
            &[HOME],
        ),
        StoreError::Refused(..)
        | StoreError::Database(_)
        | StoreError::OtherForm(_)
        | StoreError::OldForm(_)
        | StoreError::Unreadable { .. } => broken(),
        StoreError::Sealed => failed(
            StatusCode::INTERNAL_SERVER_ERROR,
            "内容无法解密",
            "这份内容无法解密，已记入系统日志；案件的其他内容不受影响。请告知系统管理员，并把下面的编号一并告诉他们。",
            &[HOME],
        ),
    }
}
