#!/usr/bin/env python3
"""Make what the X11 fuzzer starts from, out of the protocol's description.

    seeds.py --templates OUT.c --corpus FOLDER

Templates are well-formed requests in native order, one for each request and a few with values; the corpus holds one
input per extension: a client that makes one resource of each kind and then sends every request. Ids are those that a
fresh server gives to its first client.
"""

import argparse
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto"))

import cases       # noqa: E402
import hand        # noqa: E402
import rawclient   # noqa: E402
import values      # noqa: E402
import wire        # noqa: E402
import world       # noqa: E402
import xcbxml      # noqa: E402
from xcbxml import Field, List, Switch  # noqa: E402



class Paper(world.World):
    """A world that writes its requests down instead of sending them."""

    def __init__(self, protocol, majors, order="<", base=1 << 21):
        self.protocol, self.order, self.majors = protocol, order, majors
        self.codec = wire.Codec(protocol, order)
        self.base, self.root, self.visual, self.colormap = base, 0x80, 0x21, 0x20
        self.formats, self.outputs = {}, {}
        self.files, self.known = set(majors), {"formats": {24: 0x62, 32: 0x63, 8: 0x61}, "outputs": {"OUTPUT": 0x41, "CRTC": 0x40, "MODE": 0x42}}
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




# ---- requests with something in their lists ----------------------------------------------------------------------------

ELEMENTS = 4


def small(chance, bits):
    """A number as coordinates and sizes are, mostly."""
    return chance.choice((0, 1, 2, 3, chance.randrange(8), chance.randrange(64), chance.randrange(-20, 120))) & (1 << bits) - 1


def value_of(paper, module, name, chance):
    """Something sensible of a type by name."""
    category, detail = paper.protocol.resolve(name, module)
    if name in world.OF_TYPE:
        return paper.id(world.OF_TYPE[name])
    if category in ("fixed", "xid"):
        return small(chance, 8 * detail[1] if category == "fixed" else 32)
    if detail.union:
        return bytes(chance.randrange(256) for _ in range(max(paper.codec.fixed_size(m, detail.module) for m in detail.members)))
    return {**{m.name: value_of(paper, detail.module, m.type, chance) for m in detail.members if isinstance(m, Field)},
            **lists_of(paper, detail.module, detail.members, chance)}


def lists_of(paper, module, members, chance):
    """Elements for the lists whose length is a field, or what is left."""
    out = {}
    for member in members:
        if not isinstance(member, List) or not (member.length is None or member.length.tag == "fieldref"):
            continue
        out[member.name] = [value_of(paper, module, member.type, chance) for _ in range(ELEMENTS)]
    return out


def filled_request(paper, request, chance, changes=None):
    whole = values.of_request(paper, request)
    for name, value in lists_of(paper, request.module, request.members, chance).items():
        whole.setdefault(name, value)
    for member in request.members:
        if isinstance(member, Field) and member.type in ("INT16", "CARD16") and member.name in whole and chance.randrange(2):
            if not values.is_length_of_a_list(request, member):
                whole[member.name] = small(chance, 16)
    whole.update(changes or {})
    return paper.codec.encode_request(request, paper.majors.get(request.module.file, 0), whole)


def requests_of(paper, file):
    return [r for r in cases.requests(paper.protocol, [file], every=True) if r.full_name not in ("xproto:GrabServer", "xproto:KillClient")]


def whole_requests(paper, file):
    for request in requests_of(paper, file):
        yield paper.codec.encode_request(request, paper.majors.get(file, 0), values.of_request(paper, request))


def filled_requests(paper, file, chance):
    """Each request with elements in its lists, and once with each value that one of its fields may have by name."""
    for request in requests_of(paper, file):
        yield filled_request(paper, request, chance)
        for member in request.members:
            name = isinstance(member, Field) and member.expr is None and (member.enum or member.altenum)
            if name:
                for value in sorted(set(paper.protocol.enum(name, request.module).values()))[:20]:
                    yield filled_request(paper, request, chance, {member.name: value})


