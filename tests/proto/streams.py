#!/usr/bin/env python3
"""Streams that no library would send: cut, dripped, flooded, never read, opened and closed by the thousand.

    tests/proto/streams.py --host PROGRAM          the shim's server, built with sanitizers
    tests/proto/streams.py --preload LIBRARY       the library in this very process (connect() to the X socket)
    tests/proto/streams.py --xvfb                  Xvfb, which has to pass the same checks
    ... NAME...                                    only these checks

Exit status: 0 all passed, 1 not, 77 skipped with the reason as the last line.
"""

import argparse
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import hosts      # noqa: E402
import places     # noqa: E402
import rawclient  # noqa: E402
import xcbxml     # noqa: E402

PROTOCOL = xcbxml.Protocol()
SETUP = struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0)
MEGABYTE = 1 << 20


class Failed(Exception):
    pass


def check(condition, text, *values):
    if not condition:
        raise Failed(text % values)


def client(place, order="<"):
    """A connection after its setup."""
    one = rawclient.RawClient(place.socket_path(), PROTOCOL, order, timeout_s=20)
    one.setup()
    return one


def raw(place):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.connect(place.socket_path())
    one.settimeout(10)
    return one


def everything(one):
    """What comes until the server closes the connection."""
    out = b""
    while True:
        try:
            chunk = one.recv(65536)
        except ConnectionResetError:
            return out
        if not chunk:
            return out
        out += chunk


def alive(place):
    """The server serves a new client."""
    one = client(place)
    check(one.reply("GetInputFocus") is not None, "no answer to a new client")
    one.close()


# ---- setup -----------------------------------------------------------------------------------------------------------

def setup_byte_order(place):
    """A first byte that is neither l nor B ends the connection."""
    for byte in (0, ord("L"), 255):
        one = raw(place)
        one.sendall(bytes([byte]) + SETUP[1:])
        check(everything(one)[:1] in (b"", b"\0"), "byte order %d was accepted", byte)
        one.close()
    alive(place)


def setup_cut(place):
    """Every beginning of a setup, with authorization data, and then nothing."""
    whole = struct.pack("<BxHHHHxx", ord("l"), 11, 0, 18, 16) + b"MIT-MAGIC-COOKIE-1\0\0" + bytes(16)
    for size in range(len(whole)):
        one = raw(place)
        one.sendall(whole[:size])
        one.close()
    alive(place)


def setup_authorization(place):
    """Authorization that nobody asked for is skipped, whatever its lengths."""
    for name, data in ((b"x", b""), (b"abc", b"12345"), (b"MIT-MAGIC-COOKIE-1", bytes(16)), (b"", b"1234567")):
        one = raw(place)
        body = b"".join(part + bytes(-len(part) % 4) for part in (name, data))
        one.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(data)) + body)
        check(one.recv(1) == b"\1", "authorization %r was refused", name)
        one.close()


def setup_large(place):
    """The largest lengths that the setup can state; the bytes never come."""
    one = raw(place)
    one.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 65535, 65535) + bytes(1000))
    alive(place)
    one.close()
    alive(place)


def setup_dripped(place):
    """A setup and a request, one byte at a time."""
    for order in "<>":
        one = rawclient.RawClient(place.socket_path(), PROTOCOL, order, timeout_s=20)
        real = one.socket
        real.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        one.send = lambda data, real=real: [real.sendall(data[i:i + 1]) for i in range(len(data))]
        one.setup()
        check(one.reply("InternAtom", only_if_exists=0, name=b"DRIPPED") is not None, "no reply to a dripped request")
        one.close()


# ---- requests --------------------------------------------------------------------------------------------------------

def request_cut(place):
    """A request that ends at every byte, and then the connection does."""
    one = client(place)
    data = one.codec.encode_request(PROTOCOL.request("CreateWindow"), 0, {
        "wid": one.base + 1, "parent": one.root, "width": 9, "height": 9, "value_mask": 0x800, "event_mask": 1})
    one.close()
    for size in range(len(data) + 1):
        one = client(place)
        one.send(data[:size])
        one.close()
    alive(place)


def request_dripped_and_joined(place):
    """The same requests in pieces of every size, and all in one write: the same answers."""
    expected = None
    for size in (1, 2, 3, 5, 7, 64, 100000):
        one = client(place)
        data = b"".join(one.codec.encode_request(PROTOCOL.request("InternAtom"), 0, {"name": b"N%d" % i}) for i in range(40))
        for at in range(0, len(data), size):
            one.send(data[at:at + size])
        one.sequence += 39
        answers = [one.packet()[2:12] for _ in range(40)]
        expected = expected or answers
        check(answers == expected, "pieces of %d bytes gave other answers", size)
        one.close()


