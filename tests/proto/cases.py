"""Test cases for every request, made from the protocol's description.

A case is a name and a function that, given a world, returns the bytes to send and the number of requests they are.
Names say what is wrong: length-2, id-drawable-wrongtype, value-mode-high, bit-event_mask-bad…
"""

import struct

import values as v
import world as w
from xcbxml import FIXED, Field, List, Switch

# Requests that are not sent whole, and why. Their lengths are tested all the same.
NOT_SENT = {
    "xproto:KillClient": "would kill the clients of other cases", "xproto:SetAccessControl": "locks the tests out of Xvfb",
    "xproto:ChangeHosts": "changes Xvfb for later cases", "xproto:GrabServer": "blocks Xvfb's other clients",
    "xproto:GetMotionEvents": "history differs", "xproto:SetFontPath": "fonts of the machine",
    "xproto:ListFonts": "fonts of the machine", "xproto:ListFontsWithInfo": "fonts of the machine",
    "xproto:SetModifierMapping": "changes Xvfb for later cases", "xproto:ChangeKeyboardMapping": "changes Xvfb for later cases",
    "xproto:SetPointerMapping": "changes Xvfb for later cases", "xproto:ChangeKeyboardControl": "changes Xvfb for later cases",
    "sync:Await": "waits, as it should", "sync:AwaitFence": "waits, as it should",
    "randr:SetScreenConfig": "changes Xvfb for later cases", "randr:SetScreenSize": "changes Xvfb for later cases",
    "randr:SetCrtcConfig": "changes Xvfb for later cases", "xkb:GetKbdByName": "loads files of the machine",
    "xkb:SetDebuggingFlags": "a debugging aid of Xorg",
}


# Fields left at their sensible value.
NOT_VARIED = {("xtest:FakeInput", "time"): "a delay, which is kept"}


class Case:
    """`build(world)` gives (bytes, number of requests), or (None, 0) where there is nothing to try; `fresh` asks for a connection of its own."""

    def __init__(self, request, name, build, fresh):
        self.request, self.name, self.build, self.fresh = request, name, build, fresh

    @property
    def full_name(self):
        return "%s/%s" % (self.request.full_name, self.name)


def encoded(world, request, changes=None):
    values = v.of_request(world, request)
    values.update(changes(world) if changes else {})
    return world.codec.encode_request(request, world.majors.get(request.module.file, 0), values)


def with_length(world, data, words, claimed=None):
    """`data` cut or filled up to `words` words, its length field saying `claimed` (default: the truth)."""
    data = data[:4 * words].ljust(4 * words, b"\0")
    return data[:2] + struct.pack(world.order + "H", words if claimed is None else claimed) + data[4:]