def value_list(paper, request, chance, selector, ranges):
    """A request with a value list: some of the values at once. `ranges` has how far each value goes that is no id."""
    switch = next(m for m in request.members if isinstance(m, Switch))
    mask, chosen = 0, {}
    for _, refs, inner, _ in switch.cases:
        if chance.randrange(3) or len(inner) != 1:
            continue
        name, kind = inner[0].name, inner[0].type
        mask |= paper.protocol.enum(refs[0].get("ref"), request.module)[refs[0].text]
        if kind in world.OF_TYPE:
            chosen[name] = paper.id(ranges.get(name, world.OF_TYPE[kind]))
        else:
            chosen[name] = chance.randrange(ranges.get(name, 3))
    return filled_request(paper, request, chance, {selector: mask, **chosen})


GC_RANGES = {"function": 16, "plane_mask": 1 << 32, "foreground": 1 << 32, "background": 1 << 32, "line_width": 12, "line_style": 3,
             "cap_style": 4, "join_style": 3, "fill_style": 4, "fill_rule": 2, "arc_mode": 2, "dashes": 9, "dash_offset": 20,
             "tile": world.PIXMAP, "stipple": world.BITMAP, "clip_mask": world.BITMAP, "clip_x_origin": 20, "clip_y_origin": 20,
             "tile_stipple_x_origin": 20, "tile_stipple_y_origin": 20, "subwindow_mode": 2}
ALL = bytes([255, 255, 255, 15])
PAINTED = 0x30              # a picture of the window
# One that hears of everything, and RENDER with glyphs and a picture of a window.
WATCHING = [
    ("ChangeWindowAttributes", {"window": world.WINDOW, "value_mask": 0x800, "event_mask": 0x1FFFFFF & ~0x1C0000}),
    ("ChangeWindowAttributes", {"window": "root", "value_mask": 0x800, "event_mask": 0x1FFFFFF & ~0x1C0000}),
    ("xinput:XISelectEvents", {"window": "root", "masks": [{"deviceid": 0, "mask_len": 1, "mask": ALL}], "num_mask": 1}),
    ("xinput:XISelectEvents", {"window": world.WINDOW, "masks": [{"deviceid": 1, "mask_len": 1, "mask": ALL}], "num_mask": 1}),
    ("shape:SelectInput", {"operation": 1}), ("screensaver:SelectInput", {"event_mask": 3}),
    ("shm:PutImage", {"send_event": 1}), ("ConfigureWindow", {"window": world.WINDOW, "value_mask": 3, "x": 40, "y": 30}),
    ("render:CreatePicture", {"pid": PAINTED, "drawable": world.WINDOW, "format": 0x62, "value_mask": 0}),
    ("render:AddGlyphs", {"glyphs_len": 2, "glyphids": [1, 2], "glyphs": [{"width": 4, "height": 4, "x_off": 5}] * 2,
                          "data": bytes(range(0, 160, 5))}),
    ("render:CompositeGlyphs8", {"op": 3, "src": world.PICTURE, "dst": PAINTED, "mask_format": 0x61,
                                 "glyphcmds": bytes([2, 0, 0, 0, 3, 0, 4, 0, 1, 2, 0, 0])}),
    ("render:CompositeGlyphs16", {"op": 3, "src": world.PICTURE, "dst": PAINTED, "mask_format": 0,
                                  "glyphcmds": bytes([1, 0, 0, 0, 3, 0, 4, 0, 1, 0, 0, 0])}),
    ("render:Composite", {"op": 3, "src": world.PICTURE, "mask": 0, "dst": PAINTED}),
    ("render:Composite", {"op": 12, "src": PAINTED, "mask": 0, "dst": world.PICTURE}),
    ("render:Trapezoids", {"op": 3, "src": world.PICTURE, "dst": PAINTED, "mask_format": 0x61}),
    ("render:Triangles", {"op": 3, "src": world.PICTURE, "dst": PAINTED, "mask_format": 0x61}),
    ("render:TriStrip", {"op": 3, "src": world.PICTURE, "dst": PAINTED, "mask_format": 0}),
    ("render:TriFan", {"op": 1, "src": world.PICTURE, "dst": PAINTED, "mask_format": 0x61}),
    ("render:FillRectangles", {"op": 3, "dst": PAINTED}),
]
DRAWING = ["PolyPoint", "PolyLine", "PolySegment", "PolyRectangle", "PolyArc", "FillPoly", "PolyFillRectangle", "PolyFillArc"]