def sequence_wraps(place):
    """Sequence numbers are 16 bits on the wire and go on past 65535."""
    one = client(place)
    noop = struct.pack("<BxH", 127, 1)
    for _ in range(140):
        one.send(noop * 1000)
        one.sequence += 1000
    check(one.reply("GetInputFocus") is not None, "no reply behind 140000 requests")
    one.close()


def unknown_requests(place):
    """Major opcodes that mean nothing are BadRequest with that opcode; so are minor opcodes of extensions."""
    one = client(place)
    one.find_extensions()
    for major in list(range(120, 127)) + [126, 255, 254, 200]:
        if major in one.majors.values():
            continue
        one.send(struct.pack("<BBHI", major, 5, 2, 0))
        answer = one.answers("GetInputFocus")
        check(len(answer) == 1 and answer[0].startswith("error BadRequest"), "major %d: %s", major, answer)
    for file, major in one.majors.items():
        one.send(struct.pack("<BBHI", major, 250, 2, 0))
        answer = one.answers("GetInputFocus")
        check(len(answer) == 1 and answer[0].startswith("error BadRequest") or file == "glx", "%s minor 250: %s", file, answer)
    one.close()


def request_too_large(place):
    """A length beyond the maximum: the server may answer BadLength or hang up, but it does not collect the bytes."""
    one = client(place)
    one.reply("QueryExtension", name=b"BIG-REQUESTS")
    one.find_extensions({"bigreq"})
    one.reply("bigreq:Enable")
    try:
        one.send(struct.pack("<BxHI", 18, 0, 0x3FFFFFFF) + bytes(64))
        for _ in range(64):
            one.send(bytes(MEGABYTE))
    except rawclient.Closed:
        pass
    one.close()
    alive(place)


