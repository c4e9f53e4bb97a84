//! A recorder in a process of its own, and clients of it that note which responses they have received in full.

use crate::command::command;
use retake::message::{Headers, Request, target};
use retake::net::Credentials;
use retake::net::sigv4::{Signer, sign};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The resource that the simulator knows; the service of these tests knows any.
const PATH: &str =
    "/datastore/datastore00000000000000000000001/imageSet/imageset000000000000000000000001/listImageSetVersions";

/// Longer than anything takes here.
const FOREVER: Duration = Duration::from_secs(120);

/// A process that is killed when the test ends, however it ends.
pub(super) struct Recorder(pub(super) Child);

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Recorder {
    /// The real binary, in a folder.
    pub(super) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let all = [&["record", "--ready-file", "ready.json", "-q"], arguments].concat();
        Self::spawn(command(folder, &all))
    }

    pub(super) fn spawn(mut command: Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Ends it as nothing can prepare for.
    pub(super) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to end.
    pub(super) fn terminate(&self) {
        let process = rustix::process::Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
    }

    /// Waits until it listens; none if it has ended before.
    pub(super) fn ready(&mut self, folder: &Path) -> Option<Access> {
        for _ in 0..FOREVER.as_millis() {
            if let Ok(bytes) = std::fs::read(folder.join("ready.json")) {
                return Some(Access::read(&bytes));
            }
            if self.0.try_wait().unwrap().is_some() {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("the recorder never listened");
    }
}

/// Where a recorder listens, and what signs for it.
#[derive(Clone)]
pub(super) struct Access {
    port: u16,
    credentials: Credentials,
}

impl Access {
    fn read(ready: &[u8]) -> Self {
        let ready: Value = serde_json::from_slice(ready).unwrap();
        let variable = |name: &str| ready["env"][name].as_str().unwrap().to_owned();
        let port = ready["endpoint"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        let token = Some(variable("AWS_SESSION_TOKEN"));
        let credentials = Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), token);
        Self { port, credentials }
    }

    /// The bytes of a request for pages of this size, by which it is known again in a cassette.
    fn request(&self, size: u32) -> String {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let request = Request {
            method: "POST".to_owned(),
            path: PATH.to_owned(),
            query: vec![("maxResults".to_owned(), size.to_string())],
            headers: Headers::from_iter([("x-amz-user-agent", "aws-sdk-test/1")]),
            ..Request::default()
        };
        let host = format!("localhost:{}", self.port);
        let (region, service) = ("us-east-1".to_owned(), "medical-imaging".to_owned());
        let signer = Signer { credentials: self.credentials.clone(), region, service };
        let now = i64::try_from(since.as_secs()).unwrap();
        let signature = sign(&request, "http", &host, &signer, now).unwrap();
        let mut head = format!("POST {} HTTP/1.1\r\nHost: {host}\r\n", target::join(&request.path, &request.query));
        for (name, value) in request.headers.iter().chain(signature.iter()) {
            head += &format!("{name}: {value}\r\n");
        }
        head + "Content-Length: 0\r\n\r\n"
    }

    /// Asks for one page, and waits for all of the response; its status, or none if it did not come in full.
    pub(super) fn ask(&self, size: u32) -> Option<u16> {
        let mut stream = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?);
        stream.get_mut().write_all(self.request(size).as_bytes()).ok()?;
        receive(&mut stream)
    }
}

/// Reads one response to its last byte; none if that never came.
fn receive(stream: &mut impl BufRead) -> Option<u16> {
    let status = line(stream)?.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut is_chunked) = (None::<usize>, false);
    loop {
        let line = line(stream)?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        length = line.strip_prefix("content-length: ").map(|length| length.parse().unwrap()).or(length);
        is_chunked |= line == "transfer-encoding: chunked";
    }
    if !is_chunked {
        skip(stream, length.expect("a response has a length or chunks"))?;
        return Some(status);
    }
    loop {
        let size = usize::from_str_radix(&line(stream)?, 16).unwrap();
        skip(stream, size)?;
        if !line(stream)?.is_empty() {
            return None;
        }
        if size == 0 {
            return Some(status);
        }
    }
}

/// A line that ended.
fn line(stream: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    line.strip_suffix("\r\n").map(str::to_owned)
}

fn skip(stream: &mut impl BufRead, count: usize) -> Option<()> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).ok()
}

/// Clients that ask as fast as they can, until their recorder is gone.
pub(super) struct Clients {
    received: Arc<Mutex<BTreeSet<u32>>>,
    asked: Arc<AtomicU32>,
    threads: Vec<JoinHandle<()>>,
}

impl Clients {
    pub(super) fn start(access: &Access, count: usize) -> Self {
        let (received, asked) = (Arc::<Mutex<BTreeSet<u32>>>::default(), Arc::<AtomicU32>::default());
        let client = |_| {
            let (access, received, asked) = (access.clone(), Arc::clone(&received), Arc::clone(&asked));
            thread::spawn(move || {
                let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, access.port)) else { return };
                let mut stream = BufReader::new(stream);
                loop {
                    let size = asked.fetch_add(1, Ordering::SeqCst) + 1;
                    if stream.get_mut().write_all(access.request(size).as_bytes()).is_err() {
                        return;
                    }
                    match receive(&mut stream) {
                        Some(200 | 400) => received.lock().unwrap().insert(size),
                        Some(status) => panic!("the recorder answered {status}"),
                        None => return,
                    };
                }
            })
        };
        let threads = (0..count).map(client).collect();
        Self { received, asked, threads }
    }

    /// Waits until one response was received, or the clients are gone.
    pub(super) fn wait_for_one(&self) {
        while self.received.lock().unwrap().is_empty() && self.threads.iter().any(|thread| !thread.is_finished()) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until the recorder is gone: the requests whose responses were received in full, and how many were made.
    pub(super) fn finish(self) -> (BTreeSet<u32>, u32) {
        for thread in self.threads {
            thread.join().unwrap();
        }
        let received = std::mem::take(&mut *self.received.lock().unwrap());
        (received, self.asked.load(Ordering::SeqCst))
    }
}

/// A service that answers every request with a page, in one piece, in two with a pause, or in chunks.
pub(super) struct Service {
    pub(super) port: u16,
    is_over: Arc<AtomicBool>,
}

impl Service {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                thread::spawn(move || stream.map(serve));
            }
        });
        Self { port, is_over }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn serve(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    for number in 0.. {
        let mut is_first = true;
        loop {
            match line(&mut stream) {
                Some(line) if line.is_empty() && !is_first => break,
                Some(_) => is_first = false,
                None => return,
            }
        }
        let page = format!(
            "{{\"imageSetPropertiesList\":[{{\"imageSetId\":\"abcdefabcdefabcdefabcdefabcdef12\",\"versionId\":\"1\",\
             \"imageSetState\":\"ACTIVE\",\"createdAt\":{}}}]}}",
            1_700_000_000 - number * 7
        );
        let (begin, end) = page.split_at(page.len() - 10);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        let parts = match number % 3 {
            0 => vec![format!("{head}content-length: {}\r\n\r\n{page}", page.len())],
            1 => vec![format!("{head}content-length: {}\r\n\r\n{begin}", page.len()), end.to_owned()],
            _ => vec![
                format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{begin}\r\n", begin.len()),
                format!("{:x}\r\n{end}\r\n0\r\n\r\n", end.len()),
            ],
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                thread::sleep(Duration::from_millis(4));
            }
            if stream.get_mut().write_all(part.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Numbers that look random and are the same each time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below this.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}
