"""What the end-to-end and the adversarial tests share: a private copy of the checkout, the program
run in it as a user would, and a look at what is left behind. The user's my/ and .assay stay as they
are. ASSAY_PROGRAM names the program; its guard and its hosts lie beside it."""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("ASSAY_PROGRAM", SOURCE / "build" / "bin" / "assay"))
COPIED = ("exercises", "reference", "harness/cli/skeleton", "tests/rate_limiter")
ORDINARY_USER = 30_000 + os.getpid() % 30_000  # whoever it is, nothing else runs as this user
RUN_LIMIT_S = 120
CLEANUP_LIMIT_S = 30

AS_ROOT = os.geteuid() == 0


def adopt_orphans():
    """From now on a process that loses its parent becomes a child of this test, and is seen."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def wait_until_childless(limit_s=CLEANUP_LIMIT_S):
    """Reaps all there is to reap. Returns what still runs at the end of the limit, and ends it."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        except ChildProcessError:
            return []
    children = pathlib.Path("/proc/thread-self/children").read_text().split()
    left = [f"{child} {pathlib.Path('/proc', child, 'cmdline').read_text()}" for child in children]
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    return left


def processes_that_mention(path):
    """Processes whose program, working folder, command line or environment lies in `path`."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        traces = []
        for link in ("exe", "cwd"):
            try:
                traces.append(os.fsencode(os.readlink(process / link)))
            except OSError:
                pass
        for file in ("cmdline", "environ"):
            try:
                traces.append((process / file).read_bytes())
            except OSError:
                pass
        if any(os.fsencode(path) in trace for trace in traces):
            found.append(process.name + " " + repr(traces[:3]))
    return found


def foreign_files():
    """What lies in the folders that are open to everybody, but for what other tests make there."""
    found = set()
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        for entry in os.scandir(folder):
            owner = entry.stat(follow_symlinks=False).st_uid
            if "cheat" in entry.name or owner == ORDINARY_USER:
                found.add(entry.path)
    return found


class Checkout:
    """A copy that an ordinary user can enter, with the program in it. Use it with `with`."""

    def __init__(self):
        if not PROGRAM.exists():
            raise RuntimeError(f"there is no {PROGRAM}: build the target 'product'")
        # The program sees the resolved path, also where /tmp is a symbolic link.
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="assay-end-to-end-")).resolve()
        self.root.chmod(0o755)
        self.temporary = self.root / "temporary"
        self.temporary.mkdir()
        for name in COPIED:
            if (SOURCE / name).exists():
                shutil.copytree(SOURCE / name, self.root / name)
        build = PROGRAM.parent.parent
        for name in ("bin/assay", "bin/assay-guard"):
            self._copy(build / name, self.root / "build" / name)
        for host in (build / "lib").glob("libhost_*.a"):
            self._copy(host, self.root / "build" / "lib" / host.name)
        self._make_readable()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    @staticmethod
    def _copy(source, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)

    def _make_readable(self):
        """A checkout in root's home may be closed to others; this copy is not."""
        for path in (self.root, *self.root.rglob("*")):
            more = 0o055 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o044
            path.chmod(path.stat().st_mode | more)

    def give_to(self, user):
        for path in (self.root, *self.root.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)

    def command(self, *words, user=None):
        program = [str(self.root / "build" / "bin" / "assay"), *map(str, words)]
        if user is None:
            return program
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *program]

    def environment(self, **more):
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.root), "LANG": "C.UTF-8",
                 "TMPDIR": str(self.temporary), "ASSAY_ROOT": str(self.root)}
        return {**plain, **more}

    def run(self, *words, user=None, cwd=None, typed="", **more):
        """Runs a command to its end: an object with returncode, stdout and stderr."""
        return subprocess.run(self.command(*words, user=user), env=self.environment(**more),
                              cwd=cwd or self.root, input=typed, capture_output=True,
                              text=True, errors="replace", timeout=RUN_LIMIT_S)

    def write(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def listing(self, but=()):
        """Every path with its size and time of change, but for what lies in a folder of `but`."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if name.startswith(tuple(but)):
                continue
            status = path.lstat()
            found[name] = None if path.is_dir() else (status.st_size, status.st_mtime_ns)
        return found

    def forget(self):
        """Back to a new checkout, but for the cache of built subjects."""
        shutil.rmtree(self.root / "my", ignore_errors=True)
        shutil.rmtree(self.root / ".assay" / "runs", ignore_errors=True)
        (self.root / ".assay" / "progress.json").unlink(missing_ok=True)


class CheckoutTest(unittest.TestCase):
    """A test with a checkout that it has for itself; what was built stays for the next test."""

    @classmethod
    def setUpClass(cls):
        cls.copy = cls.enterClassContext(Checkout())
        cls.root = cls.copy.root

    def setUp(self):
        self.copy.forget()

    def levels(self):
        """What `list` says of the rate limiter's levels, by their numbers."""
        entries = json.loads(self.copy.run("list", "--json").stdout)
        limiter = next(entry for entry in entries if entry["exercise"] == "rate_limiter")
        return {level["level"]: level for level in limiter["levels"]}

    def run_well(self, *words, code=0, **more):
        """Runs a command that has nothing to say on stderr. Returns its stdout."""
        run = self.copy.run(*words, **more)
        self.assertEqual((run.stderr, run.returncode), ("", code), f"assay {words}\n{run.stdout}")
        return run.stdout

    def refuse(self, *words, code, says, **more):
        """Runs a command that ends in one clear line, and writes nothing."""
        before = self.copy.listing()
        run = self.copy.run(*words, **more)
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, r"\Aassay: [^\n]+\n\Z", f"assay {words}")
        self.assertRegex(run.stderr, says)
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertEqual(self.copy.listing(), before, f"assay {words} has written something")
