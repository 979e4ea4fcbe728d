#!/usr/bin/env python3
"""Make what the X11 fuzzer starts from, out of the protocol's description.

    seeds.py --templates OUT.c --corpus FOLDER

Templates are well-formed requests in native order, one for each request and a few with values; the corpus holds one
input per extension: a client that makes one resource of each kind and then sends every request. Ids are those that a
fresh server gives to its first client.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto"))

import cases       # noqa: E402
import rawclient   # noqa: E402
import values      # noqa: E402
import wire        # noqa: E402
import world       # noqa: E402
import xcbxml      # noqa: E402

# Major opcodes of our server, as QueryExtension would tell: read from the source, so that they cannot differ.
REQUEST_CHUNK = 1


class Paper(world.World):
    """A world that writes its requests down instead of sending them."""

    def __init__(self, protocol, majors, order="<", base=1 << 21):
        self.protocol, self.order, self.majors = protocol, order, majors
        self.codec = wire.Codec(protocol, order)
        self.base, self.root, self.visual, self.colormap = base, 0x80, 0x21, 0x20
        self.formats, self.outputs = {}, {}
        self.files, self.known = set(majors), {"formats": {24: 1, 32: 2, 8: 3}, "outputs": {"OUTPUT": 1, "CRTC": 2, "MODE": 3}}
        self.written, self.sequence = [], 0
        self.decoder = type("Names", (), {"names": {}})
        self._make_core()
        self._make_extensions()

    def shmid(self):
        return 1

    def send(self, data):
        self.written.append(data)


def majors_of(source):
    """{xcb-proto file: major opcode} from a table `NAME MAJOR` that the build took from the server."""
    found = {}
    with open(source) as lines:
        for line in lines:
            name, _, major = line.strip().rpartition(" ")
            for file, extension in rawclient.EXTENSIONS.items():
                if extension == name:
                    found[file] = int(major)
    return found


def chunk(data, client=0, kind=REQUEST_CHUNK):
    return bytes([client | kind << 2, len(data) & 255, len(data) >> 8]) + data


def whole_requests(paper, file):
    for request in cases.requests(paper.protocol, [file]):
        if request.full_name in ("xproto:GrabServer", "xproto:KillClient"):
            continue
        yield paper.codec.encode_request(request, paper.majors.get(file, 0), values.of_request(paper, request))


def templates(paper):
    out = [data for file in ["xproto"] + sorted(paper.majors) for data in whole_requests(paper, file)]
    for name in ("CreateWindow", "ChangeWindowAttributes", "ConfigureWindow", "CreateGC", "ChangeGC", "ChangeKeyboardControl"):
        request = paper.protocol.request(name)
        for case in cases.switch_cases(paper.protocol, request):
            if case.name.endswith(("-one", "-window")):
                out.append(case.build(paper)[0])
    return [data for data in dict.fromkeys(out) if len(data) <= 1024]


def write_templates(path, rows):
    with open(path, "w") as out:
        out.write('/* Made by seeds.py. */\n#include "x11_fuzz.h"\n\n')
        for index, data in enumerate(rows):
            out.write("static const uint8_t t%d[] = { %s };\n" % (index, ", ".join(str(b) for b in data)))
        out.write("\nconst struct fuzz_template fuzz_templates[] = {\n")
        for index in range(len(rows)):
            out.write("    { sizeof t%d, t%d },\n" % (index, index))
        out.write("};\nconst unsigned fuzz_template_count = %d;\n" % len(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--majors", required=True)
    parser.add_argument("--templates", required=True)
    parser.add_argument("--corpus", required=True)
    options = parser.parse_args()
    protocol, majors = xcbxml.Protocol(), majors_of(options.majors)
    paper = Paper(protocol, majors)
    write_templates(options.templates, templates(paper))
    os.makedirs(options.corpus, exist_ok=True)
    for flags, order in ((0, "<"), (1, ">"), (16, "<")):
        for file in ["xproto"] + sorted(majors):
            one = Paper(protocol, majors, order)
            body = b"".join(chunk(data) for data in one.written + list(whole_requests(one, file)))
            with open(os.path.join(options.corpus, "%s-%d" % (file, flags)), "wb") as out:
                out.write(bytes([flags]) + body)
    with open(os.path.join(options.corpus, "setup"), "wb") as out:   # a setup of the input's own, then a request
        out.write(b"\0" + chunk(b"l\0\x0b\0\0\0\x03\0\x05\0\0\0abc\0hello\0\0\0", 1, 0) + chunk(b"\x2b\0\1\0", 1))


if __name__ == "__main__":
    main()
