"""What the lint's rules share: the files of the checkout, and findings with a place in them."""
import dataclasses
import pathlib
import subprocess

IGNORED = {".git", "build", "my", ".assay", "__pycache__"}


@dataclasses.dataclass(frozen=True)
class Finding:
    file: str  # relative to the checkout
    line: int  # 0: the file as a whole
    message: str

    def __str__(self):
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


def files_of(root):
    """All files that git has or would add, as sorted relative paths; without git, all there are."""
    git = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others",
           "--exclude-standard"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
        names = [name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in root.rglob("*")
                 if not IGNORED & set(path.relative_to(root).parts)]
    return sorted({name for name in names if (root / name).is_file()})


def plain_name(name):
    """A template of the skeleton is held to the rules of what is made from it."""
    path = pathlib.PurePath(name)
    return str(path.with_suffix("")) if "skeleton" in path.parts and path.suffix == ".in" else name


def lines_of(root, name):
    return (root / name).read_text(encoding="utf-8").split("\n")
