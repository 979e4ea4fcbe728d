"""What /proc says of a process."""
import os


def tree(pid):
    """The process and all its descendants."""
    found = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += tree(int(child))
        except OSError:
            pass  # left meanwhile
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
        for name, value in memory_kb(pid).items():
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
