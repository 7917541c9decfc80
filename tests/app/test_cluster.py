# SPDX-License-Identifier: GPL-3.0-or-later
"""The window and a cluster, which is made of shell scripts here."""

from __future__ import annotations

import os
import re
import shutil

from harness import Desktop, Widget, run, wait_until
from window import (
    CHECK,
    CLUSTER_JOBS,
    CLUSTER_MEMORY,
    CLUSTER_SWITCH,
    CLUSTER_TIME,
    FINISHED,
    JOB_COUNT,
    JOBS,
    PREFERENCES_KEY,
    READY,
    Window,
    add_slurm,
    assert_frames,
    clients,
    fake,
    fake_desktop,
    frames,
    open_gate,
    sruns,
)

ON = {"slurm": "true", "slurm-jobs": "2"}

#: An srun whose job waits in the queue as long as it is let.
WAIT = "while sleep 0.1; do :; done"


def open_page(window: Window) -> Widget:
    """The page of the preferences that is about clusters."""
    window.desktop.key(PREFERENCES_KEY)
    dialog = window.program.find_dialog()
    window.program.find("tab", "Cluster", inside=dialog).click()
    window.program.find("switch", CLUSTER_SWITCH, inside=dialog)
    return dialog


def close(window: Window, dialog: Widget) -> None:
    window.desktop.key("Escape")
    window.program.wait_window_gone(dialog)


def check(window: Window, dialog: Widget) -> None:
    window.program.find("button", CHECK, dialog).click()


def jobs(here: Desktop) -> list[str]:
    """Those that run, or wait in the queue."""
    return [command for command in clients(here) if "srun" in command]


def test_turned_on_and_used() -> None:
    """Both places work on one scene, as many as were asked for, and as was asked for."""
    with fake_desktop(height=1000) as here:
        slurm = add_slurm(here)
        scene = fake(here, "scene", "end=12", "gate=12")
        window = Window(here, scene)
        program = window.program
        window.row("scene", READY)
        program.find("button", "1 Job")

        dialog = open_page(window)
        row = program.find("list item", CLUSTER_JOBS, dialog)
        assert "sensitive" not in row.states
        program.find("switch", CLUSTER_SWITCH, dialog).click()
        wait_until(lambda: "sensitive" in row.states, "the rows to be usable")
        program.find("text box", re.compile("^Partition"), dialog).click()
        here.type_text("gpu")
        close(window, dialog)

        program.find("button", "1 + 4 Jobs").click()
        program.find("spin button", JOB_COUNT)
        program.find("spin button", CLUSTER_JOBS).click(count=2)
        here.key("ctrl+a")
        here.type_text("2")
        here.key("Tab")
        program.find("button", "1 + 2 Jobs")
        here.key("Escape")
        program.wait_gone("spin button", CLUSTER_JOBS)

        window.start()
        program.find("tab", "Watch").click()
        node = re.escape(os.uname().nodename)
        window.says(re.compile(rf"^Blender \d on {node}$"))
        wait_until(lambda: len(sruns(slurm)) == 2, "two jobs")
        open_gate(scene)
        window.row("scene", FINISHED)
        assert_frames(frames(scene), range(1, 13))
        assert all("--partition gpu" in line for line in sruns(slurm)), sruns(slurm)
        window.quit()


def test_waiting_is_told() -> None:
    """What a client waits for is told, and turning the cluster off takes it back."""
    with fake_desktop(ON, height=1000) as here:
        remember = "for word; do case $word in rushes-*) t=$word;; esac; done"
        row = "5|PENDING|Resources||3|main|$t"
        add_slurm(here, f'{remember}; echo "{row}" >queue; {WAIT}')
        scene = fake(here, "scene", "gate=10")
        window = Window(here, scene)
        program = window.program
        window.row("scene", READY)
        window.start()
        program.find("tab", "Watch").click()
        waiting = re.compile("Waiting for the cluster: job 5, place 1, every node is")
        window.says(waiting)
        wait_until(lambda: len(jobs(here)) == 2, "two jobs")

        dialog = open_page(window)
        program.find("switch", CLUSTER_SWITCH, dialog).click()
        wait_until(lambda: not jobs(here), "the jobs to be taken back")
        close(window, dialog)
        program.wait_gone("label", waiting)
        open_gate(scene)
        window.row("scene", FINISHED)
        window.quit()


def test_check_that_all_is_well() -> None:
    with fake_desktop(ON) as here:
        slurm = add_slurm(here)
        window = Window(here)
        dialog = open_page(window)
        check(window, dialog)
        window.says(re.compile(r"2 of 4 nodes are idle\nBlender 3.4.1 works on node"))
        assert len(sruns(slurm)) == 1
        close(window, dialog)
        window.quit()