def request_large(place):
    """A property of 12 MiB through BIG-REQUESTS arrives whole."""
    one = client(place)
    one.find_extensions({"bigreq"})
    one.reply("bigreq:Enable")
    data = bytes(range(256)) * (12 * MEGABYTE // 256)
    head = struct.pack("<BBHIIIIBxxxI", 18, 0, 0, 7 + len(data) // 4, one.root, 39, 31, 8, len(data))
    one.send(head + data)
    one.sequence += 1
    reply = one.reply("GetProperty", window=one.root, property=39, type=31, long_offset=len(data) // 4 - 4, long_length=100)
    check(reply and bytes(reply["value"]) == data[-16:] and reply["bytes_after"] == 0, "the end of the property is %r",
          reply and reply["value"])
    one.request("DeleteProperty", window=one.root, property=39)
    one.answers("GetInputFocus", 0)
    one.close()


# ---- clients ---------------------------------------------------------------------------------------------------------

def never_reads(place):
    """A client that asks and never reads: others are served at once, memory stays bounded, and it is dropped at last."""
    limit = place.output_limit()
    one = raw(place)
    one.sendall(SETUP)
    one.recv(65536)
    ask = struct.pack("<BxHBBxx", 101, 2, 8, 248) * 512     # GetKeyboardMapping: some kilobytes each
    before, sent = place.resident_bytes(), 0
    one.settimeout(2)
    try:
        while sent < 200 * MEGABYTE:
            sent += one.send(ask)
    except (BrokenPipeError, ConnectionResetError):
        pass
    except socket.timeout:
        pass      # the server stopped reading from it: as good as dropping it
    start = time.monotonic()
    alive(place)
    check(time.monotonic() - start < 5, "others waited %.1f s", time.monotonic() - start)
    if limit:
        grown = place.resident_bytes() - before
        check(grown < 4 * limit + 64 * MEGABYTE, "the server grew by %d MiB", grown // MEGABYTE)
    one.close()
    alive(place)


def opened_and_closed(place):
    """Thousands of connections, most of them abrupt; resource ids do not run out."""
    for index in range(3000):
        one = raw(place)
        if index % 3:
            one.sendall(SETUP)
        if index % 3 == 2:
            check(one.recv(1) == b"\1", "connection %d was refused", index)
        one.close()
    alive(place)


def many_at_once(place):
    """A hundred clients at the same time see the same world."""
    all_ = [client(place) for _ in range(100)]
    bases = {one.base for one in all_}
    check(len(bases) == 100, "two clients have the same ids")
    window = all_[0].base + 1
    all_[0].request("CreateWindow", wid=window, parent=all_[0].root, width=7, height=5)
    all_[0].answers("GetInputFocus", 0)
    for one in all_:
        reply = one.reply("GetGeometry", drawable=window)
        check(reply and reply["width"] == 7, "a client does not see the window")
    for one in all_:
        one.close()
    alive(place)


def retained(place):
    """Resources of clients that left them behind can be used and killed."""
    kept = []
    for index in range(50):
        one = client(place)
        mode = 1 + index % 2
        one.request("SetCloseDownMode", mode=mode)
        one.request("CreateWindow", wid=one.base + 1, parent=one.root, width=index + 1, height=5)
        one.answers("GetInputFocus", 0)
        kept.append((one.base + 1, mode))
        one.close()
    watcher = client(place)
    for window, _ in kept:
        wait_for(lambda w=window: watcher.reply("GetGeometry", drawable=w) is not None, "a retained window is gone")
    watcher.request("KillClient", resource=0)
    for window, mode in kept:
        there = watcher.reply("GetGeometry", drawable=window) is not None
        check(there == (mode == 1), "mode %d after KillClient(AllTemporary): there=%s", mode, there)
    for window, mode in kept:
        if mode == 1:
            watcher.request("KillClient", resource=window)
            check(watcher.reply("GetGeometry", drawable=window) is None, "a killed window is there")
    watcher.close()


def wait_for(condition, text):
    end = time.monotonic() + 5
    while not condition():
        check(time.monotonic() < end, text)
        time.sleep(0.005)


def grab_dies_with_its_client(place):
    """A server grab ends when its client does, however it goes."""
    holder, other = client(place), client(place)
    holder.request("GrabServer")
    holder.answers("GetInputFocus", 0)
    other.request("GetInputFocus")
    holder.send(b"\1\0\20\0half")
    holder.close()
    check(other.receive(32)[0] == 1, "the other client was not served after the grab")
    other.close()


def waiting_client_leaves(place):
    """A client that waits for a counter (SYNC) goes away, and so does the one whose counter it is."""
    for waiter_first in (True, False):
        owner, waiter = client(place), client(place)
        for one in (owner, waiter):
            one.find_extensions({"sync"})
            one.reply("sync:Initialize", desired_major_version=3, desired_minor_version=1)
        owner.request("sync:CreateCounter", id=owner.base + 1)
        owner.answers("GetInputFocus", 0)
        waiter.request("sync:Await", wait_list=[struct.pack("<IIiIIiI", owner.base + 1, 0, 0, 9, 2, 0, 0)])
        waiter.request("GetInputFocus")
        owner.answers("GetInputFocus", 0)
        (waiter if waiter_first else owner).close()
        alive(place)
        (owner if waiter_first else waiter).close()
    alive(place)


def regions_grow(place):
    """Regions that lie across each other make the square of what was sent: there is an end to it, and to how many are kept."""
    one = client(place)
    one.find_extensions({"xfixes", "shape"})
    one.reply("xfixes:QueryVersion", client_major_version=5, client_minor_version=0)
    columns = [{"x": 2 * i, "y": 0, "width": 1, "height": 2000} for i in range(1000)]
    rows = [{"x": 0, "y": 2 * i, "width": 2000, "height": 1} for i in range(1000)]
    for region, rectangles in ((1, columns), (2, rows), (3, [])):
        one.request("xfixes:CreateRegion", region=one.base + region, rectangles=rectangles)
    check(not one.answers("GetInputFocus", 0), "a thousand rectangles are refused")
    one.request("xfixes:UnionRegion", source1=one.base + 1, source2=one.base + 2, destination=one.base + 3)
    check("BadAlloc" in "".join(one.answers("GetInputFocus", 0)), "a million rectangles are not")
    one.request("shape:Rectangles", destination_window=one.root, rectangles=columns + rows)
    check("BadAlloc" in "".join(one.answers("GetInputFocus", 0)), "two thousand that lie across each other are not")
    one.close()
    alive(place)


def garbage(place):
    """Random bytes after a good setup."""
    import random
    generator = random.Random(7)
    for _ in range(150):
        one = raw(place)
        one.sendall(SETUP + bytes(generator.getrandbits(8) for _ in range(generator.randrange(4, 3000))))
        one.settimeout(0.01)
        try:
            one.recv(65536)
        except OSError:
            pass
        one.close()
    alive(place)


CHECKS = [setup_byte_order, setup_cut, setup_authorization, setup_large, setup_dripped, request_cut,
          request_dripped_and_joined, sequence_wraps, unknown_requests, request_too_large, request_large, never_reads,
          opened_and_closed, many_at_once, retained, grab_dies_with_its_client,
          waiting_client_leaves, regions_grow, garbage]


def main(checks):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--host")
    parser.add_argument("--preload")
    parser.add_argument("--xvfb", action="store_true")
    options = parser.parse_args()
    failed = 0
    try:
        with places.place_for(options) as place:
            for one in checks:
                if options.names and one.__name__ not in options.names:
                    continue
                start = time.monotonic()
                try:
                    one(place)
                    print("ok      %-28s %.2f s" % (one.__name__, time.monotonic() - start), flush=True)
                except (Failed, rawclient.Closed, OSError) as problem:
                    failed += 1
                    print("FAILED  %s: %r" % (one.__name__, problem), flush=True)
            report = place.finish()
            if report:
                failed += 1
                print(report)
    except (hosts.Skip, FileNotFoundError) as reason:
        print(reason)
        return 77
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(CHECKS))
