"""Collects the figures, prints them as tables with ratios and targets, and writes the JSON file."""
import datetime
import json
import os
import platform
import statistics
import subprocess

ORDER = ("egl", "control", "offstage", "offstage-run", "xvfb", "xvfb-copy", "xvfb-run")
PEERS = ("egl", "xvfb")  # that the others are compared with


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[round((len(ordered) - 1) * percent / 100)]


def short(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if value == int(value):
        return str(int(value))
    return f"{value:.3g}"


def in_order(names):
    """Those that ORDER does not know keep their places, after those that it knows."""
    return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


class Case:
    """One thing measured, with a list of values per contestant, one per round."""

    def __init__(self, group, name, unit, higher_is_better, peers=PEERS):
        self.group, self.name, self.unit, self.higher_is_better = group, name, unit, higher_is_better
        self.peers = peers  # quartiles are printed for the first one
        self.notes = {}     # what else there is to know, for the file
        self.values = {}
        self.extras = {}
        self.count = None  # of programs, where the value is how many of them did well

    def add(self, who, value):
        self.values.setdefault(who, []).append(value)

    def extra(self, who, name, value):
        self.extras.setdefault(who, {}).setdefault(name, []).append(value)

    def median(self, who):
        return statistics.median(self.values[who]) if self.values.get(who) else None

    def ratio(self, who, peer):
        """Median over rounds of who / peer, with its quartiles; None if either is missing or the peer is 0."""
        pairs = list(zip(self.values.get(who, []), self.values.get(peer, [])))
        ratios = [mine / theirs for mine, theirs in pairs if theirs]
        if not ratios:
            return None
        return statistics.median(ratios), percentile(ratios, 25), percentile(ratios, 75)

    def table(self):
        better = "more is better" if self.higher_is_better else "less is better"
        rounds = max(len(v) for v in self.values.values())
        extra_names = sorted({name for extras in self.extras.values() for name in extras})
        head = ["", "median", "p5", "p95"]
        for i, peer in enumerate(self.peers):
            head += [f"/ {peer}", "(quartiles)"] if i == 0 else [f"/ {peer}"]
        head += extra_names
        rows = [head]
        for who in in_order(self.values):
            row = [who] + [short(v) for v in (self.median(who), percentile(self.values[who], 5),
                                              percentile(self.values[who], 95))]
            for i, peer in enumerate(self.peers):
                ratio = self.ratio(who, peer) if who != peer else None
                row.append(f"{ratio[0]:.3f}" if ratio else "")
                if i == 0:
                    row.append(f"{ratio[1]:.3f} .. {ratio[2]:.3f}" if ratio else "")
            for name in extra_names:
                found = self.extras.get(who, {}).get(name)
                row.append(short(statistics.median(found)) if found else "")
            rows.append(row)
        keep = [i for i in range(len(head)) if any(row[i] for row in rows[1:])]
        widths = [max(len(row[i]) for row in rows) for i in keep]
        lines = [f"{self.group}: {self.name} ({self.unit}, {better}, n={rounds})"]
        for row in rows:
            cells = [row[i].ljust(w) if i == 0 else row[i].rjust(w) for i, w in zip(keep, widths)]
            lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join(lines)

    def record(self):
        contestants = {}
        for who, values in self.values.items():
            contestants[who] = {"median": self.median(who), "p5": percentile(values, 5), "p95": percentile(values, 95),
                                "n": len(values), "values": values}
            contestants[who].update({k: statistics.median(v) for k, v in self.extras.get(who, {}).items()})
            for peer in self.peers:
                ratio = self.ratio(who, peer)
                if ratio and who != peer:
                    contestants[who]["ratio_to_" + peer] = dict(zip(("median", "q25", "q75"), ratio))
        record = {"group": self.group, "name": self.name, "unit": self.unit,
                  "higher_is_better": self.higher_is_better, "contestants": contestants}
        return dict(record, notes=self.notes) if self.notes else record


def output_of(*command, cwd=None):
    try:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None


def commit_of(root):
    found = output_of("git", "rev-parse", "--short=12", "HEAD", cwd=root)
    if not found or found.returncode:
        return "unknown"
    dirty = output_of("git", "status", "--porcelain", cwd=root)
    return found.stdout.strip() + ("-dirty" if dirty and dirty.stdout.strip() else "")


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def package_version(name):
    found = output_of("dpkg-query", "-W", "-f", "${Version}", name)
    return found.stdout.strip() if found and found.returncode == 0 else "unknown"


def distribution():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return "unknown"


class Report:
    def __init__(self, args, setup):
        self.args, self.setup = args, setup
        self.cases, self.skipped, self.failures, self.seen = [], [], [], {}
        self.more_targets = []  # functions of groups that know their own
        self.header = {
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "commit": commit_of(args.root), "cpu": cpu_model(), "cores": os.cpu_count(),
            "load_average_at_start": os.getloadavg()[0], "kernel": platform.release(), "system": distribution(),
            "python": platform.python_version(), "xvfb": package_version("xvfb"),
            "mesa": package_version("libgl1-mesa-dri"), "libglvnd": package_version("libegl1"),
            "gpu": args.gpu, "rounds": args.rounds, "slices": args.slices, "slice_ms": args.slice_ms,
            "environment": {k: v for k, v in sorted(setup.base_env.items())
                            if k.startswith(("LP_", "MESA_", "GALLIUM_", "LIBGL_", "EGL_", "__EGL_", "__GL"))},
        }

    def print_header(self):
        print("\n".join(f"{key:22} {value}" for key, value in self.header.items() if value != {}), flush=True)
        if self.header["load_average_at_start"] > 0.5:
            print("\nother programs are running: absolute figures say little, ratios within a round say more")
        if not self.setup.server:
            self.skip("xvfb", "no Xvfb on this machine (package xvfb): its rows are missing")
        if not self.setup.have_offstage:
            self.skip("offstage", f"no {os.path.relpath(self.setup.library)}: its rows are missing")

    def add(self, case):
        self.cases.append(case)
        print("\n" + case.table(), flush=True)

    def skip(self, what, reason):
        self.skipped.append({"what": what, "reason": reason})
        print(f"\nskipped {what}: {reason}", flush=True)

    def fail(self, what, reason):
        self.failures.append({"what": what, "reason": reason})
        print(f"\nFAILED {what}: {reason}", flush=True)

    def saw(self, who, group, ready):
        """What a contestant says of its renderer, once per contestant and group of scenes."""
        self.seen.setdefault(who, {}).setdefault(
            "python" if group == "python" else "c",
            {k: ready.get(k) for k in ("renderer", "version", "config", "device")})

    def find(self, group, start):
        return next((c for c in self.cases if c.group == group and c.name.startswith(start)), None)

    def targets(self):
        """Each target of which this run measured all that it compares."""
        found = []

        def check(what, value, limit, at_least=False, note=""):
            if value is not None:
                met = value >= limit if at_least else value <= limit
                found.append({"what": what, "measured": value, "limit": limit, "met": met, "note": note,
                              "relation": "at least" if at_least else "at most"})

        def ratio(group, start, who, peer):
            case = self.find(group, start)
            value = case.ratio(who, peer) if case else None
            return value[0] if value else None

        def median(group, start, who="offstage"):
            case = self.find(group, start)
            return case.median(who) if case else None

        for scene in ("triangle-84", "gears-300", "gears-600"):
            frame, noise = (ratio("frames", scene + ", median frame", "egl", "offstage"),
                            ratio("frames", scene, "control", "egl"))
            check(f"{scene}: frame rate / bare EGL", ratio("frames", scene, "offstage", "egl"), 0.97, at_least=True,
                  note=f"by median frame {frame:.3f}, control {noise:.3f}" if frame and noise else "")
        check("triangle-84: frame rate / Xvfb", ratio("frames", "triangle-84", "offstage", "xvfb"), 2.0, at_least=True)
        check("first frame / bare EGL", ratio("first-frame", "gears-300", "offstage", "egl"), 1.15)
        check("first frame / xvfb-run", ratio("first-frame", "gears-300", "offstage", "xvfb-run"), 1 / 3)
        check("XSync / Xvfb", ratio("x", "XSync, median", "offstage", "xvfb"), 1.0)
        for start in ("XOpenDisplay, first", "XOpenDisplay, later"):
            check(f"{start}, us", median("x", start), 500)
        adds, client = median("x-side", "an open display adds, rss"), median("x-side", "an open display adds, rss", "xvfb")
        if adds is not None and client is not None:
            check("X side, resident KiB beyond what libX11 itself adds", adds - client, 2048)
        check("idle X client, CPU us", median("x", "idle X client"), 0)
        check("idle GL program, CPU us", median("x", "idle GL program"), 0)
        for more in self.more_targets:
            more(check, ratio, median)
        crowd = self.find("start64", "")
        if crowd and crowd.values.get("offstage"):
            check("programs started at once that drew", min(crowd.values["offstage"]), crowd.count, at_least=True)
        return found

    def finish(self, seconds):
        targets = self.targets()
        if self.seen:
            print("\nrenderers")
            for who in sorted(self.seen, key=ORDER.index):
                for kind, ready in self.seen[who].items():
                    print(f"  {who:13} {kind:7} {ready['renderer']} | {ready['version']} | {ready['config']}")
        if targets:
            print("\ntargets")
            for t in targets:
                print(f"  {'met   ' if t['met'] else 'MISSED'}  {t['what']}: {short(t['measured'])}"
                      f" ({t['relation']} {short(t['limit'])})" + (f"; {t['note']}" if t["note"] else ""))
        for label, found in (("skipped", self.skipped), ("FAILED", self.failures)):
            if found:
                print(f"\n{label} (reasons above): " + ", ".join(what["what"] for what in found))
        self.write(targets, seconds)

    def write(self, targets, seconds):
        path = self.args.json
        if not path:
            if self.args.smoke:
                return  # figures of a smoke run are worth no file
            stamp = self.header["date"].replace(":", "").replace("-", "")
            path = os.path.join(self.args.results, f"{stamp}-{self.header['commit']}.json")
        record = {"header": dict(self.header, seconds=round(seconds, 1)), "renderers": self.seen, "targets": targets,
                  "cases": [c.record() for c in self.cases], "skipped": self.skipped, "failed": self.failures}
        part = f"{path}.{os.getpid()}.part"
        with open(part, "w") as file:
            json.dump(record, file, indent=1)
            file.write("\n")
        os.replace(part, path)
        print(f"\nwritten: {os.path.relpath(path)} after {seconds:.0f} s")