def length_cases(request):
    """Every length shorter than a well-formed request's, and some longer."""
    def cut(words):
        def build(world):
            data = encoded(world, request)
            return (with_length(world, data, words), 1) if words < len(data) // 4 else (None, 0)
        return build

    def longer(extra):
        return lambda world: ((lambda d: with_length(world, d, len(d) // 4 + extra))(encoded(world, request)), 1)

    def zero(world):
        data = encoded(world, request)
        return data[:2] + b"\0\0", 1

    for words in range(1, 33):
        yield Case(request, "length-%d" % words, cut(words), False)
    for extra in (1, 2, 7):
        yield Case(request, "length+%d" % extra, longer(extra), False)
    yield Case(request, "length-zero", zero, False)


def id_cases(request):
    """Ids that are none, unknown, another client's, of another kind."""
    creates = v.CREATES.get(request.full_name)
    for member in request.members:
        if not isinstance(member, Field):
            continue
        if member.type in w.OF_TYPE or member.type in ("OUTPUT", "CRTC", "MODE", "PICTFORMAT", "VISUALID", "BARRIER", "PROVIDER"):
            wrong = w.GC if w.OF_TYPE.get(member.type) != w.GC else w.WINDOW
            bad = {"none": lambda world: 0, "one": lambda world: 1, "unused": lambda world: world.id(w.UNUSED),
                   "foreign": lambda world: 0x1FFFFFFF, "high": lambda world: 0xFFFFFFFF,
                   "wrongkind": lambda world, kind=wrong: world.id(kind)}
            if member.name != creates:
                bad["inputonly"] = lambda world: world.id(w.INPUT_ONLY)
        elif member.type == "ATOM":
            bad = {"none": lambda world: 0, "unknown": lambda world: 0x00FFFFFF, "high": lambda world: 0xFFFFFFFF}
        else:
            continue
        for name, make in bad.items():
            yield value_case(request, "id-%s-%s" % (member.name, name), member.name, make)


def value_case(request, name, field, make):
    def build(world):
        return encoded(world, request, lambda wd: {field: make(wd)}), 1
    return Case(request, name, build, True)


def numbers_for(protocol, module, field):
    """Values of a plain field worth trying, by name."""
    size = FIXED.get(field.type, ("I", 4))[1] or 4
    kind, detail = protocol.resolve(field.type, module)
    if kind == "fixed":
        size = detail[1]
    highest = (1 << 8 * size) - 1
    numbers = {"zero": 0, "one": 1, "high": highest, "half": highest >> 1}
    for name in (field.enum, field.mask, field.altenum):
        known = protocol.enum(name, module) if name else {}
        if known:
            numbers["beyond"] = (max(known.values()) + 1) & highest
            for index, value in enumerate(sorted(set(known.values()))[:12]):
                numbers["enum%d" % index] = value & highest
    if field.type == "BOOL":
        numbers = {"zero": 0, "one": 1, "two": 2}
    return numbers


def field_cases(protocol, request):
    """Numbers out of range, and each value that an enum has."""
    for member in request.members:
        if not isinstance(member, Field) or member.expr is not None:
            continue
        kind, detail = protocol.resolve(member.type, request.module)
        if kind != "fixed" or member.type == "float":
            continue
        if member.type == "VISUALID" or (request.full_name, member.name) in NOT_VARIED:
            continue
        for name, number in numbers_for(protocol, request.module, member).items():
            yield value_case(request, "value-%s-%s" % (member.name, name), member.name, lambda world, n=number: n)


def switch_cases(protocol, request):
    """Each bit of a value list alone, with a value of 0, 1 and all ones; and bits that mean nothing."""
    for member in request.members:
        if not isinstance(member, Switch) or member.expr.tag != "fieldref":
            continue
        selector = member.expr.text
        for is_bit, refs, inner, _ in member.cases:
            if not is_bit or len(inner) != 1 or not isinstance(inner[0], Field):
                continue
            bit = protocol.enum(refs[0].get("ref"), request.module)[refs[0].text]
            numbers = [("zero", 0), ("one", 1), ("high", 0xFFFFFFFF)]
            if inner[0].type in w.OF_TYPE:
                numbers.append(("window", None))
            for name, number in numbers:
                def build(world, b=bit, f=inner[0].name, n=number):
                    value = world.id(w.WINDOW) if n is None else n
                    return encoded(world, request, lambda wd: {selector: b, f: value}), 1
                yield Case(request, "bit-%s-%s" % (inner[0].name, name), build, True)
        yield value_case(request, "bit-%s-beyond" % selector, selector, lambda world: 1 << 30)


def cases_of(protocol, request):
    yield from length_cases(request)
    if request.full_name in NOT_SENT:
        return
    yield from id_cases(request)
    yield from field_cases(protocol, request)
    yield from switch_cases(protocol, request)
    yield Case(request, "whole", lambda world: (encoded(world, request), 1), True)
    for member in request.members:
        if isinstance(member, List) and member.length is not None and member.length.tag == "fieldref":
            yield value_case(request, "count-%s-low" % member.length.text, member.length.text, lambda world: 0)


# GLX over the wire is answered for clients that look; what makes or draws is done without it (shim/glx).
GLX_TESTED = {"QueryVersion", "QueryExtensionsString", "QueryServerString", "GetVisualConfigs", "IsDirect", "ClientInfo",
              "GetDrawableAttributes", "SetClientInfoARB", "SetClientInfo2ARB"}
# Requests that are left out altogether.
LEFT_OUT = {"xinput:XIChangeHierarchy": "Xvfb 21.1.7 dies of it", "xinput:XIChangeCursor": "Xvfb 21.1.7 dies of it",
            "xinput:SetDeviceFocus": "Xvfb 21.1.7 dies of it",
            "screensaver:SetAttributes": "a window for the saver is refused"}
# Requests of version 1 of the input extension that are refused: its events, its grabs and its changes.
XINPUT_1 = {6, 8, 13, 14, 15, 16, 17, 18, 19, 23, 25, 27, 29, 31, 32, 33, 35}


def requests(protocol, files=None, every=False):
    """Every request that is tested: first those that only ask, then those that may change what the others see. `every`: with
    those that are left out, which Xvfb does not take or we refuse."""
    order = ["xproto", "bigreq", "ge", "xkb", "xinput", "randr", "render", "sync", "xfixes", "xinerama", "xtest", "glx",
             "shm", "xc_misc", "shape", "screensaver"]
    found = []
    for file in order if files is None else files:
        for opcode, request in sorted(protocol.modules[file].requests.items()):
            left_out = file == "glx" and request.name not in GLX_TESTED or file == "xinput" and opcode in XINPUT_1
            if every or not left_out and request.full_name not in LEFT_OUT:
                found.append(request)
    return sorted(found, key=lambda request: request.reply is None)