def test_check_without_slurm() -> None:
    """What is wrong is told, on the page and when rendering is to begin."""
    with fake_desktop(ON) as here:
        nothing = here.folder / "nothing"
        nothing.mkdir()
        (nothing / "setpriv").symlink_to(shutil.which("setpriv") or "")
        window = Window(here, fake(here, "scene"), variables={"PATH": str(nothing)})
        window.row("scene", READY)
        dialog = open_page(window)
        check(window, dialog)
        missing = re.compile("^Slurm is not installed here: there is no program “srun”")
        window.program.find("label", missing, dialog)
        close(window, dialog)
        window.start()
        window.says(missing)
        window.program.find("button", "Preferences")
        window.quit()


def test_lost_and_found() -> None:
    """What is wrong there stays in sight, and is mended while this computer renders."""
    with fake_desktop(
        ON | {"slurm-blender": "'/nowhere/blender'"}, height=1400
    ) as here:
        add_slurm(here)
        scene = fake(here, "scene", "end=60", "gate=1")
        window = Window(here, scene)
        program = window.program
        window.row("scene", READY)
        window.start()
        lost = re.compile("^The cluster is no longer used: .*/nowhere/blender. on the")
        window.says(lost)
        program.find("button", "Preferences").click()
        dialog = program.find_dialog()
        program.find("tab", "Cluster", inside=dialog).click()
        # By keyboard, down the page.
        blender = program.tab_to("text box", re.compile("^Blender on the Nodes"))
        here.key("ctrl+a", "Delete", "Return")
        wait_until(lambda: not blender.text, "nothing to be typed there")
        close(window, dialog)
        program.wait_gone("label", lost)
        program.find("tab", "Watch").click()
        window.says(re.compile(r"^Blender \d on "))
        open_gate(scene)
        window.row("scene", FINISHED)
        window.quit()


def test_check_leaves_nothing_behind() -> None:
    """Given up, or with its window gone, it ends what it has started."""
    with fake_desktop(ON) as here:
        slurm = add_slurm(here, WAIT)
        window = Window(here)
        dialog = open_page(window)
        check(window, dialog)
        window.says(re.compile("^Waiting for the cluster"))
        assert jobs(here)
        window.program.find("button", re.compile("^Cancel the Check"), dialog).click()
        wait_until(lambda: not jobs(here), "an end of the first check")
        window.says("Not checked")

        check(window, dialog)
        window.says(re.compile("^Waiting for the cluster"))
        wait_until(lambda: len(sruns(slurm)) == 2, "a second job")
        close(window, dialog)
        wait_until(lambda: not jobs(here), "an end of the second check")
        window.quit()


def test_wrong_values() -> None:
    """They are marked where they are typed, and nobody is asked for them."""
    with fake_desktop(ON, height=1400) as here:
        slurm = add_slurm(here)
        window = Window(here)
        program = window.program
        dialog = open_page(window)
        program.find("text box", CLUSTER_TIME, dialog).click()
        here.type_text("2h")
        program.find("label", re.compile("^“2h”: not a length of time"), dialog)
        check(window, dialog)
        wait_until(
            lambda: (it := program.focused()) and it.matches("text box", CLUSTER_TIME),
            "the focus on what is wrong",
        )
        assert not sruns(slurm)
        here.key("ctrl+a")
        here.type_text("2:00:00")
        here.key("Tab")
        program.wait_gone("label", re.compile("not a length of time"), dialog)
        check(window, dialog)
        window.says(re.compile("works on node"))
        assert "--time 2:00:00" in sruns(slurm)[0], sruns(slurm)
        close(window, dialog)

        # It is there the next time, too.
        dialog = open_page(window)
        program.find(
            "text box", CLUSTER_TIME, dialog, where=lambda it: it.text == "2:00:00"
        )
        assert not program.find("text box", CLUSTER_MEMORY, dialog).text
        close(window, dialog)
        window.quit()


def test_cluster_alone() -> None:
    """This computer need not work at all; without a cluster, it has to."""
    with fake_desktop(ON | {"jobs": "0"}) as here:
        slurm = add_slurm(here)
        scene = fake(here, "scene")
        window = Window(here, scene)
        program = window.program
        window.row("scene", READY)
        program.find("button", JOBS, where=lambda button: button.name == "2 Jobs")
        window.start()
        window.row("scene", FINISHED)
        assert len(sruns(slurm)) == 2
        dialog = open_page(window)
        program.find("switch", CLUSTER_SWITCH, dialog).click()
        close(window, dialog)
        program.find("button", "1 Job")
        window.quit()


if __name__ == "__main__":
    run(globals())
