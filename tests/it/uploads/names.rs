//! What a file is called.

use axum::http::StatusCode;

use super::{Desk, is_harmless};

const PDF: &str = "application/pdf";
/// Signs that turn letters around or have no shape.
const UNSEEN: [&str; 5] = ["%E2%80%AE", "%E2%80%8B", "%EF%BB%BF", "%00", "%0A"];

/// S48, S51, S53.
#[tokio::test]
async fn a_name_that_means_something_to_a_machine_means_nothing_here() {
    let desk = Desk::new().await;
    let names: [&[u8]; 16] = [
        b"../../../etc/cron.d/x",
        b"/etc/passwd",
        b"C:\\Windows\\System32\\x.dll",
        b"..\\..\\x.lnk",
        b"\\\\host\\share\\x.scf",
        b"x.pdf.exe",
        b"x.exe.pdf",
        b"x.pdf\0.exe",
        b"x.exe\0.pdf",
        "x\u{202e}fdp.exe".as_bytes(),
        "x\u{200b}\u{feff}.html".as_bytes(),
        b"x.html;.pdf",
        b".htaccess",
        // What is no text: a slash written too long, half a letter.
        b"..\xC0\xAF..\xC0\xAFx.pdf",
        b"\xE5\xBC.pdf",
        b"x.pdf%00.html",
    ];
    let mut kept = 0;
    for name in names {
        let shown = String::from_utf8_lossy(name).into_owned();
        let before = desk.filed().await;
        let page = desk.send(name, PDF, b"%PDF-1.7 a name").await;
        if page.status != StatusCode::SEE_OTHER {
            assert!(page.status.is_client_error(), "{shown}: {}", page.status);
            assert_eq!(desk.filed().await, before, "{shown}");
            continue;
        }
        kept += 1;
        let page = desk.handed_out().await;
        is_harmless(&page, PDF, ".pdf");
        let disposition = page.headers["content-disposition"].to_str().unwrap().to_owned();
        let name = disposition.rsplit("''").next().unwrap();
        let parts = ["/", "\\", "%2F", "%5C"];
        assert!(!parts.iter().any(|part| name.contains(part)), "{shown}: {name}");
        assert!(
            ![".exe.", ".html.", ".scf.", ".lnk.", ".dll."].iter().any(|it| name.contains(it)),
            "{shown}: {name}"
        );
        assert!(!UNSEEN.iter().any(|part| name.contains(part)), "{shown}: {name}");
    }
    assert!(kept >= 8, "{kept} of the names were taken");
    let stored: bool = desk
        .city
        .value("SELECT bool_and(name ~* '[.]pdf$' AND name !~ '[/\\\\[:cntrl:]]') FROM document")
        .await;
    assert!(stored, "a name as it is kept");
}
