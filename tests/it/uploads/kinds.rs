//! What a file pretends to be.

use axum::http::StatusCode;

use super::{Desk, is_harmless};

const PDF: &str = "application/pdf";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn zip_with(name: &str) -> Vec<u8> {
    [b"PK\x03\x04....", name.as_bytes(), b"PK\x05\x06"].concat()
}

/// S51.
#[tokio::test]
async fn a_file_of_two_kinds_is_refused_or_kept_as_the_one_that_it_begins_with() {
    let desk = Desk::new().await;
    let html = b"<script>fetch('/cases')</script>";
    let docx = zip_with("word/document.xml");
    let both = |first: &[u8], second: &[u8]| [first, b"\n", second].concat();
    let png = "image/png";
    for (what, bytes, kept) in [
        ("PDF and HTML", both(b"%PDF-1.7", html), Some((PDF, ".pdf"))),
        ("PDF and ZIP", both(b"%PDF-1.7", &docx), Some((PDF, ".pdf"))),
        ("PNG and HTML", both(PNG, html), Some((png, ".png"))),
        ("JPEG and script", both(&[0xFF, 0xD8, 0xFF, 0xE0], html), Some(("image/jpeg", ".jpg"))),
        ("HTML and PDF", both(html, b"%PDF-1.7"), None),
        ("GIF and script", both(b"GIF89a/*", b"*/=1;alert(1)"), None),
        ("ZIP and PDF", both(b"PK\x03\x04", b"%PDF-1.7"), None),
        ("an archive with a workbook", zip_with("xl/workbook.xml"), None),
        ("SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(), None),
        ("XML", b"<?xml version=\"1.0\"?><html/>".to_vec(), None),
        ("a program", b"MZ\x90\0%PDF-1.7".to_vec(), None),
        ("a mark before PDF", b"\xEF\xBB\xBF%PDF-1.7".to_vec(), None),
    ] {
        let before = desk.filed().await;
        // Whatever the sender says of it.
        let page = desk.send("材料.html".as_bytes(), "text/html", &bytes).await;
        let Some((kind, ending)) = kept else {
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert_eq!(desk.filed().await, before, "{what}");
            continue;
        };
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{what}: {}", page.text());
        let page = desk.handed_out().await;
        is_harmless(&page, kind, ending);
        assert_eq!(page.body, bytes, "{what}");
    }
}

/// A chunk of a PNG.
fn chunk(kind: [u8; 4], bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[..], &kind, bytes, &[0; 4]].concat()
}

/// S58.
/// A picture is bytes here: what would flood a decoder is kept and handed out like any other, and
/// what a camera wrote into it stays what was handed in.
#[tokio::test]
async fn a_picture_is_never_decoded_and_comes_back_as_it_came() {
    let desk = Desk::new().await;
    let size = 50_000_u32.to_be_bytes();
    let header = [&size[..], &size, &[8, 2, 0, 0, 0]].concat();
    let flood =
        [PNG, &chunk(*b"IHDR", &header), &chunk(*b"IDAT", &[0; 3000]), &chunk(*b"IEND", &[])];
    let exif = [
        &[0xFF, 0xD8, 0xFF, 0xE1, 0, 60][..],
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x88%\0\x04 GPS 39 54 116 23",
    ];
    for (name, kind, ending, bytes) in [
        ("flood.png", "image/png", ".png", flood.concat()),
        ("camera.jpg", "image/jpeg", ".jpg", exif.concat()),
    ] {
        desk.send(name.as_bytes(), kind, &bytes).await.expect(StatusCode::SEE_OTHER);
        let page = desk.handed_out().await;
        is_harmless(&page, kind, ending);
        assert_eq!(page.body, bytes, "{name}");
    }
    // No package of the program can decode one.
    let lock = include_str!("../../../Cargo.lock");
    for decoder in ["image", "png", "jpeg-decoder", "zune-jpeg", "kamadak-exif", "resvg"] {
        assert!(!lock.contains(&format!("name = \"{decoder}\"\n")), "{decoder}");
    }
}
