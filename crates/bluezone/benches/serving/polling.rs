//! What every phone asks for, beside nginx with the same files: asked by `wrk`, which costs the machine least.

use crate::median;
use crate::node::{CONNECTIONS, Installation};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const ROUNDS: usize = 3;
/// Fourteen days of two hours each.
const FILES: i64 = 14 * 12;
/// A file of 4,500 keys.
const BYTES: usize = 128 * 1024;

pub fn table(seconds: u64) {
    if Command::new("wrk").arg("-v").output().is_err() || Command::new("nginx").arg("-v").output().is_err() {
        println!("polling phones: not measured; apt-get install nginx-light wrk\n");
        return;
    }
    let installation = Installation::new(None);
    let node = installation.node();
    // Behind its back: a database that knows nothing of these files would be refused at the start.
    let name = publish(&installation.path("bluezone-data/objects/exports"));
    let nginx = Nginx::start(&installation);
    println!(
        "requests a second, {CONNECTIONS} connections, {seconds} s, medians of {ROUNDS} rounds in turn, by wrk\n"
    );
    println!("{:<40}{:>10}{:>10}{:>8}", "", "bluezone", "nginx", "share");
    let (index, file) = ("/exports/index.txt".to_owned(), format!("/exports/{name}"));
    let asked: [(String, &[(&str, bool)]); 5] = [
        ("index and unchanged file, in turn".to_owned(), &[(&index, false), (&file, true)]),
        (format!("index, {} bytes", FILES * 90), &[(&index, false)]),
        ("index, unchanged".to_owned(), &[(&index, true)]),
        ("file, unchanged".to_owned(), &[(&file, true)]),
        (format!("file, {BYTES} bytes"), &[(&file, false)]),
    ];
    for (what, requests) in asked {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            for (address, all) in [(&node.address, &mut ours), (&nginx.address, &mut theirs)] {
                all.push(wrk(&installation, address, requests, seconds));
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!("{what:<40}{ours:>10.0}{theirs:>10.0}{:>7.0}%", ours / theirs * 100.0);
    }
    println!();
}

/// Files and their index, as the export job leaves them. Returns the newest one's name.
fn publish(folder: &Path) -> String {
    fs::create_dir_all(folder).unwrap();
    let name = |number: i64| {
        let start = 1_700_000_000 + number * 7_200;
        format!("{start}-{}-{number:05}-{}.zip", start + 7_200, "5e".repeat(32))
    };
    let names: Vec<String> = (1..=FILES).map(name).collect();
    fs::write(folder.join("index.txt"), names.join("\n")).unwrap();
    let newest = names.last().unwrap().clone();
    fs::write(folder.join(&newest), vec![0x5e; BYTES]).unwrap();
    newest
}

/// Debian's, with what its documentation recommends for files, and without a log of accesses.
struct Nginx {
    process: Child,
    address: String,
}

impl Nginx {
    fn start(installation: &Installation) -> Nginx {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let objects = installation.path("bluezone-data/objects");
        let user =
            if Command::new("id").arg("-u").output().unwrap().stdout == b"0\n" { "user root;" } else { "" };
        let settings = format!(
            "daemon off; {user} worker_processes auto; pid nginx.pid; error_log stderr error;\n\
             events {{ worker_connections 20000; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;\n\
             open_file_cache max=1000; types {{ text/plain txt; application/zip zip; }}\n\
             client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n\
             server {{ listen {address}; root {}; }} }}\n",
            objects.display()
        );
        let file = installation.path("nginx.conf");
        fs::write(&file, settings).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-p").arg(installation.dir.path()).arg("-c").arg(file).stdin(Stdio::null());
        let process = command.spawn().unwrap();
        while TcpStream::connect(address).is_err() {
            sleep(Duration::from_millis(50));
        }
        Nginx { process, address: address.to_string() }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its master ends its workers.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// What a file is known by.
fn etag(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap());
    let tag = answer
        .lines()
        .find_map(|line| line.to_lowercase().starts_with("etag: ").then(|| line[6..].to_owned()));
    tag.unwrap()
}

fn wrk(installation: &Installation, address: &str, requests: &[(&str, bool)], seconds: u64) -> f64 {
    let line = |(path, unchanged): &(&str, bool)| {
        let headers = match unchanged {
            true => format!("{{[\"If-None-Match\"] = '{}'}}", etag(address, path)),
            false => "{}".to_owned(),
        };
        format!("  wrk.format('GET', '{path}', {headers}),\n")
    };
    // Written once, before the clock starts.
    let script = format!(
        "local all, at\nfunction init(args)\n  wrk.init(args)\n  all, at = {{\n{}  }}, 0\nend\n\
         function request()\n  at = at % #all + 1\n  return all[at]\nend\n",
        requests.iter().map(line).collect::<String>()
    );
    let file = installation.path("requests.lua");
    fs::write(&file, script).unwrap();
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-c", &CONNECTIONS.to_string(), "-d", &format!("{seconds}s"), "-s"]).arg(file);
    let output = command.arg(format!("http://{address}")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!said.contains("Non-2xx"), "{said}");
    let rate =
        said.lines().find_map(|line| line.strip_prefix("Requests/sec:")).unwrap_or_else(|| panic!("{said}"));
    rate.trim().parse().unwrap()
}
