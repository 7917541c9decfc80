# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Slurm of two nodes on this computer, for tests; every wait has an end.

Everything it writes is in one temporary folder and every port is its own, so it needs
no system service, and several may run side by side. For root each node is in a network
and has folders of its own. It needs the packages munge, slurm-client, slurmctld, slurmd
and iproute2.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import network

#: The longest that anything here is waited for, in seconds.
PATIENCE = 90.0

NODES = ("here", "there")

#: Enough for two clients a node on any computer: Slurm takes our word for it.
CPUS = 4
MEMORY = 4096

_CONFIGURATION = """\
ClusterName=rushes
SlurmctldHost={host}({address})
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
SlurmdSpoolDir={folder}/spool.%n
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ProctrackType=proctrack/linuxproc
TaskPlugin={tasks}
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=2
OverTimeLimit=0
SlurmctldTimeout=10
SlurmdTimeout=10
InactiveLimit=0
MessageTimeout=5
ReturnToService=2
DefMemPerCPU=1024
{nodes}
PartitionName=main Nodes=here,there Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=here,there MaxTime=INFINITE State=UP PriorityTier=10
"""

_CGROUP_CONFIGURATION = """\
CgroupPlugin=cgroup/v1
CgroupAutomount=no
ConstrainRAMSpace=yes
"""

#: Where the first version of control groups limits memory. For the second one, Slurm wants
#: to be a service of systemd.
_MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")


def limits_memory() -> bool:
    """Whether a job can be kept from taking more memory than it was given."""
    return os.access(_MEMORY_GROUPS / "cgroup.procs", os.W_OK)


