"""What /proc says of a process, and what a process says of itself before it becomes a program."""
import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_parent():
    """For preexec_fn: whoever kills the parent leaves nothing behind, not even a process that is stopped."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def tree(pid):
    """The process and all its descendants; whoever leaves meanwhile may be missing or still there."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += tree(int(child))
    except OSError:
        pass
    return found


def memory_kb(pid):
    """Rss, Pss and Private (not shared with any other process) of one process."""
    values = {}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            fields = line.split()
            if len(fields) == 3 and fields[2] == "kB":
                values[fields[0].rstrip(":")] = int(fields[1])
    return {"rss": values["Rss"], "pss": values["Pss"],
            "private": values["Private_Clean"] + values["Private_Dirty"]}


def tree_memory_kb(pids):
    total = {"rss": 0, "pss": 0, "private": 0}
    for pid in pids:
        try:
            found = memory_kb(pid)
        except (OSError, KeyError):  # left meanwhile
            continue
        for name, value in found.items():
            total[name] += value
    return total


def counts(pid):
    return {"threads": len(os.listdir(f"/proc/{pid}/task")), "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def cpu_ns(pid):
    """Time on the CPU of all threads, from the scheduler, and the same in clock ticks (user + system)."""
    on_cpu = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            on_cpu += int(file.read().split()[0])
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return on_cpu, int(fields[11]) + int(fields[12])
