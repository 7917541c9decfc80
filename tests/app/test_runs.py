# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that a cluster renders by itself: the window follows them and stops them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from harness import PATIENCE, Desktop, Widget, run, wait_until
from window import (
    CLI,
    RUNS_KEY,
    Window,
    add_sbatch,
    add_slurm,
    assert_frames,
    clients,
    fake,
    fake_desktop,
    frames,
    open_gate,
)

#: What Slurm says of a job that waits, to be put in place of what it says.
PENDING = "4|PENDING|None||9|main|(null)\n12|PENDING|Resources||3|main|"


def submit(here: Desktop, *scenes: Path) -> None:
    """Have the command line submit a run."""
    words = ["--blender", f"{here.folder}/blender", "--place", "slurm=2"]
    words += ["--output", f"{scenes[0].parent}/renders"]
    done = subprocess.run(
        [CLI, "submit", *scenes, *words],
        env=here.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()


def open_runs(window: Window) -> Widget:
    """The window of the runs."""
    window.desktop.key(RUNS_KEY)
    dialog = window.program.find_dialog("Runs on the Cluster")
    window.program.find("list", "Runs", inside=dialog)
    return dialog


def close(window: Window, dialog: Widget) -> None:
    window.desktop.key("Escape")
    window.program.wait_window_gone(dialog)


def test_follow() -> None:
    """From the first frames to the last, in two places; and afterwards, once more."""
    with fake_desktop() as here:
        add_sbatch(add_slurm(here))
        scene = fake(here, "scene", "end=12", "gate=7")
        window = Window(here)
        submit(here, scene)
        # In the window itself, and in that of the runs.
        window.says(re.compile(r"^scene: \d+ of 12 frames"))
        dialog = open_runs(window)
        row = window.program.find("list item", re.compile("^scene, "), inside=dialog)
        window.program.find("label", re.compile(r"^\d+ of 12 frames"), inside=row)
        (bar,) = window.program.find_all("progress bar", inside=row)
        wait_until(lambda: 0.4 < bar.value < 1, lambda: f"half of it, not {bar.value}")
        unnamed = window.program.unnamed()
        assert not unnamed, unnamed

        open_gate(scene)
        window.program.find("label", "Finished, 12 frames", inside=row)
        assert_frames(frames(scene), range(1, 13))
        close(window, dialog)
        window.program.wait_gone("label", re.compile("^scene: "))
        window.quit()

        # Slurm has forgotten it; the folder of the results has not.
        (here.folder / "slurm" / "queue").write_text("")
        window = Window(here)
        dialog = open_runs(window)
        window.program.find("label", "Finished, 12 frames", inside=dialog)
        window.program.find("button", "Remove From the List", inside=dialog).click()
        window.says("No Runs")
        close(window, dialog)
        window.quit()


def test_stop() -> None:
    """It asks first; what is done stays, and no Blender is left."""
    with fake_desktop() as here:
        add_sbatch(add_slurm(here))
        scene = fake(here, "scene", "end=12", "gate=7")
        submit(here, scene)
        window = Window(here)
        window.says(re.compile(r"^scene: \d+ of 12 frames"))
        dialog = open_runs(window)
        for answer in ("Cancel", "Stop"):
            window.program.find("button", "Stop the Run", inside=dialog).click()
            window.says("Stop the Run?")
            window.answer(answer)
        window.program.find(
            "label", re.compile(r"^Stopped, \d+ of 12 frames"), inside=dialog
        )
        wait_until(lambda: not clients(here), lambda: f"an end of {clients(here)}")
        assert list(frames(scene).glob("frame_*.png"))
        close(window, dialog)
        window.quit()


def test_waits_and_fails() -> None:
    """Why it waits, then why it failed, is said in words; the log has what was said."""
    with fake_desktop() as here:
        slurm = add_slurm(here)
        add_sbatch(slurm, begins=False)
        scene = fake(here, "scene")
        submit(here, scene)
        ticket = (slurm / "ticket").read_text()
        (slurm / "queue").write_text(PENDING + ticket)
        window = Window(here)
        dialog = open_runs(window)
        window.program.find("label", re.compile("every node is in use"), inside=dialog)
        events = scene.parent / "renders" / "rushes-12.jsonl"
        events.write_text('{"event":"message","message":"A texture is missing"}\n')
        events.with_suffix(".log").write_text("sh: no rushes-cli\n")
        (slurm / "queue").write_text(f"12|FAILED|None|n1|3|main|{ticket}")
        window.program.find(
            "label",
            "Job 12 ended before the run did: sh: no rushes-cli",
            inside=dialog,
        )
        window.program.find("button", "Show Log", inside=dialog).click()
        log = window.program.find_dialog("Log of the Run")
        text = window.program.find("text box", "Log", inside=log)
        wait_until(lambda: text.text == "A texture is missing\n", lambda: text.text)
        unnamed = window.program.unnamed()
        assert not unnamed, unnamed
        here.key("Escape")
        window.program.wait_window_gone(log)
        close(window, dialog)
        window.quit()


if __name__ == "__main__":
    run(globals())
