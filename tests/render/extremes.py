"""What no program should send through RENDER: coordinates at the ends of their range, transformations that lead nowhere,
kernels and gradients that would take minutes, pictures whose drawables are gone. The server, with sanitizers, answers as
before after each.

    extremes.py --host PROXY
"""

import argparse
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto"))

import hosts  # noqa: E402
import rawclient  # noqa: E402
import world  # noqa: E402
import xcbxml  # noqa: E402

ENDS = [-2**31, -2**31 + 1, -2**30, -65536 * 40, -65536, -1, 0, 1, 65535, 65536, 65536 * 30, 2**30, 2**31 - 65536,
        2**31 - 1]
COORDINATES = [-32768, -32767, -1, 0, 1, 20, 32767]
OPS = [0, 1, 3, 5, 8, 12, 13, 0x13, 0x2B, 0x30, 0x3B]
(CREATE, CHANGE, CLIP, FREE, COMPOSITE, TRAPS, TRIANGLES, STRIP, FAN, GLYPHSET, ADD_GLYPHS, GLYPHS, FILL, TRANSFORM, FILTER,
 ADD_TRAPS, SOLID, LINEAR, RADIAL, CONICAL) = (4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 20, 23, 26, 28, 30, 32, 33, 34, 35, 36)
BAD_ALLOC, BAD_DRAWABLE = 11, 9


class Drawer:
    """A connection with a target of each kind."""

    def __init__(self, client):
        self.client, self.next = client, 0x400
        self.major = client.majors["render"]
        self.random = random.Random(5)
        client.request("CreatePixmap", pid=client.id(0x300), drawable=client.root, depth=8, width=40, height=30)
        client.request("CreatePixmap", pid=client.id(0x301), drawable=client.root, depth=32, width=1, height=1)
        client.request("CreatePixmap", pid=client.id(0x302), drawable=client.root, depth=1, width=40, height=30)
        self.window = self.picture(client.id(world.WINDOW), 24)
        self.alpha = self.picture(client.id(0x300), 8)
        self.bits = self.picture(client.id(0x302), 1)
        self.dot = self.picture(client.id(0x301), 32, 1)

    def send(self, minor, format_, *values, tail=b""):
        """The error that it is answered with, or 0."""
        body = struct.pack("<" + format_, *values) + tail
        body += bytes(-len(body) % 4)
        words = 1 + len(body) // 4
        if words > 65535:
            self.client.send(struct.pack("<BBHI", self.major, minor, 0, words + 1) + body)
        else:
            self.client.send(struct.pack("<BBH", self.major, minor, words) + body)
        self.client.send(struct.pack("<BBH", 43, 0, 1))
        error = 0
        while True:
            head = self.client.receive(32)
            if head[0] == 0:
                error = head[1]
            elif head[0] == 1:
                self.client.receive(4 * struct.unpack_from("<I", head, 4)[0])
                return error

    def new(self):
        self.next += 1
        return self.client.id(self.next)

    def picture(self, drawable, depth, repeat=0):
        picture = self.new()
        assert self.send(CREATE, "IIIII", picture, drawable, self.client.formats[depth], 1, repeat) == 0
        return picture

    def ends(self, count):
        return [self.random.choice(ENDS) for _ in range(count)]

    def target(self):
        return self.random.choice([self.window, self.alpha, self.bits])

    def mask(self):
        return self.random.choice([0, self.client.formats[1], self.client.formats[4], self.client.formats[8]])


def shapes(d):
    for minor, values in [(TRAPS, 10), (TRIANGLES, 6), (STRIP, 2), (FAN, 2)] * 150:
        numbers = d.ends(values * d.random.randint(1, 4))
        if minor == TRAPS and d.random.random() < 0.5:
            numbers[:2] = sorted(numbers[:2])
        assert d.send(minor, "BxxxIIIhh%di" % len(numbers), d.random.choice(OPS), d.dot, d.target(), d.mask(),
                      d.random.choice(COORDINATES), d.random.choice(COORDINATES), *numbers) == 0
    for _ in range(150):
        d.send(ADD_TRAPS, "Ihh18i", d.random.choice([d.alpha, d.bits, d.window]), d.random.choice(COORDINATES),
               d.random.choice(COORDINATES), *d.ends(18))


