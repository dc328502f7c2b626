"""One side's executable, opened for the proof: what it holds, and how it is run under callgrind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark_ci.build.executable import LARGEST_EXECUTABLE_BYTES, Executable
from benchmark_ci.errors import BadFile
from benchmark_ci.prove import linkermap
from benchmark_ci.prove.callgrind import Subject
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.measuring import measuring_methods
from benchmark_ci.wall import files
from benchmark_ci.wall.site import Site


class Opened:
    """Raises Doubt when the executable cannot be read, or nothing in it measures."""

    def __init__(self, exe: Executable, site: Site, *, read_code: bool, optimised: bool = True) -> None:
        self.exe = exe
        self.image = Image(content(exe, exe.path, site))
        self._site = site
        self.code = Canonical(self.image, _map(exe, site), optimised=optimised) if read_code else None
        self.methods = measuring_methods(self.image)
        self.subject = Subject(
            path=exe.path,
            directory=exe.directory,
            env=exe.env,
            measuring=tuple(symbol for symbols in self.methods.values() for symbol in symbols),
            identity=site.identity(exe.side),
        )

    @contextmanager
    def at(self) -> Iterator[tuple[Path, Path]]:
        """Within: the side stands at the common path; that, and a folder which the side's user may write."""
        with self._site.at(self.exe.side) as here:
            folder = here / "criterion" / "proof"
            folder.mkdir(mode=0o700, parents=True)
            if self.subject.identity:
                os.chown(folder, self.subject.identity.uid, self.subject.identity.gid)
            try:
                yield here, folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def content(exe: Executable, path: Path, site: Site) -> bytes:
    """What stands in a file of an executable's side; raises Doubt."""
    with site.at(exe.side):
        try:
            return files.read(site.here, path, LARGEST_EXECUTABLE_BYTES)
        except (BadFile, FileNotFoundError, ValueError) as error:
            raise Doubt(f"`{path.name}` cannot be read: {error}") from error


def _map(exe: Executable, site: Site) -> LinkerMap | None:
    path = exe.path.with_name(exe.path.name + ".map")
    with site.at(exe.side):
        try:
            return LinkerMap(files.read(site.here, path, linkermap.LARGEST_BYTES))
        except FileNotFoundError:
            return None
        except (BadFile, ValueError) as error:
            raise Doubt(f"the linker map beside the executable cannot be read: {error}") from error