def together(paper, chance):
    """Requests that mean something only together."""
    create, change = paper.protocol.request("CreateGC"), paper.protocol.request("ChangeGC")
    for _ in range(30):
        yield value_list(paper, create, chance, "value_mask", GC_RANGES)
        yield value_list(paper, change, chance, "value_mask", GC_RANGES)
        for name in DRAWING:
            yield filled_request(paper, paper.protocol.request(name), chance)
    for name, fields in WATCHING:
        yield filled_request(paper, paper.protocol.request(name), chance, {
            key: paper.root if value == "root" else paper.id(value) if key in ("window", "drawable", "pid", "src", "dst", "glyphset")
            and value else value for key, value in fields.items()})
    fake = paper.protocol.request("xtest:FakeInput")
    for kind, details in ((2, (38, 50, 66, 77, 255)), (4, (1, 2, 3, 5, 10))):
        for detail in details:
            for up in (0, 1):
                yield filled_request(paper, fake, chance, {"type": kind + up, "detail": detail, "time": 0})
    for what in ("render:CreatePicture", "render:ChangePicture"):
        for _ in range(8):
            yield value_list(paper, paper.protocol.request(what), chance, "value_mask", {"repeat": 4, "polyedge": 2, "polymode": 2,
                             "componentalpha": 2, "alphamap": world.PICTURE, "clipmask": world.BITMAP})


def requests_in(body):
    at = 0
    while at < len(body):
        size = body[at + 1] | body[at + 2] << 8
        if body[at] >> 2 == hand.REQUEST and size >= 4:
            yield body[at + 3:at + 3 + size]
        at += 3 + size


def templates(paper):
    chance = random.Random(5)
    out = [data for file in ["xproto"] + sorted(paper.majors) for data in whole_requests(paper, file)]
    out += [data for file in ["xproto"] + sorted(paper.majors) for data in filled_requests(paper, file, chance)]
    out += list(together(paper, chance))
    for name in ("CreateWindow", "ChangeWindowAttributes", "ConfigureWindow", "CreateGC", "ChangeGC", "ChangeKeyboardControl"):
        request = paper.protocol.request(name)
        for case in cases.switch_cases(paper.protocol, request):
            if case.name.endswith(("-one", "-window")):
                out.append(case.build(paper)[0])
    out += [data for _, body in hand.inputs(lambda: Paper(paper.protocol, paper.majors)) for data in requests_in(body)]
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
            body = b"".join(hand.chunk(data) for data in one.written + list(whole_requests(one, file)))
            body += b"".join(hand.chunk(filled_request(one, request, random.Random(7))) for request in requests_of(one, file))
            with open(os.path.join(options.corpus, "%s-%d" % (file, flags)), "wb") as out:
                out.write(bytes([flags]) + body)
    for index in range(6):      # drawing with all kinds of contexts, keys and buttons
        one = Paper(protocol, majors)
        rows = list(together(one, random.Random(index)))
        with open(os.path.join(options.corpus, "together-%d" % index), "wb") as out:
            out.write(b"\0" + b"".join(hand.chunk(data) for data in one.written + rows[index * 60:index * 60 + 60] + rows[-40:]))
    for flags in (0, 16, 32, 64):
        for name, body in hand.inputs(lambda: Paper(protocol, majors)):
            with open(os.path.join(options.corpus, "%s-%d" % (name, flags)), "wb") as out:
                out.write(bytes([flags]) + body)
    with open(os.path.join(options.corpus, "setup"), "wb") as out:   # a setup of the input's own, then a request
        out.write(b"\0" + hand.chunk(b"l\0\x0b\0\0\0\x03\0\x05\0\0\0abc\0hello\0\0\0", 1, 0) + hand.chunk(b"\x2b\0\1\0", 1))


if __name__ == "__main__":
    main()
