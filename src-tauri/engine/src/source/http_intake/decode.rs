//! Decompresses a body as it comes, and never beyond its bounds.

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use hyper::header::{CONTENT_ENCODING, HeaderMap};
use std::io::Write;

use super::body::Bounds;
use super::refusal::Refusal;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    pub fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut found = Encoding::Identity;
        for value in headers.get_all(CONTENT_ENCODING) {
            let value = value.to_str().map_err(|_| Refusal::encoding_unknown())?;
            for name in value
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase())
            {
                let next = match name.as_str() {
                    "" | "identity" => continue,
                    "gzip" | "x-gzip" => Encoding::Gzip,
                    "zstd" => Encoding::Zstd,
                    _ => return Err(Refusal::encoding_unknown()),
                };
                // Compressed twice: nobody does, and bombs would.
                if found != Encoding::Identity {
                    return Err(Refusal::encoding_unknown());
                }
                found = next;
            }
        }
        Ok(found)
    }

    fn name(self) -> &'static str {
        match self {
            Encoding::Identity => "text",
            Encoding::Gzip => "gzip",
            Encoding::Zstd => "zstd",
        }
    }
}

/// What one call of [`Decoder::take`] did.
pub struct Step {
    pub taken: usize,
    /// More comes out before more goes in.
    pub more: bool,
}

/// Takes a body piece by piece.
pub enum Decoder {
    Identity(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
    Zstd {
        raw: zstd::stream::raw::Decoder<'static>,
        out: Bounded,
        buffer: Vec<u8>,
        whole: bool,
    },
}

impl Decoder {
    pub fn new(encoding: Encoding, bounds: Bounds, expected: usize) -> Self {
        let limit = match encoding {
            Encoding::Identity => bounds.body,
            Encoding::Gzip | Encoding::Zstd => bounds.decompressed,
        };
        let out = Bounded {
            bytes: Vec::with_capacity(expected.min(limit)),
            limit,
            exceeded: false,
        };
        match encoding {
            Encoding::Identity => Decoder::Identity(out),
            Encoding::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(out))),
            Encoding::Zstd => {
                let mut raw = zstd::stream::raw::Decoder::new().expect("a zstd decoder");
                // RFC 9659: a Content-Encoding may ask for a window of 8 MiB and no more.
                raw.set_parameter(zstd::stream::raw::DParameter::WindowLogMax(23))
                    .expect("a valid window size");
                Decoder::Zstd {
                    raw,
                    out,
                    buffer: vec![0; 64 << 10],
                    whole: false,
                }
            }
        }
    }

    fn out(&self) -> &Bounded {
        match self {
            Decoder::Identity(out) | Decoder::Zstd { out, .. } => out,
            Decoder::Gzip(decoder) => decoder.get_ref(),
        }
    }

    pub fn bytes(&self) -> usize {
        self.out().bytes.len()
    }

    /// Takes some of what came. Of what is compressed, little comes out at a time, however much
    /// it unpacks to: many bombs at once wait for their turn before they fill the memory.
    pub fn take(&mut self, portion: &[u8]) -> Result<Step, Refusal> {
        let result = match self {
            Decoder::Identity(out) => out.write_all(portion).map(|()| Step {
                taken: portion.len(),
                more: false,
            }),
            Decoder::Gzip(decoder) => match decoder.write(portion) {
                Ok(0) if !portion.is_empty() => Err(std::io::ErrorKind::WriteZero.into()),
                written => written.map(|taken| Step { taken, more: false }),
            },
            Decoder::Zstd {
                raw,
                out,
                buffer,
                whole,
            } => unzstd(raw, portion, buffer, out, whole),
        };
        result.map_err(|_| self.refusal())
    }

    pub fn finish(mut self) -> Result<Bytes, Refusal> {
        let result = match &mut self {
            Decoder::Gzip(decoder) => decoder.try_finish().is_ok(),
            Decoder::Zstd { whole, .. } => *whole,
            Decoder::Identity(_) => true,
        };
        if !result {
            return Err(self.refusal());
        }
        let out = match self {
            Decoder::Identity(out) | Decoder::Zstd { out, .. } => out,
            Decoder::Gzip(mut decoder) => std::mem::take(decoder.get_mut()),
        };
        Ok(Bytes::from(out.bytes))
    }

    fn refusal(&self) -> Refusal {
        match self {
            _ if self.out().exceeded => {
                Refusal::too_large(self.out().limit, !matches!(self, Decoder::Identity(_)))
            }
            Decoder::Identity(_) => Refusal::body_cut_off(),
            Decoder::Gzip(_) => Refusal::encoding_broken(Encoding::Gzip.name()),
            Decoder::Zstd { .. } => Refusal::encoding_broken(Encoding::Zstd.name()),
        }
    }
}

