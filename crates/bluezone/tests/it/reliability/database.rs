//! A PostgreSQL that keeps what it acknowledges, and can be killed, copied and promoted.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Longer than any start or recovery here takes.
const LOOKS: u32 = 600;

/// Several run at once, some on a small disk.
const SMALL: [&str; 5] = [
    "max_connections=100",
    "shared_buffers=32MB",
    "max_wal_size=64MB",
    "wal_level=replica",
    "hot_standby=on",
];

/// Debian's newest.
pub fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("./test installs postgresql");
    let bins = versions.flatten().map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").exists()).max().expect("./test installs postgresql")
}

/// PostgreSQL refuses to run as root: the user that Debian's package makes.
pub fn as_postgres(program: &Path) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"]).arg(program);
    command
}

/// Gives it to that user.
pub fn own(path: &Path) {
    let _ = Command::new("chown").arg("postgres:postgres").arg(path).status();
}

fn run(command: &mut Command) {
    let output = command.current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A database server. Killed when dropped.
pub struct Database {
    /// Where it listens.
    pub address: SocketAddr,
    /// `PGDATA`.
    pub data: PathBuf,
    settings: &'static [&'static str],
    process: Option<Child>,
    _dir: TempDir,
}

impl Database {
    /// A new one, with its data in a folder of its own, or on a small disk of so many megabytes. None: no disk can be made here.
    pub fn new(disk_mb: Option<u32>) -> Option<Database> {
        Database::with(&SMALL, disk_mb)
    }

    /// The same with other settings than PostgreSQL's own.
    pub fn with(settings: &'static [&'static str], disk_mb: Option<u32>) -> Option<Database> {
        let mut database = Database::prepared();
        database.settings = settings;
        if let Some(size) = disk_mb {
            let size = format!("size={size}m,mode=0700");
            let mut mount = Command::new("mount");
            mount.args(["-t", "tmpfs", "-o", &size, "bluezone-test"]).arg(&database.data);
            if !mount.status().is_ok_and(|status| status.success()) {
                return None;
            }
            own(&database.data);
        }
        let initdb = programs().join("initdb");
        let mut make = as_postgres(&initdb);
        run(make
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
            .arg(&database.data));
        database.start();
        run(as_postgres(&programs().join("createdb")).args(database.client()).arg("bluezone"));
        Some(database)
    }

    fn prepared() -> Database {
        let dir = tempfile::Builder::new().prefix("bluezone-rel-").tempdir_in("/tmp").unwrap();
        own(dir.path());
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        // PostgreSQL refuses a folder that others may look into.
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
        own(&data);
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Database { address: free, data, settings: &SMALL, process: None, _dir: dir }
    }

    /// How its programs are told where it is.
    pub fn client(&self) -> Vec<String> {
        let port = self.address.port().to_string();
        ["-h", "127.0.0.1", "-p", &port, "-U", "postgres"].map(str::to_owned).to_vec()
    }

    /// Starts it again with what it has, and waits until it takes connections.
    pub fn start(&mut self) {
        let socket = self.data.parent().unwrap().to_owned();
        let mut command = as_postgres(&programs().join("postgres"));
        command.arg("-D").arg(&self.data).arg("-k").arg(socket).args(["-h", "127.0.0.1", "-p"]);
        command.arg(self.address.port().to_string());
        // In its folder, which goes: what a server that is killed leaves in the system's shared memory nobody clears away.
        command.args(["-c", "dynamic_shared_memory_type=mmap"]);
        for setting in self.settings {
            command.args(["-c", setting]);
        }
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        let ready = programs().join("pg_isready");
        for _ in 0..LOOKS {
            let mut ask = Command::new(&ready);
            if ask.arg("-q").args(self.client()).status().unwrap().success() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL did not start");
    }

    /// SIGKILL, to it and to all that it started.
    pub fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let parent = process.id().to_string();
        // Its children first know nothing of it; without them it could not be started again.
        let children = Command::new("pgrep").args(["-P", &parent]).output().unwrap();
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        let mut kill = Command::new("kill");
        kill.args(["-KILL", &parent]).args(children.split_whitespace());
        let _ = kill.stderr(Stdio::null()).status();
        let _ = process.wait();
    }

    /// As a service manager stops it: what it has written goes into its archive, if there is one.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let _ = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
        assert!(process.wait().unwrap().success(), "PostgreSQL did not end well");
    }

    /// What a statement answers, a row a line.
    pub fn answer(&self, database: &str, sql: &str) -> String {
        let mut ask = Command::new(programs().join("psql"));
        let output = ask.args(self.client()).args(["-qAt", "-d", database, "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs a statement.
    pub fn sql(&self, database: &str, sql: &str) {
        run(Command::new(programs().join("psql"))
            .args(self.client())
            .args(["-q", "-d", database, "-c", sql]));
    }

    /// A standby that follows it; from now on nothing is acknowledged that the standby has not written.
    pub fn standby(&self) -> Database {
        let standby = self.follower("standby");
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        self.sql("postgres", "SELECT pg_reload_conf()");
        standby
    }

    /// A standby that follows it, by this name.
    pub fn follower(&self, name: &str) -> Database {
        let mut standby = Database::prepared();
        let mut copy = as_postgres(&programs().join("pg_basebackup"));
        copy.args(self.client()).args(["-R", "--checkpoint=fast", "-D"]).arg(&standby.data);
        run(&mut copy);
        let auto = standby.data.join("postgresql.auto.conf");
        let settings = fs::read_to_string(&auto).unwrap();
        let named = format!("user=postgres application_name={name}");
        fs::write(&auto, settings.replace("user=postgres", &named)).unwrap();
        standby.start();
        standby
    }

    /// A standby becomes the primary, and waits for no standby of its own.
    pub fn promote(&self) {
        run(as_postgres(&programs().join("pg_ctl")).args(["promote", "-w", "-D"]).arg(&self.data));
        self.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    /// Fills its disk to the last block; `free` takes it away again.
    pub fn fill(&self) {
        let _ = Command::new("dd")
            .args(["if=/dev/zero", "bs=64k"])
            .arg(format!("of={}", self.data.join("ballast").display()))
            .stderr(Stdio::null())
            .status();
    }

    /// Takes away what fills the disk.
    pub fn free(&self) {
        fs::remove_file(self.data.join("ballast")).unwrap();
    }

    /// Whether it runs: a full disk may have stopped it.
    pub fn runs(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.try_wait().unwrap().is_none())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.kill();
        // Lazily: of those that were killed, some may not be quite gone.
        let _ = Command::new("umount").arg("--lazy").arg(&self.data).stderr(Stdio::null()).status();
    }
}
