#!/usr/bin/env python3
"""Generated protocol tests: malformed and odd requests of every kind, answered as Xvfb answers them.

    tests/proto/generated.py --host BUILD/bin/proto_host_asan xproto      one xcb-proto file, or several
    tests/proto/generated.py --host ... --request xproto:CreateWindow     one request, differences in full

Each case goes to Xvfb and to the shim's server (built with sanitizers), and to the shim's server once more with every
byte swapped. Exit status: 0 the same, 1 different or a sanitizer's report, 77 skipped with the reason as the last line.
"""

import argparse
import os
import pickle
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases       # noqa: E402
import deviations  # noqa: E402
import hosts       # noqa: E402
import suite       # noqa: E402
import xcbxml      # noqa: E402


def pick_requests(options):
    protocol = xcbxml.Protocol()
    if options.request:
        return protocol, [protocol.request(name) for name in options.request]
    return protocol, cases.requests(protocol, options.files)


def on_xvfb(options):
    protocol, requests = pick_requests(options)
    with hosts.Xvfb() as xvfb:
        return suite.Suite(xvfb.socket_path(), protocol).run(requests), ""


def on_host(options, order):
    protocol, requests = pick_requests(options)
    host = hosts.Host(options.host)
    with host:
        try:
            results = suite.Suite(host.socket_path(), protocol, order).run(requests)
        except OSError as error:  # it died: what it said last says why
            raise RuntimeError("proto_host is gone: %s\n%s" % (error, host.report())) from None
        return results, host.finish()


def start(function, *arguments):
    """Begin function(*arguments) in a process of its own; returns what waits for its result. (multiprocessing would want
    a /dev/shm that can be written.)"""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            result = True, function(*arguments)
        except BaseException as problem:    # noqa: BLE001  the parent raises it
            result = False, problem
        with os.fdopen(write_end, "wb") as out:
            pickle.dump(result, out)
        os._exit(0)
    os.close(write_end)

    def wait():
        with os.fdopen(read_end, "rb") as source:
            data = source.read()
        os.waitpid(child, 0)
        well, result = pickle.loads(data)
        if not well:
            raise result
        return result
    return wait


def short(answers):
    """The kind of an answer: error or packet name, without the values."""
    return " | ".join(" ".join(word for word in answer.split(" ")[:3] if "=" not in word) for answer in answers) or "nothing"


def differences(name, expected, got, options):
    """Print the cases that differ and are not decided to, a few of each kind; returns how many."""
    count, shown = 0, {}
    for case in expected:
        if expected[case] == got.get(case):
            continue
        if name == "Xvfb" and deviations.accepted(case, got.get(case, [])):
            continue
        count += 1
        kind = (case.split("/")[0], short(expected[case]), short(got.get(case, ["no answer"])))
        shown[kind] = shown.get(kind, 0) + 1
        if shown[kind] <= options.show:
            print("%s\n    %-8s %s\n    Offstage %s" % (case, name, " | ".join(expected[case])[:options.width] or "nothing",
                                                       " | ".join(got.get(case, ["no answer"]))[:options.width] or "nothing"))
    if options.summary:
        for (request, theirs, ours), times in shown.items():
            print("%4d %-32s %s: %s   Offstage: %s" % (times, request, name, theirs[:90], ours[:90]))
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", default=None, metavar="FILE")
    parser.add_argument("--host", required=True)
    parser.add_argument("--request", action="append")
    parser.add_argument("--show", type=int, default=2, help="how many differences of each kind to print")
    parser.add_argument("--summary", action="store_true", help="a table of the kinds of differences")
    parser.add_argument("--width", type=int, default=300)
    options = parser.parse_args()
    options.files = options.files or None
    try:
        jobs = [start(on_host, options, "<"), start(on_host, options, ">"), start(on_xvfb, options)]
        (native, report), (swapped, swapped_report), (xvfb, _) = [job() for job in jobs]
    except (hosts.Skip, FileNotFoundError) as reason:
        print(reason)
        return 77
    failed = 0
    for text in (report, swapped_report):
        if text:
            print(text)
            failed += 1
    wrong = differences("Xvfb", xvfb, native, options)
    other = differences("native", native, swapped, options)
    print("%d cases; %d not as Xvfb, %d not the same in the other byte order, %d sanitizer reports" %
          (len(native), wrong, other, failed))
    return 1 if wrong or other or failed else 0


if __name__ == "__main__":
    sys.exit(main())
