//! A gzip stream from several threads: one member, and the same bytes whatever their number. The content is cut into
//! blocks of one size; each is deflated by itself, with the end of the block before as its dictionary, and ends on a
//! byte boundary, so that the parts can be joined (RFC 1951, RFC 1952; pigz showed the way).

use flate2::{Compress, CompressError, Compression, Crc, FlushCompress, Status};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

/// Bytes of content a block. Larger ones keep more in memory, smaller ones cost more in marks and dictionaries.
const BLOCK: usize = 512 * 1024;
/// Bytes of the block before that a block can refer to: the window of deflate.
const WINDOW: usize = 32 * 1024;
/// The level that GNU gzip has by default. The bytes are transport only, so that it may change.
const LEVEL: u32 = 6;
/// Magic, deflate, no flags, no time, no extra flags, no system (255): a header that tells nothing of its making.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

struct Block {
    dictionary: Vec<u8>,
    content: Vec<u8>,
    last: bool,
}

struct Deflated {
    bytes: Vec<u8>,
    crc: Crc,
}

struct Job {
    block: Block,
    done: SyncSender<Result<Deflated, CompressError>>,
}

/// Writes what is written to it as one gzip member.
pub(super) struct Gzip<W> {
    out: W,
    content: Vec<u8>,
    dictionary: Vec<u8>,
    crc: Crc,
    threads: usize,
    /// Where jobs go; there is none before the second block, since small builds need no threads.
    jobs: Option<SyncSender<Job>>,
    underway: VecDeque<Receiver<Result<Deflated, CompressError>>>,
}

impl<W: Write> Gzip<W> {
    /// A stream that is deflated by at most this many threads.
    pub(super) fn new(mut out: W, threads: usize) -> io::Result<Self> {
        out.write_all(&HEADER)?;
        let content = Vec::with_capacity(BLOCK);
        let underway = VecDeque::new();
        Ok(Self {
            out,
            content,
            dictionary: Vec::new(),
            crc: Crc::new(),
            threads: threads.max(1),
            jobs: None,
            underway,
        })
    }

    /// Ends the member and gives back what it was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.hand_over(true)?;
        while !self.underway.is_empty() {
            self.collect()?;
        }
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.out)
    }

    /// Hands the content on as a block.
    fn hand_over(&mut self, last: bool) -> io::Result<()> {
        let content = std::mem::replace(&mut self.content, Vec::with_capacity(if last { 0 } else { BLOCK }));
        let tail = content[content.len().saturating_sub(WINDOW)..].to_vec();
        let block = Block { dictionary: std::mem::replace(&mut self.dictionary, tail), content, last };
        if self.threads == 1 || (last && self.jobs.is_none()) {
            return self.put(deflate(&block));
        }
        if self.underway.len() >= 2 * self.threads {
            self.collect()?;
        }
        let (done, result) = sync_channel(1);
        let threads = self.threads;
        let jobs = self.jobs.get_or_insert_with(|| workers(threads));
        jobs.send(Job { block, done }).map_err(|_| io::Error::other("a thread that deflates has ended"))?;
        self.underway.push_back(result);
        Ok(())
    }

    /// Waits for the oldest block under way and writes it.
    fn collect(&mut self) -> io::Result<()> {
        let Some(oldest) = self.underway.pop_front() else { return Ok(()) };
        let result = oldest.recv().map_err(|_| io::Error::other("a thread that deflates has ended"))?;
        self.put(result)
    }

    fn put(&mut self, result: Result<Deflated, CompressError>) -> io::Result<()> {
        let deflated = result.map_err(io::Error::other)?;
        self.crc.combine(&deflated.crc);
        self.out.write_all(&deflated.bytes)
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.content.len() == BLOCK {
            self.hand_over(false)?;
        }
        let count = bytes.len().min(BLOCK - self.content.len());
        self.content.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    /// A block ends where its size says, so that the bytes are a function of the content alone.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Threads that deflate what they are sent; they end when the sender is dropped.
fn workers(threads: usize) -> SyncSender<Job> {
    let (jobs, queue) = sync_channel::<Job>(threads);
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..threads {
        let queue = Arc::clone(&queue);
        std::thread::spawn(move || {
            loop {
                let job = queue.lock().map(|queue| queue.recv());
                let Ok(Ok(job)) = job else { return };
                // Nobody waits for the answer where the stream was given up.
                let _ = job.done.send(deflate(&job.block));
            }
        });
    }
    jobs
}

fn deflate(block: &Block) -> Result<Deflated, CompressError> {
    let mut stream = Compress::new(Compression::new(LEVEL), false);
    if !block.dictionary.is_empty() {
        stream.set_dictionary(&block.dictionary)?;
    }
    let flush = if block.last { FlushCompress::Finish } else { FlushCompress::Sync };
    let mut bytes = Vec::with_capacity(block.content.len() / 2 + 1024);
    loop {
        let done = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let status = stream.compress_vec(&block.content[done..], &mut bytes, flush)?;
        let all_in = stream.total_in() == block.content.len() as u64;
        // A flush is complete when it left room (zlib.h, deflate).
        let complete = if block.last { status == Status::StreamEnd } else { all_in && bytes.len() < bytes.capacity() };
        if complete {
            let mut crc = Crc::new();
            crc.update(&block.content);
            return Ok(Deflated { bytes, crc });
        }
        bytes.reserve(64 * 1024);
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Gzip};
    use std::io::{Read, Write};

    fn packed(content: &[u8], threads: usize, piece: usize) -> Vec<u8> {
        let mut gzip = Gzip::new(Vec::new(), threads).expect("memory");
        content.chunks(piece.max(1)).for_each(|piece| gzip.write_all(piece).expect("memory"));
        gzip.finish().expect("memory")
    }

    /// Bytes that compress somewhat and repeat over block edges.
    fn content(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 24
        };
        (0..length).map(|at| if at % 7 < 4 { 65 + (at % 5) as u8 } else { next() as u8 & 31 }).collect()
    }

    #[test]
    fn the_bytes_are_the_same_whatever_the_number_of_threads() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 7 * BLOCK + 12345] {
            let content = content(length);
            let one = packed(&content, 1, 1 << 20);
            for (threads, piece) in [(2, 1 << 20), (3, 4099), (16, BLOCK)] {
                assert!(packed(&content, threads, piece) == one, "{length} bytes, {threads} threads");
            }
            let mut back = Vec::new();
            flate2::bufread::GzDecoder::new(&one[..]).read_to_end(&mut back).expect("one gzip member");
            assert!(back == content, "{length} bytes");
        }
    }

    #[test]
    fn blocks_refer_to_the_block_before() {
        let half = content(BLOCK);
        let alone = packed(&half, 1, 1 << 20).len();
        let random: Vec<u8> = half.iter().enumerate().map(|(at, byte)| byte ^ (at as u8)).collect();
        let twice = [&random[..], &random[random.len() - 30_000..]].concat();
        let grown = packed(&twice, 2, 1 << 20).len() - packed(&random, 2, 1 << 20).len();
        assert!(grown < 1000, "30,000 bytes that stand in the window took {grown} (one block alone: {alone})");
    }
}