fn unzstd(
    raw: &mut zstd::stream::raw::Decoder<'static>,
    portion: &[u8],
    buffer: &mut [u8],
    out: &mut Bounded,
    whole: &mut bool,
) -> std::io::Result<Step> {
    use zstd::stream::raw::Operation;
    let status = raw.run_on_buffers(portion, buffer)?;
    out.write_all(&buffer[..status.bytes_written])?;
    *whole = status.remaining == 0;
    Ok(Step {
        taken: status.bytes_read,
        more: !*whole && status.bytes_written == buffer.len(),
    })
}

/// A buffer that takes no more than it may.
#[derive(Default)]
pub struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    exceeded: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.exceeded = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const BOUNDS: Bounds = Bounds {
        body: 1 << 20,
        decompressed: 4 << 20,
        idle: Duration::from_secs(5),
    };

    fn decoded(encoding: Encoding, body: &[u8]) -> Result<Bytes, Refusal> {
        let mut decoder = Decoder::new(encoding, BOUNDS, 1 << 10);
        for portion in body.chunks(7) {
            feed(&mut decoder, portion)?;
        }
        decoder.finish()
    }

    /// The most that came out at once.
    fn feed(decoder: &mut Decoder, mut rest: &[u8]) -> Result<usize, Refusal> {
        let mut most = 0;
        loop {
            let before = decoder.bytes();
            let step = decoder.take(rest)?;
            most = most.max(decoder.bytes() - before);
            rest = &rest[step.taken..];
            if rest.is_empty() && !step.more {
                return Ok(most);
            }
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text).expect("in memory");
        out.finish().expect("in memory")
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::bulk::compress(text, 1).expect("in memory")
    }

    #[test]
    fn compressed_bodies_come_out_whole_also_in_several_members() {
        let text = b"{\"a\":1}\n".repeat(5_000);
        for (encoding, compress) in [
            (Encoding::Gzip, gzip as fn(&[u8]) -> Vec<u8>),
            (Encoding::Zstd, zstd),
        ] {
            let once = compress(&text);
            assert_eq!(decoded(encoding, &once).expect("valid"), text);
            let twice = [once.clone(), once].concat();
            assert_eq!(decoded(encoding, &twice).expect("valid"), text.repeat(2));
        }
    }

    #[test]
    fn cut_off_or_broken_compression_is_refused() {
        for (encoding, whole) in [
            (Encoding::Gzip, gzip(b"{\"a\":1}")),
            (Encoding::Zstd, zstd(b"{\"a\":1}")),
        ] {
            for body in [&whole[..whole.len() - 2], b"{\"a\":1}", b""] {
                let refusal = decoded(encoding, body).expect_err("not valid");
                assert_eq!(refusal.status, 400, "{encoding:?} {body:?}");
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_without_being_unpacked_in_full() {
        let text = vec![b' '; 64 << 20];
        for (encoding, body) in [(Encoding::Gzip, gzip(&text)), (Encoding::Zstd, zstd(&text))] {
            assert!(body.len() < BOUNDS.body);
            let refusal = decoded(encoding, &body).expect_err("too large");
            assert_eq!(refusal.status, 413, "{encoding:?}");
        }
    }

    #[test]
    fn what_unpacks_to_much_comes_out_little_by_little() {
        let text = vec![b' '; 3 << 20];
        for (encoding, body) in [(Encoding::Gzip, gzip(&text)), (Encoding::Zstd, zstd(&text))] {
            let mut decoder = Decoder::new(encoding, BOUNDS, 1 << 10);
            let most = feed(&mut decoder, &body).expect("valid");
            assert!(most <= 64 << 10, "{encoding:?}: {most} at once");
            assert_eq!(decoder.finish().expect("whole"), text);
        }
    }
}
