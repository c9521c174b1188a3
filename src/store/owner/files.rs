//! Every file, opened and compared with the hash that was taken when it came.

use super::Owner;
use crate::store::keys::{Keys, sha256};
use crate::store::{StoreResult, documents, imports};

/// What was found among the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    pub sound: u64,
    /// The uuids of those that don't open, or open to something else.
    pub broken: Vec<String>,
}

impl Owner {
    /// Opens every file, one at a time.
    pub async fn check_files(&mut self, keys: &Keys) -> StoreResult<Files> {
        let mut files = Files::default();
        for kind in ["document", "material", "import"] {
            let mut after = 0;
            while let Some(next) = self.check_next(keys, (kind, after), &mut files).await? {
                after = next;
            }
        }
        Ok(files)
    }

    async fn check_next(
        &mut self,
        keys: &Keys,
        (kind, after): (&str, i64),
        files: &mut Files,
    ) -> StoreResult<Option<i64>> {
        let found = sqlx::query!(
            r#"SELECT id AS "id!", uuid AS "uuid!", sha256 AS "sha256!", sealed AS "sealed!"
               FROM (SELECT id, uuid, sha256, sealed FROM document WHERE $1 = 'document' AND id > $2
                     UNION ALL
                     SELECT id, uuid, sha256, sealed FROM visit_material WHERE $1 = 'material' AND id > $2
                     UNION ALL
                     SELECT id, uuid, sha256, sealed FROM import
                     WHERE $1 = 'import' AND id > $2 AND sealed IS NOT NULL) f
               ORDER BY id LIMIT 1"#,
            kind,
            after,
        )
        .fetch_optional(&mut self.0)
        .await?;
        let Some(file) = found else { return Ok(None) };
        let purpose = if kind == "import" { imports::FILE } else { documents::PURPOSE };
        let opened = keys.open((purpose, &file.uuid.to_string()), &file.sealed);
        if opened.is_ok_and(|bytes| sha256(&bytes).as_slice() == file.sha256) {
            files.sound += 1;
        } else {
            files.broken.push(file.uuid.to_string());
        }
        Ok(Some(file.id))
    }
}
