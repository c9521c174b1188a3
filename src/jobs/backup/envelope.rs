//! The file of a backup: encrypted piece by piece for its recipient (HPKE, RFC 9180), so that a
//! changed, cut, lengthened or foreign file doesn't open.
//!
//! `anjie backup 1\n`, the recipient's public key, the encapsulated key, then pieces of 64 KiB with
//! their tags. Each piece is bound to its place; the last one, which may be short, says that it is.

use std::io::{self, ErrorKind, Read, Write};

use hpke::aead::{AeadCtxR, AeadCtxS, AesGcm256};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};

use super::BackupError;
use super::recipient::{Identity, Recipient};

const MAGIC: &[u8; 15] = b"anjie backup 1\n";
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
const MORE: &[u8] = b"more";
const LAST: &[u8] = b"last";
/// Before the first piece: what it is, for whom, and the encapsulated key.
const HEAD: usize = MAGIC.len() + 32 + 32;

/// Whether a file of this length can be a whole backup.
pub fn fits(length: u64) -> bool {
    let piece = (PIECE + TAG) as u64;
    length
        .checked_sub(HEAD as u64)
        .is_some_and(|body| body % piece >= TAG as u64 || body > 0 && body % piece == 0)
}

/// Encrypts what is written to it. Without [`Sealer::finish`] the file has no end and won't open.
pub struct Sealer<W> {
    to: W,
    context: AeadCtxS<AesGcm256, HkdfSha256, X25519HkdfSha256>,
    piece: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub fn new(mut to: W, recipient: &Recipient) -> Result<Self, BackupError> {
        let info = info(recipient);
        let made =
            hpke::setup_sender::<_, _, X25519HkdfSha256>(&OpModeS::Base, &recipient.0, &info);
        let (key, context) = made.map_err(|_| BackupError::NoRecipient)?;
        to.write_all(&info)?;
        to.write_all(&key.to_bytes())?;
        Ok(Self { to, context, piece: Vec::with_capacity(PIECE) })
    }

    fn write_piece(&mut self, place: &[u8]) -> io::Result<()> {
        let sealed = self.context.seal(&self.piece, place).map_err(io::Error::other)?;
        self.piece.clear();
        self.to.write_all(&sealed)
    }

    /// Writes the last piece.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_piece(LAST)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE {
            self.write_piece(MORE)?;
        }
        let (now, _) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
        self.piece.extend_from_slice(now);
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// What every piece is bound to besides its place.
fn info(recipient: &Recipient) -> Vec<u8> {
    [MAGIC.as_slice(), &recipient.bytes()].concat()
}

/// Decrypts a file as it is read. What it hands over is genuine as far as it goes; that it is whole
/// is known when the end has been read.
pub struct Opener<R> {
    from: R,
    context: AeadCtxR<AesGcm256, HkdfSha256, X25519HkdfSha256>,
    /// The next piece, still sealed: the last one is opened as the last.
    next: Vec<u8>,
    open: io::Cursor<Vec<u8>>,
    ended: bool,
}

impl<R: Read> Opener<R> {
    pub fn new(mut from: R, identity: &Identity) -> Result<Self, BackupError> {
        let mut magic = [0; MAGIC.len()];
        from.read_exact(&mut magic).map_err(|_| BackupError::NotABackup)?;
        if magic != *MAGIC {
            return Err(BackupError::NotABackup);
        }
        let mut keys = [[0; 32]; 2];
        for key in &mut keys {
            from.read_exact(key).map_err(|_| BackupError::Changed)?;
        }
        let [made_for, encapsulated] = keys;
        let (made_for, own) = (Recipient::from_bytes(&made_for)?, identity.recipient());
        if made_for.bytes() != own.bytes() {
            let (made_for, given) = (made_for.short(), own.short());
            return Err(BackupError::OtherKey { made_for, given });
        }
        let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&encapsulated);
        let key = key.map_err(|_| BackupError::Changed)?;
        let context = hpke::setup_receiver(&OpModeR::Base, &identity.0, &key, &info(&own))
            .map_err(|_| BackupError::Changed)?;
        let next = sealed_piece(&mut from)?;
        Ok(Self { from, context, next, open: io::Cursor::default(), ended: false })
    }

    /// Opens the next piece; there is one until the last was opened.
    fn turn(&mut self) -> io::Result<()> {
        let after = sealed_piece(&mut self.from)?;
        self.ended = after.is_empty();
        let place = if self.ended { LAST } else { MORE };
        let sealed = std::mem::replace(&mut self.next, after);
        let changed = |_| io::Error::new(ErrorKind::InvalidData, BackupError::Changed);
        self.open = io::Cursor::new(self.context.open(&sealed, place).map_err(changed)?);
        Ok(())
    }
}

fn sealed_piece(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE + TAG);
    from.take((PIECE + TAG) as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.open.read(buffer)?;
            if count > 0 || self.ended || buffer.is_empty() {
                return Ok(count);
            }
            self.turn()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        let (private, _) = X25519HkdfSha256::derive_keypair(&rand::random::<[u8; 32]>());
        Identity(private)
    }

    fn sealed(plain: &[u8], recipient: &Recipient) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), recipient).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(file: &[u8], identity: &Identity) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        let mut opener = Opener::new(file, identity).map_err(|error| error.to_string())?;
        opener.read_to_end(&mut plain).map_err(|error| error.to_string())?;
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        let identity = identity();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17] {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            let file = sealed(&plain, &identity.recipient());
            assert!(fits(file.len() as u64), "{length}");
            assert!(opened(&file, &identity).unwrap() == plain, "{length}");
        }
    }

    /// S104.
    #[test]
    fn one_changed_byte_anywhere_a_cut_tail_or_a_longer_one_is_refused() {
        let identity = identity();
        let file = sealed(b"what was handed in", &identity.recipient());
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(opened(&changed, &identity).is_err(), "byte {at}");
            assert!(opened(&file[..at], &identity).is_err(), "cut at {at}");
        }
        let longer = [file.as_slice(), &[0]].concat();
        assert!(opened(&longer, &identity).unwrap_err().contains("was changed or cut off"));
    }

    /// S104.
    #[test]
    fn a_piece_that_is_missing_doubled_or_swapped_is_refused() {
        let identity = identity();
        let file = sealed(&vec![7; 3 * PIECE], &identity.recipient());
        let (head, body) = file.split_at(HEAD);
        let pieces: Vec<&[u8]> = body.chunks(PIECE + TAG).collect();
        let [one, two, three] = pieces[..] else { panic!("{}", pieces.len()) };
        for (what, order) in [
            ("the end missing", vec![one, two]),
            ("the beginning missing", vec![two, three]),
            ("swapped", vec![two, one, three]),
            ("doubled", vec![one, one, two, three]),
            ("nothing", vec![]),
        ] {
            let file = [head, &order.concat()].concat();
            assert!(opened(&file, &identity).is_err(), "{what}");
        }
        assert!(opened(&file, &identity).is_ok());
    }

    /// S104.
    #[test]
    fn another_key_is_told_apart_and_opens_nothing() {
        let (ours, other) = (identity(), identity());
        let mut file = sealed(b"what was handed in", &ours.recipient());
        let said = opened(&file, &other).unwrap_err();
        assert!(said.contains(&ours.recipient().short()), "{said}");
        file[MAGIC.len()..MAGIC.len() + 32].copy_from_slice(&other.recipient().bytes());
        assert!(opened(&file, &other).unwrap_err().contains("was changed or cut off"));
        assert!(opened(b"PGDMP and so on", &ours).unwrap_err().contains("not a backup"));
    }
}
