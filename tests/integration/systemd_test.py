#!/usr/bin/env python3
"""The systemd units, and what `simdb serve` does for systemd: takes its socket, says when it is ready, stops in good order.

usage: systemd_test.py SIMDB UNITS [unittest options]
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

SIMDB = UNITS = None


class Systemd(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="simdb-systemd-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_the_service_is_confined(self):
        unit = self.folder / "simdb.service"
        unit.write_text((UNITS / "simdb.service.in").read_text().replace("@SIMDB_PROGRAM@", str(SIMDB)))
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True)
        exposure = re.search(r"exposure level for simdb\.service: ([0-9.]+)", done.stdout)
        self.assertTrue(exposure, done.stdout + done.stderr)
        self.assertLess(float(exposure.group(1)), 2.0, done.stdout)

    def test_serves_on_the_socket_of_systemd(self):
        database = self.folder / "database"
        subprocess.run([SIMDB, "init", "--db", database, "--space", "drawn", "--dimension", "16"], check=True, capture_output=True)
        listening = socket.create_server(("127.0.0.1", 0))
        notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notified.bind(str(self.folder / "notify"))
        notified.settimeout(20)
        # As systemd does: the socket is descriptor 3, and LISTEN_PID is the process that it becomes.
        starter = ("import os, sys\n"
                   "os.dup2(int(sys.argv[1]), 3)\n"
                   "os.environ['LISTEN_PID'] = str(os.getpid())\n"
                   "os.execv(sys.argv[2], sys.argv[2:])\n")
        environment = {**os.environ, "LISTEN_FDS": "1", "NOTIFY_SOCKET": str(self.folder / "notify")}
        process = subprocess.Popen([sys.executable, "-c", starter, str(listening.fileno()), SIMDB, "serve", "--db", database],
                                   pass_fds=[listening.fileno()], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.assertEqual(notified.recv(100), b"READY=1")
            port = listening.getsockname()[1]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                self.assertEqual(answer.read(), b'{"ready":true}\n')
            process.terminate()
            self.assertEqual(notified.recv(100), b"STOPPING=1")
            out, err = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 0, err)
            self.assertIn(f"http://127.0.0.1:{port}/".encode(), out)
        finally:
            process.kill()
            process.communicate()
            listening.close()
            notified.close()


if __name__ == "__main__":
    SIMDB = sys.argv.pop(1)
    UNITS = Path(sys.argv.pop(1))
    unittest.main(verbosity=2)
