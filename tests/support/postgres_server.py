#!/usr/bin/env python3
"""A PostgreSQL server of one's own with pgvector, in a temporary folder, for as long as stdin is open.

usage: postgres_server.py [NAME=VALUE ...]      settings of the server

Prints how to reach it, by its socket and by TCP, a line each; or 'skipped: ' and why, if there is none here. Then it takes
commands, a line each, and answers with a line when they are done:
  kill      the server dies (kill -9) and is started again
  restart   it is told to stop, drops all connections, and is started again
  standby   a second server follows it, for reading; the answer is how to reach that one
  disk MB   a disk of that size (a tmpfs) for a tablespace, or the one that is there gets that size; the answer is where
            it is mounted, nothing where mounting is not allowed
At the end of stdin, so also when the process that started this was killed, all ends and the folder goes.
"""

import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILT = Path(__file__).resolve().parents[2] / "build/pgvector"


def skip(reason):
    print(f"skipped: {reason}", flush=True)
    sys.exit(0)


def newest_server():
    """The folder of the newest server's programs."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[4]))
    if not found:
        skip("there is no PostgreSQL here (Debian: postgresql)")
    return Path(found[-1]).parent


def with_pgvector(programs, folder):
    """The same programs in a place of their own where they find build/pgvector too: they look beside themselves."""
    version = programs.parts[-2]
    share = Path("/usr/share/postgresql") / version
    if (share / "extension/vector.control").exists():
        return programs
    if not (BUILT / "vector.so").exists():
        skip("this PostgreSQL has no pgvector; run scripts/setup.sh")
    own = folder / "usr"
    for place in (programs, programs.parent / "lib", share, share / "extension"):
        copy = own / place.relative_to("/usr")
        copy.mkdir(parents=True, exist_ok=True)
        for file in place.iterdir():
            if file.name in ("postgres", "initdb", "pg_ctl", "pg_basebackup") and place == programs:
                shutil.copy2(file, copy)
            elif file != share / "extension":
                (copy / file.name).symlink_to(file)
    for file in BUILT.glob("vector*"):
        home = programs.parent / "lib" if file.suffix == ".so" else share / "extension"
        shutil.copy2(file, own / home.relative_to("/usr"))
    return own / programs.relative_to("/usr")


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


class Server:
    """One server; it refuses to be root, so it is somebody else's then."""

    def __init__(self, programs, folder, name, settings):
        self.programs, self.folder, self.name, self.settings = programs, folder, name, settings
        self.data = folder / name
        self.port = free_port()
        self.process = None

    def command(self, program, *arguments):
        user = []
        if os.geteuid() == 0:
            owner = pwd.getpwuid(self.folder.stat().st_uid)
            user = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--pdeathsig=QUIT"]
        return user + [str(self.programs / program)] + [str(argument) for argument in arguments]

    def run(self, program, *arguments):
        subprocess.run(self.command(program, *arguments), check=True, cwd=self.folder, stdout=subprocess.DEVNULL,
                       stderr=sys.stderr, stdin=subprocess.DEVNULL)

    def start(self):
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder,
                    "fsync": "off", "max_connections": 60, "shared_buffers": "128MB", "max_wal_senders": 4,
                    "password_encryption": "scram-sha-256", "log_min_messages": "fatal"} | self.settings
        options = [f"-c{name}={value}" for name, value in settings.items()]
        log = open(self.folder / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(self.command("postgres", "-D", self.data, *options), cwd=self.folder, stdout=log,
                                        stderr=log, stdin=subprocess.DEVNULL)
        for _ in range(600):
            status = (self.data / "postmaster.pid").read_text().split("\n") if self.has_pid_file() else []
            if len(status) > 7 and status[7].strip() in ("ready", "standby") and status[0] == str(self.process.pid):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit(f"the server did not start:\n{Path(log.name).read_text()}")

    def has_pid_file(self):
        return (self.data / "postmaster.pid").exists()

    def stop(self, how=signal.SIGQUIT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()
            while how == signal.SIGKILL and any(self.left()):  # the others notice that it is gone
                time.sleep(0.01)

    def left(self):
        """Whether a process of it still lives."""
        for process in glob.glob("/proc/[0-9]*/cwd"):
            try:
                yield os.readlink(process) == str(self.data)
            except OSError:
                pass

    def address(self, tcp=False):
        host = "127.0.0.1" if tcp else self.folder
        return f"host={host} port={self.port} user=postgres dbname=postgres"


def set_disk(folder, megabytes):
    disk = folder / "disk"
    how = "remount," if disk.exists() else ""
    disk.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"{how}size={megabytes}m", "tmpfs", disk], check=False,
                          stderr=subprocess.DEVNULL)
    if done.returncode:
        return ""
    if os.geteuid() == 0:
        shutil.chown(disk, folder.stat().st_uid)
    return str(disk)


def serve(folder, settings):
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        shutil.chown(folder, "postgres" if "postgres" in names else "nobody")
    programs = with_pgvector(newest_server(), folder)
    servers = [Server(programs, folder, "primary", settings)]
    primary = servers[0]
    password = folder / "password"
    password.write_text(secrets.token_hex(16))
    primary.run("initdb", "-D", primary.data, "--username=postgres", f"--pwfile={password}", "--auth-local=trust",
                "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    try:
        primary.start()
        print(primary.address(), flush=True)
        print(f"{primary.address(tcp=True)} password={password.read_text()}", flush=True)
        for line in sys.stdin:
            answer = "done"
            if line.strip() in ("kill", "restart"):
                primary.stop(signal.SIGKILL if line.strip() == "kill" else signal.SIGINT)
                primary.start()
            elif line.strip() == "standby":
                standby = Server(programs, folder, "standby", settings)
                standby.run("pg_basebackup", "-D", standby.data, "-R", "-c", "fast", "-h", folder, "-p", primary.port,
                            "-U", "postgres")
                standby.start()
                servers.append(standby)
                answer = standby.address()
            elif line.startswith("disk "):
                answer = set_disk(folder, line.split()[1])
            print(answer, flush=True)
    finally:
        for server in servers:
            server.stop()
        if (folder / "disk").exists():
            subprocess.run(["umount", folder / "disk"], check=False, stderr=subprocess.DEVNULL)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; stdin tells when it is over
    settings = dict(argument.split("=", 1) for argument in sys.argv[1:])
    folder = Path(tempfile.mkdtemp(prefix="simdb-postgres-"))
    try:
        serve(folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
