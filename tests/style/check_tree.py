# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the tree itself; prints what is wrong, a line each, and fails then."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TRANSLATED = re.compile(rb"\b(?:_|N_|C_|ngettext) \(")
TRANSLATABLE = re.compile(rb"""translatable=["'](?:yes|true|1)["']""")


def tracked() -> list[Path]:
    """Every file that git knows, or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        stdout=subprocess.PIPE,
        check=True,
    )
    names = filter(None, listed.stdout.decode().split("\0"))
    return [TOP / name for name in names if (TOP / name).is_file()]


def check_licences(files: list[Path]) -> list[str]:
    """Every source file begins with its licence, after a #! line at most."""
    suffixes = {".c", ".h", ".py", ".1"}
    return [
        f"{path.relative_to(TOP)}: no SPDX line at the top"
        for path in files
        if (path.suffix in suffixes or path.name == "meson.build")
        and b"SPDX-License-Identifier: GPL-3.0-or-later"
        not in b"".join(path.read_bytes().splitlines()[:2])
    ]


def holds_translations(path: Path) -> bool:
    """Whether translators have something to do in this file."""
    if TOP / "src" in path.parents:
        return path.suffix == ".c" and bool(TRANSLATED.search(path.read_bytes()))
    if TOP / "ui" in path.parents:
        return path.suffix == ".ui" and bool(TRANSLATABLE.search(path.read_bytes()))
    return path.parent == TOP / "data" and path.name.endswith(
        (".desktop.in", ".metainfo.xml.in", ".gschema.xml.in")
    )


def check_translations(files: list[Path]) -> list[str]:
    """po/POTFILES.in lists just the files that hold strings to translate."""
    listed = set((TOP / "po" / "POTFILES.in").read_text().split())
    holding = {str(path.relative_to(TOP)) for path in files if holds_translations(path)}
    return [f"po/POTFILES.in lacks {name}" for name in sorted(holding - listed)] + [
        f"po/POTFILES.in lists {name} for nothing" for name in sorted(listed - holding)
    ]


def check_core(files: list[Path]) -> list[str]:
    """Core knows no screen."""
    core = TOP / "src" / "core"
    return [
        f"{path.relative_to(TOP)}: core must not include GTK"
        for path in files
        if core in path.parents
        and re.search(rb"#include <(gtk|adwaita)", path.read_bytes())
    ]


def check_threads(files: list[Path]) -> list[str]:
    """No thread is the last to let go of what belongs to the main loop."""
    return [
        f"{path.relative_to(TOP)}: use rushes_thread_run()"
        for path in files
        if TOP / "src" in path.parents
        and b"g_task_run_in_thread (" in path.read_bytes()
    ]


def check_text(files: list[Path]) -> list[str]:
    """No trailing space, no path of somebody's machine, no rest of a merge."""
    complaints = []
    home = re.compile(r"/(?:home|root|Users)/\w")
    for path in files:
        if path.suffix not in {".c", ".h", ".py", ".md", ".build", ".sh", ""}:
            continue
        if path.name == "COPYING" or "corpus" in path.parts:
            continue
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            where = f"{path.relative_to(TOP)}:{number}"
            if line != line.rstrip():
                complaints.append(f"{where}: space at the end of the line")
            if re.match(r"[<>|]{7,} ", line):
                complaints.append(f"{where}: a conflict that nobody resolved")
            if home.search(line) and path != Path(__file__).resolve():
                complaints.append(f"{where}: a path of one machine")
    return complaints


def main() -> None:
    files = tracked()
    complaints = [
        complaint
        for check in (
            check_licences,
            check_translations,
            check_core,
            check_threads,
            check_text,
        )
        for complaint in check(files)
    ]
    print("\n".join(complaints), end="\n" if complaints else "")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