def transforms(d):
    for _ in range(300):
        source, name = d.random.choice([d.dot, d.alpha, d.bits]), d.random.choice([b"bilinear", b"nearest"])
        d.send(TRANSFORM, "I9i", source, *d.ends(9))
        d.send(CHANGE, "III", source, 1, d.random.randrange(4))
        d.send(FILTER, "IHxx", source, len(name), tail=name)
        error = d.send(COMPOSITE, "BxxxIII6h2H", d.random.choice(OPS), source, 0, d.target(),
                       *[d.random.choice(COORDINATES) for _ in range(6)], 65535, 65535)
        assert error in (0, BAD_ALLOC), error
    d.send(TRANSFORM, "I9i", d.dot, 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    d.send(CHANGE, "III", d.dot, 1, 1)


def fills(d):
    for minor, geometry in [(LINEAR, 4), (RADIAL, 6), (CONICAL, 3)] * 60:
        fill = d.new()
        colors = b"".join(struct.pack("<4H", *[d.random.choice([0, 1, 0xFFFF])] * 4) for _ in range(3))
        stops = sorted(d.random.choices([0, 1, 65536], k=3))
        error = d.send(minor, "I%diI3i" % geometry, fill, *d.ends(geometry), 3, *stops, tail=colors)
        assert error == 0, error
        d.send(TRANSFORM, "I9i", fill, *d.ends(9))
        d.send(CHANGE, "III", fill, 1, d.random.randrange(4))
        d.send(COMPOSITE, "BxxxIII6h2H", 3, fill, 0, d.target(), *[d.random.choice(COORDINATES) for _ in range(6)],
               65535, 65535)


def glyphs(d):
    glyphset = d.new()
    assert d.send(GLYPHSET, "II", glyphset, d.client.formats[8]) == 0
    for i in range(20):
        width, height = d.random.randint(0, 20), d.random.randint(0, 20)
        place = [d.random.choice(COORDINATES) if i > 4 else 2 for _ in range(4)]
        assert d.send(ADD_GLYPHS, "III2H4h", glyphset, 1, i, width, height, *place,
                      tail=bytes([255] * ((width + 3) // 4 * 4 * height))) == 0
    for _ in range(300):
        lists = b""
        for _ in range(3):
            ids = bytes(d.random.randrange(22) for _ in range(8))
            lists += struct.pack("<Bxxxhh", 8, d.random.choice(COORDINATES), d.random.choice(COORDINATES)) + ids
        assert d.send(GLYPHS, "BxxxIIIIhh", d.random.choice(OPS), d.dot, d.target(), d.mask(), glyphset,
                      d.random.choice(COORDINATES), d.random.choice(COORDINATES), tail=lists) == 0
    assert d.send(ADD_GLYPHS, "III2H4h", glyphset, 1, 1, 65535, 65535, 0, 0, 0, 0) == 16   # no image for it
    assert d.send(ADD_GLYPHS, "II", glyphset, 2**32 - 1) == 16


def scrambled(d):
    """Requests of words that are ids, formats, numbers of a kind and ends of ranges, in no order."""
    ids = [d.window, d.alpha, d.bits, d.dot, d.client.id(0x300), d.client.id(world.WINDOW), d.client.id(0x302), 0]
    ids += [d.client.id(0x401 + i) for i in range(30)]
    for i in range(4000):
        minor = d.random.choice([m for m in range(4, 37) if m not in (7, 19, 29)])   # nothing is freed, nothing replied
        words = []
        for _ in range(d.random.randint(0, 16)):
            kind = d.random.random()
            if kind < 0.45:
                words.append(d.random.choice(ids))
            elif kind < 0.6:
                words.append(d.random.choice(list(d.client.formats.values())))
            elif kind < 0.8:
                words.append(d.random.choice(ENDS) & 0xFFFFFFFF)
            else:
                words.append(d.random.choice([0, 1, 2, 3, 8, 12, 0x30, 0xFF, 0x10001, 0x200010, 0xFF00FF]))
        tail = bytes(d.random.randrange(256) for _ in range(4 * d.random.randint(0, 8))) if d.random.random() < 0.3 else b""
        if words and minor in (COMPOSITE, TRAPS, TRIANGLES, STRIP, FAN, GLYPHS, 24, 25, FILL):
            words[0] = d.random.choice(OPS)
        d.send(minor, "%dI" % len(words), *words, tail=tail)


def too_much(d):
    """Refused, and at once: nothing here waits for minutes."""
    fill, count = d.new(), 500000
    assert d.send(LINEAR, "I4iI", fill, 0, 0, 65536 * 40, 0, count, tail=bytes(12 * count)) == 0
    client = d.client
    client.request("CreatePixmap", pid=client.id(0x310), drawable=client.root, depth=32, width=4000, height=4000)
    large = d.picture(client.id(0x310), 32)
    area = (0, 0, 0, 0, 0, 0, 4000, 4000)
    assert d.send(COMPOSITE, "BxxxIII6h2H", 1, fill, 0, large, *area) == BAD_ALLOC
    kernel = struct.pack("<2i", 600 * 65536, 600 * 65536) + bytes(4 * 600 * 600)
    assert d.send(FILTER, "IHxx", d.dot, 11, tail=b"convolution\0" + kernel) == 0
    assert d.send(COMPOSITE, "BxxxIII6h2H", 1, d.dot, 0, large, *area) == BAD_ALLOC
    assert d.send(FILTER, "IHxx", d.dot, 7, tail=b"nearest") == 0
    d.send(TRANSFORM, "I9i", d.dot, 65536 * 8, 0, 0, 0, 65536 * 8, 0, 0, 0, 65536)
    assert d.send(COMPOSITE, "BxxxIII6h2H", 1, d.dot, 0, large, *area) == BAD_ALLOC
    d.send(TRANSFORM, "I9i", d.dot, 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    assert d.send(COMPOSITE, "BxxxIII6h2H", 1, d.dot, 0, large, *area) == 0


def gone(d):
    client = d.client
    client.request("CreatePixmap", pid=client.id(0x320), drawable=client.root, depth=24, width=5, height=5)
    kept, child = d.picture(client.id(0x320), 24), d.picture(client.id(world.CHILD), 24)
    client.request("FreePixmap", pixmap=client.id(0x320))
    assert d.send(COMPOSITE, "BxxxIII6h2H", 1, kept, 0, d.window, 0, 0, 0, 0, 0, 0, 50, 50) == 0
    assert d.send(FILL, "BxxxI4H4h", 1, kept, 1, 2, 3, 4, 0, 0, 9, 9) == 0
    client.request("DestroyWindow", window=client.id(world.CHILD))
    assert d.send(COMPOSITE, "BxxxIII6h2H", 1, child, 0, d.window, 0, 0, 0, 0, 0, 0, 50, 50) == 143   # goes with its window
    assert d.send(CHANGE, "IIII", d.alpha, 6, d.alpha, 3) == 0                                        # its own alpha map
    assert d.send(COMPOSITE, "BxxxIII6h2H", 3, d.alpha, d.alpha, d.alpha, 0, 0, 1, 1, 2, 2, 50, 50) == 0
    solid = d.new()
    assert d.send(SOLID, "I4H", solid, 1, 2, 3, 4) == 0
    assert d.send(FILL, "BxxxI4H4h", 3, solid, 1, 2, 3, 4, 0, 0, 9, 9) == BAD_DRAWABLE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", required=True)
    options = parser.parse_args()
    try:
        with hosts.Host(options.host) as host:
            for part in (shapes, transforms, fills, glyphs, scrambled, too_much, gone):
                client = world.World(host.socket_path(), xcbxml.Protocol(), files={"render", "bigreq"}, timeout_s=100)
                client.reply("bigreq:Enable")
                part(Drawer(client))
                client.close()
            complaint = host.finish()
    except hosts.Skip as reason:
        print("SKIP: %s" % reason)
        return 77
    except rawclient.Closed:
        complaint = "the connection was closed"
    print(complaint or "all answered")
    return 1 if complaint else 0


if __name__ == "__main__":
    sys.exit(main())
