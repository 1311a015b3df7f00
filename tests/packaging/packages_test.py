#!/usr/bin/env python3
"""The Debian packages: what is in them and what they ask for; with --bare also whether they install, work and go in a Debian
of the same release that has nothing else.

usage: packages_test.py BUILD [--bare]

--bare needs root, debootstrap and a mirror of Debian; it takes some minutes. Ends with 77, which ctest takes for "skipped",
where one of them is missing.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = {"simdb", "libsimdb-dev"}  # and simdb-train, python3-simdb where they are built
BARE = {"simdb", "python3-simdb"}
MIRROR = "http://deb.debian.org/debian"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(condition, message):
    if not condition:
        sys.exit(message)


def make(build, folder):
    """The packages by their names."""
    run("cpack", "-G", "DEB", "-B", folder, cwd=build)
    return {run("dpkg-deb", "-f", file, "Package").strip(): file for file in folder.glob("*.deb")}


def check_contents(packages):
    expect(PACKAGES <= packages.keys(), f"packages are missing: {sorted(packages)}")
    files = {name: set(re.findall(r" \./(\S+)$", run("dpkg-deb", "-c", file), re.M)) for name, file in packages.items()}
    for name, wanted in {
        "simdb": ["usr/bin/simdb", "usr/bin/simdb-try-model", "usr/share/simdb/models/omniglot.onnx",
                  "usr/lib/systemd/system/simdb.service", "usr/share/bash-completion/completions/simdb",
                  "usr/share/zsh/vendor-completions/_simdb", "usr/share/fish/vendor_completions.d/simdb.fish"],
        "libsimdb-dev": ["usr/include/simdb/database.h", "usr/include/simdb/faiss_index.h"],
    }.items():
        for file in wanted:
            expect(file in files[name], f"{name} has no {file}")
    if "python3-simdb" in packages:
        place = "usr/lib/python3/dist-packages/simdb/"
        expect({place + name for name in ("__init__.py", "py.typed", "sklearn.py")} <= files["python3-simdb"] and
               any(file.startswith(place + "_simdb.") for file in files["python3-simdb"]), "python3-simdb lacks files")
    if shutil.which("help2man"):
        for page in ("man1/simdb.1.gz", "man1/simdb-query.1.gz", "man7/simdb.7.gz"):
            expect(f"usr/share/man/{page}" in files["simdb"], f"simdb has no page {page}")
    expect(not any(file.endswith(".a") for file in files["simdb"]), "simdb has libraries for developers")
    both = [file for file in files["simdb"] & files["libsimdb-dev"] if not file.endswith("/")]
    expect(not both, f"two packages have the same files: {both}")
    depends = run("dpkg-deb", "-f", packages["simdb"], "Depends")
    for library in ("libc6", "librocksdb", "libopencv-dnn"):
        expect(library in depends, f"simdb does not depend on {library}: {depends}")
    expect("torch" not in depends, "simdb needs LibTorch, which is for simdb-train alone")
    with tempfile.TemporaryDirectory() as folder:
        run("dpkg-deb", "-x", packages["simdb"], folder)
        unit = Path(folder, "usr/lib/systemd/system/simdb.service").read_text()
        expect("ExecStart=/usr/bin/simdb serve" in unit, unit)
        expect(run(Path(folder, "usr/bin/simdb"), "--version").startswith("simdb "), "the program does not run")
    if shutil.which("lintian"):
        told = subprocess.run(["lintian", "--fail-on", "error", "--no-cfg", *packages.values()], capture_output=True, text=True, check=False)
        expect(told.returncode == 0, told.stdout + told.stderr)


def check_bare(packages, suite, folder):
    """Installs, uses and purges them in a root folder of its own."""
    root = folder / "root"
    run("debootstrap", "--variant=minbase", suite, root, MIRROR)
    run("mount", "-t", "proc", "proc", root / "proc")  # simdb finds its encoders beside /proc/self/exe
    try:
        use_in(root, packages, suite)
    finally:
        run("umount", root / "proc")


def use_in(root, packages, suite):
    Path(root, "etc/apt/apt.conf.d/90test").write_text('APT::Install-Recommends "false";\n')
    inside = lambda *command: run("chroot", root, "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", *command)
    inside("apt-get", "-q", "update")
    before = set(inside("dpkg-query", "-f", "${Package}\n", "-W").split())
    for name in BARE & packages.keys():
        shutil.copy(packages[name], root / f"{name}.deb")
    begin = time.monotonic()
    inside("apt-get", "-q", "-y", "install", "/simdb.deb")
    installed = time.monotonic()
    inside("simdb", "sample-data", "/tmp/shapes", "--count", "4")
    inside("simdb", "init", "--db", "/tmp/db", "--encoder", "omniglot")
    inside("simdb", "add", "--db", "/tmp/db", "--by-folder", "/tmp/shapes")
    answer = inside("sh", "-c", "simdb query --db /tmp/db --json /tmp/shapes/red/circle_red_0.png")
    answered = time.monotonic()
    expect('"class":"red"' in answer, answer)
    inside("getent", "passwd", "simdb")
    if "python3-simdb" in packages:
        inside("apt-get", "-q", "-y", "install", "/python3-simdb.deb")
        answer = inside("python3", "-c", "import simdb; print(simdb.open('/tmp/db').query('/tmp/shapes/red/circle_red_0.png').class_)")
        expect(answer == "red\n", answer)
        inside("apt-get", "-q", "-y", "purge", "python3-simdb")
    inside("apt-get", "-q", "-y", "purge", "simdb")
    left = [file for file in ("usr/bin/simdb", "usr/share/simdb", "usr/lib/systemd/system/simdb.service")
            if Path(root, file).exists()]
    expect(not left, f"these stayed after the purge: {left}")
    more = set(inside("dpkg-query", "-f", "${Package}\n", "-W").split()) - before
    print(f"{suite}: {installed - begin:.0f} s for apt with {len(more)} packages, {answered - begin:.0f} s to the first answer")


def main(build, is_bare):
    missing = [program for program in ("cpack", "dpkg-deb", "dpkg-shlibdeps") + (("debootstrap",) if is_bare else ())
               if not shutil.which(program)]
    if missing or is_bare and os.geteuid() != 0:
        print(f"skipped: {', '.join(missing) or 'root'} is missing")
        return 77
    with tempfile.TemporaryDirectory(prefix="simdb-packages-") as name:
        folder = Path(name)
        packages = make(build, folder / "packages")
        check_contents(packages)
        if is_bare:
            check_bare(packages, platform.freedesktop_os_release()["VERSION_CODENAME"], folder)
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--bare"]):
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve(), len(sys.argv) == 3))