class Cluster:
    """Two nodes and who rules them; use as a context manager."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-slurm-"))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.network = network.Network(NODES) if network.is_possible() else None
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }

    def __enter__(self) -> Cluster:
        try:
            self._configure()
            self._start_munge()
            self.start_controller()
            for node in NODES:
                self.start_node(node)
            self.wait_for_nodes()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    # ---- Daemons -----------------------------------------------------------------

    def start_controller(self) -> None:
        self._start("slurmctld", ["slurmctld", "-D"])

    def stop_controller(self) -> None:
        self._stop("slurmctld", signal.SIGTERM)

    def start_node(self, node: str) -> None:
        """Start a node. Where it has a network of its own, it has a folder of its own
        too where others see another one: what is in hidden.NODE is not shared with it.
        """
        command = [_find("slurmd"), "-D", "-N", node]
        if self.network:
            hide = 'mount -t tmpfs none "$0" && mount -t tmpfs none "$1" && shift && exec "$@"'
            hidden = [str(self.hidden_from(node)), str(self.hidden_from_all())]
            command = ["unshare", "--mount", "sh", "-c", hide, *hidden, *command]
            command = [*self.network.on_node(node), *command]
        self._start(node, command)

    def hidden_from(self, node: str) -> Path:
        """The folder that `node` does not share."""
        return self.folder / f"hidden.{node}"

    def hidden_from_all(self) -> Path:
        """The folder that no node shares."""
        return self.folder / "hidden"

    def kill_daemon(self, node: str) -> None:
        """Kill what rules a node; what runs there goes on."""
        self._stop(node, signal.SIGKILL)

    def kill_node(self, node: str) -> None:
        """What happens when a computer dies: its daemon and every step, at once."""
        self.signal_node(node, signal.SIGKILL)
        self._stop(node, signal.SIGKILL)

    def signal_node(self, node: str, number: signal.Signals) -> None:
        """Send a signal to everything on a node."""
        self._processes[node].send_signal(number)
        for step in self.steps(node):
            try:
                os.kill(step, number)
            except ProcessLookupError:
                pass

    def steps(self, node: str) -> list[int]:
        """The processes of the jobs that run on `node`, Slurm's own among them."""
        name = node.encode()
        conf = b"SLURM_CONF=" + bytes(self.folder / "slurm.conf")
        log = str(self.folder / f"slurmd.{node}.log")
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes()
                environment = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if conf in environment and b"SLURMD_NODENAME=" + name in environment:
                found.append(int(entry.name))
            elif words.startswith(b"slurmstepd:") and self._has_open(entry, log):
                found.append(int(entry.name))
        return found

    def _has_open(self, process: Path, path: str) -> bool:
        try:
            return any(os.readlink(fd) == path for fd in (process / "fd").iterdir())
        except OSError:
            return False

    # ---- Asking ------------------------------------------------------------------

    def run(self, *command: str) -> str:
        """What a command of Slurm prints."""
        done = subprocess.run(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        printed = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            raise AssertionError(f"{command}: {printed}\n{self.logs()}")
        return printed

    def jobs(self, *states: str) -> list[str]:
        """The numbers of the jobs that Slurm knows, or of those in some states."""
        wanted = ["--states", ",".join(states)] if states else []
        return self.run("squeue", "--noheader", "--format=%i", *wanted).split()

    def states(self) -> dict[str, str]:
        """What each node is at."""
        lines = self.run("sinfo", "-N", "--noheader", "--format=%N %T").splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}

    def wait_for_nodes(self) -> None:
        self.wait_until(
            lambda: set(self.states().values()) <= {"idle", "mixed", "allocated"},
            "both nodes are up",
        )

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        """Poll, as Slurm tells nobody; never longer than PATIENCE."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {PATIENCE} s: {what}\n{self.logs()}")
            time.sleep(0.1)

    def logs(self) -> str:
        """What the daemons said last."""
        tails = []
        for log in sorted(self.folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            tails.append("\n".join([f"== {log.name}", *lines]))
        return "\n".join(tails)

    # ---- The inside --------------------------------------------------------------

    def _configure(self) -> None:
        ports = _free_ports(1 + len(NODES))
        host = socket.gethostname().partition(".")[0]
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={host} NodeAddr={self._address(node)} Port={port}"
            f" CPUs={CPUS} RealMemory={MEMORY} State=UNKNOWN"
            for node, port in zip(NODES, ports[1:])
        )
        for name in ("state", "munge", *(f"spool.{node}" for node in NODES)):
            (self.folder / name).mkdir(mode=0o755)
        for node in NODES:
            self.hidden_from(node).mkdir()
        self.hidden_from_all().mkdir()
        # Slurm's and munge's own rule: a folder that all can pass, that none can write.
        self.folder.chmod(0o755)
        (self.folder / "slurm.conf").write_text(
            _CONFIGURATION.format(
                host=host,
                address=self._address(),
                port=ports[0],
                user=getpass.getuser(),
                folder=self.folder,
                nodes=nodes,
                tasks="task/cgroup" if limits_memory() else "task/none",
            )
        )
        (self.folder / "cgroup.conf").write_text(_CGROUP_CONFIGURATION)

    def _address(self, node: str | None = None) -> str:
        return self.network.address(node) if self.network else "127.0.0.1"

    def _start_munge(self) -> None:
        folder = self.folder / "munge"
        key = folder / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        self._start(
            "munged",
            [
                "munged",
                "--foreground",
                "--force",  # the folder is in /tmp, where everybody may write
                f"--socket={folder}/socket",
                f"--key-file={key}",
                f"--pid-file={folder}/pid",
                f"--seed-file={folder}/seed",
                f"--log-file={folder}/log",
            ],
        )
        self.wait_until((folder / "socket").exists, "munged listens")

    def _start(self, name: str, command: list[str]) -> None:
        with open(self.folder / f"{name}.out.log", "ab") as out:
            self._processes[name] = subprocess.Popen(
                [_find(command[0]), *command[1:]],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def _stop(self, name: str, number: signal.Signals) -> None:
        process = self._processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End all of it, jobs first."""
        if "slurmctld" in self._processes:
            subprocess.run(
                ["scancel", "--user", getpass.getuser()],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
            )
        for node in NODES:
            for step in self.steps(node):
                try:
                    os.kill(step, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for name in reversed(list(self._processes)):
            self._stop(name, signal.SIGTERM)
        if self.network:
            self.network.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _find(name: str) -> str:
    """Where a program is; Debian keeps daemons where users have no path to."""
    program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if program is None:
        raise AssertionError(f"{name} is not installed")
    return program


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now; all differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
