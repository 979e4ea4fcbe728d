"""Turn what oracle_client prints into text that can be compared between two servers.

Every field of every reply, event and error is written out. Normalised, and nothing else:
  ids        by the name the client gave them, else by type and order of appearance (a server may number as it likes)
  atoms      by name (atoms above 68 are numbered in order of interning)
  timestamps 0 or "t"
  opcodes    of extensions, and their event and error codes, by name
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto"))

import wire    # noqa: E402
import xcbxml  # noqa: E402

# Errors whose value field means something; in the others the protocol calls it unused, and Xvfb sends what was there.
WITH_VALUE = {"BadValue", "BadWindow", "BadPixmap", "BadAtom", "BadCursor", "BadFont", "BadDrawable", "BadColormap",
              "BadGContext", "BadIDChoice", "BadColormap", "render:Picture", "render:PictFormat", "render:GlyphSet",
              "sync:Counter", "sync:Alarm", "randr:BadOutput", "randr:BadCrtc", "randr:BadMode", "xfixes:BadRegion"}

# Server-made ids whose numbers say nothing.
NUMBERED = {"OUTPUT", "CRTC", "MODE", "PICTFORMAT", "VISUALID", "COLORMAP", "PROVIDER", "COUNTER"}


def typed_xids(protocol):
    return set().union(*(module.xids for module in protocol.modules.values())) | {"VISUALID"}


# Errors that xcb-proto's XML lacks.
EXTRA_ERRORS = {"sync": {2: "Fence"}, "xfixes": {1: "BadBarrier"}}

# Which member of RANDR's NotifyData an event's sub-code means.
RANDR_NOTIFY = ["CrtcChange", "OutputChange", "OutputProperty", "ProviderChange", "ProviderProperty", "ResourceChange",
                "LeaseNotify"]


class Decoder:
    def __init__(self, protocol, order="<"):
        self.protocol = protocol
        self.codec = wire.Codec(protocol, order)
        self.order = "little" if order == "<" else "big"
        self.xids = typed_xids(protocol)
        self.extensions = {}    # file -> (major, first event, first error)
        self.names, self.atoms, self.numbers = {}, {}, {}
        self.core = protocol.modules["xproto"]

    # ---- values ------------------------------------------------------------------------------------------------

    def xid(self, type_, value):
        if value in self.names:
            return self.names[value]
        if value < 16 or type_ not in NUMBERED:
            return "0x%x" % value if value > 0xFFFF else str(value)
        table = self.numbers.setdefault(type_, {})
        return "%s#%d" % (type_.lower(), table.setdefault(value, len(table) + 1))

    def value(self, name, type_, value):
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return "{%s}" % self.fields(value)
        if isinstance(value, list):
            if type_ in ("char", "STRING8"):
                return repr(bytes(value).decode("latin-1"))
            if type_ in ("CARD8", "BYTE", "void", "BOOL", "KEYCODE"):
                return "[%s]" % bytes(value).hex()
            return "[%s]" % " ".join(self.value(name, type_, v) for v in value)
        if type_ == "ATOM":
            return self.atoms.get(value, "atom?%d" % value) if value else "0"
        if type_ in self.xids:
            return self.xid(type_, value)
        if type_ == "TIMESTAMP" or name in ("time", "timestamp", "config_timestamp"):
            return "t" if value else "0"
        if isinstance(value, float):
            return "%g" % value
        return str(value)

    def fields(self, triples):
        return " ".join("%s=%s" % (n, self.value(n, t, v)) for n, t, v in triples)

    # ---- packets -----------------------------------------------------------------------------------------------

    def extension_at(self, index, code, table):
        """The extension whose range of codes (index 1: events, 2: errors) holds `code`, and the code in it."""
        best = None
        for file, bases in self.extensions.items():
            relative = code - bases[index]
            module = self.protocol.modules[file]
            names = {number: struct.name for number, struct in getattr(module, table).items()}
            if table == "errors":
                names.update(EXTRA_ERRORS.get(file, {}))
            if bases[index] and 0 <= relative and relative in names:
                if best is None or relative < best[1]:
                    best = (module, relative, names[relative])
        return best

    def error(self, data):
        code, value = data[1], int.from_bytes(data[4:8], self.order)
        minor, major = int.from_bytes(data[8:10], self.order), data[10]
        if code in self.core.errors:
            name = "Bad" + self.core.errors[code].name
        else:
            found = self.extension_at(2, code, "errors")
            name = "%s:%s" % (found[0].file, found[2]) if found else "error?%d" % code
        shown = " value=" + self.bare(value) if name in WITH_VALUE else ""
        for file, bases in self.extensions.items():
            if bases[0] == major:
                request = self.protocol.modules[file].requests.get(minor)
                return "error %s %s:%s%s" % (name, file, request.name if request else minor, shown)
        request = self.core.requests.get(major)
        return "error %s %s%s%s" % (name, request.name if request else "major=%d" % major, shown,
                                    " minor=%d" % minor if minor else "")

    def bare(self, value):
        return self.names.get(value, "0x%x" % value)

    def event(self, data):
        code, sent = data[0] & 0x7F, " sent" if data[0] & 0x80 else ""
        if code == 35:
            return self.generic(data) + sent
        event = self.core.events.get(code)
        prefix = ""
        if event is None:
            found = self.extension_at(1, code, "events") or self.xkb(code)
            if found is None:
                return "event?%d %s" % (code, data.hex())
            event, prefix = found[0].events[found[1]], found[0].file + ":"
            if found[0].file == "xkb":
                event = found[0].events.get(data[1], event)
        triples = self.codec.decode_event(event, data)
        if prefix == "randr:" and event.name == "Notify":
            union = event.module.structs[RANDR_NOTIFY[data[1]]]
            return "randr:%s %s" % (union.name, self.fields(self.codec.decode_members(union.members, union.module, data, 4, [{}])[0]))
        if event.name == "ClientMessage":
            return "%s%s%s %s data=%s" % (prefix, event.name, sent, self.fields(triples[:-1]), data[12:32].hex())
        return "%s%s%s %s" % (prefix, event.name, sent, self.fields(triples))

    def xkb(self, code):
        bases = self.extensions.get("xkb")
        return (self.protocol.modules["xkb"], 0) if bases and bases[1] == code else None

    def generic(self, data):
        number = int.from_bytes(data[8:10], self.order)
        for file, bases in self.extensions.items():
            event = self.protocol.modules[file].xge.get(number)
            if bases[0] == data[1] and event is not None:
                return "%s:%s %s" % (file, event.name, self.fields(self.codec.decode_event(event, data, generic=True)))
        return "generic?%d.%d %s" % (data[1], number, data.hex())

    def reply(self, name, data):
        request = self.protocol.request(name)
        triples, end = self.codec.decode_reply(request, data)
        extra = "" if end <= len(data) <= (end + 3) // 4 * 4 else " size=%d used=%d" % (len(data), end)
        shown = [t for t in triples if t[0] not in ("length",)]
        return "reply %s %s%s" % (name, self.fields(shown), extra)

    # ---- lines -------------------------------------------------------------------------------------------------

    def line(self, text):
        words = text.split(" ")
        kind = words[1] if len(words) > 1 and words[0] != "#" else ""
        try:
            if kind == "reply":
                return "%s %s" % (words[0], self.reply(words[2], bytes.fromhex(words[3])))
            if kind == "setup":
                setup = self.core.structs["Setup"]
                return "%s setup %s" % (words[0], self.fields(
                    self.codec.decode_members(setup.members, self.core, bytes.fromhex(words[2]), 0, [{}])[0]))
            if kind == "event":
                data = bytes.fromhex(words[2])
                return "%s %s" % (words[0], self.event(data))
            if kind == "error":
                return "%s %s" % (words[0], self.error(bytes.fromhex(words[2])))
        except (wire.Short, KeyError) as problem:
            return "%s UNDECODABLE %s (%s)" % (words[0], " ".join(words[1:]), problem or "short")
        return text

    def text(self, output):
        """All lines of a client's output, decoded. Atoms are listed at the end; names hold from where they are given on,
        since a server may hand out an id again."""
        rows = [raw.split(" ") for raw in output.splitlines()]
        self.atoms.update((int(words[1]), " ".join(words[2:])) for words in rows if words[0] == "atom")
        out = []
        for words in rows:
            if words[0] == "name":
                self.names[int(words[1])] = words[2]
            elif words[0] in ("bases", "ext"):
                self.extensions[words[1]] = tuple(int(w) for w in words[2:5])
                if words[0] == "ext":
                    out.append("present " + words[1])
            elif words[0] != "atom":
                out.append(self.line(" ".join(words)))
        return out


def decode(output, protocol=None):
    return Decoder(protocol or xcbxml.Protocol()).text(output)


def replace_patterns(lines, patterns):
    """Apply (regex, replacement) pairs; a line that becomes empty is dropped."""
    out = []
    for line in lines:
        for pattern, replacement in patterns:
            line = re.sub(pattern, replacement, line)
        if line:
            out.append(line)
    return out
