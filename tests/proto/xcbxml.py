"""The X11 protocol as data: xcb-proto's XML read into plain Python objects.

A structure is a list of members; a member is one of Field, Pad, List and Switch. Nothing here knows byte order or
transport: wire.py encodes and decodes, cases.py makes tests.
"""

import os
import subprocess
import xml.etree.ElementTree as ElementTree

FIXED = {
    "CARD8": ("B", 1), "CARD16": ("H", 2), "CARD32": ("I", 4), "CARD64": ("Q", 8),
    "INT8": ("b", 1), "INT16": ("h", 2), "INT32": ("i", 4), "INT64": ("q", 8),
    "BYTE": ("B", 1), "BOOL": ("B", 1), "char": ("B", 1), "void": ("B", 1),
    "float": ("f", 4), "double": ("d", 8), "fd": ("i", 0),
}

# The files whose extensions the server offers, and the wire name of each. xproto is the core protocol.
FILES = ["xproto", "bigreq", "ge", "xkb", "xinput", "randr", "render", "sync", "xfixes", "xinerama", "xtest", "glx",
         "shape", "shm", "xc_misc", "screensaver"]


class Field:
    """A single value. `kind` is the type as written; `enum`, `mask` and `altenum` name the enum that gives it meaning."""

    def __init__(self, node):
        self.name = node.get("name")
        self.type = node.get("type")
        self.enum = node.get("enum")
        self.mask = node.get("mask")
        self.altenum = node.get("altenum") or node.get("altmask")
        self.expr = None


class Pad:
    def __init__(self, bytes_=0, align=0):
        self.bytes, self.align = bytes_, align


class List:
    def __init__(self, node):
        self.name = node.get("name")
        self.type = node.get("type")
        self.enum = node.get("enum")
        self.mask = node.get("mask")
        exprs = [child for child in node if child.tag not in ("doc",)]
        self.length = exprs[0] if exprs else None


class Switch:
    def __init__(self, node, module):
        self.name = node.get("name")
        self.expr = None
        self.cases = []       # (is_bit, [enumref nodes], members, case name)
        for child in node:
            if child.tag in ("bitcase", "case"):
                refs = [c for c in child if c.tag == "enumref"]
                inner = [c for c in child if c.tag != "enumref"]
                self.cases.append((child.tag == "bitcase", refs, parse_members(inner, module), child.get("name")))
            elif child.tag == "required_start_align":
                continue
            elif self.expr is None:
                self.expr = child


class Struct:
    def __init__(self, name, module, members):
        self.name, self.module, self.members = name, module, members
        self.union = False
        self.length = None    # expression of the whole size in bytes, where the XML gives one


class Request(Struct):
    def __init__(self, name, module, members, opcode, reply):
        super().__init__(name, module, members)
        self.opcode, self.reply = opcode, reply

    @property
    def full_name(self):
        return "%s:%s" % (self.module.file, self.name)


def parse_members(nodes, module):
    members = []
    for node in nodes:
        if node.tag == "field":
            members.append(Field(node))
        elif node.tag == "pad":
            members.append(Pad(int(node.get("bytes") or 0), int(node.get("align") or 0)))
        elif node.tag == "list":
            members.append(List(node))
        elif node.tag == "switch":
            members.append(Switch(node, module))
        elif node.tag == "exprfield":
            field = Field(node)
            field.expr = node[0]
            members.append(field)
        elif node.tag == "valueparam":
            raise ValueError("xcb-proto too old: valueparam in " + module.file)
    return members


class Module:
    """One XML file: an extension, or the core protocol."""

    def __init__(self, file, folder):
        self.file = file
        root = ElementTree.parse(os.path.join(folder, file + ".xml")).getroot()
        self.extension = root.get("extension-xname")
        self.imports = []
        self.structs, self.xids, self.typedefs, self.enums = {}, set(), {}, {}
        self.requests, self.events, self.xge, self.errors = {}, {}, {}, {}
        copies = []
        for node in root:
            if node.tag == "import":
                self.imports.append(node.text)
            elif node.tag in ("struct", "union"):
                self.structs[node.get("name")] = self._struct(node)
            elif node.tag == "eventstruct":   # an event inside a request: 32 bytes that nobody looks into here
                self.structs[node.get("name")] = Struct(node.get("name"), self, [Pad(32)])
            elif node.tag in ("xidtype", "xidunion"):
                self.xids.add(node.get("name"))
            elif node.tag == "typedef":
                self.typedefs[node.get("newname")] = node.get("oldname")
            elif node.tag == "enum":
                self.enums[node.get("name")] = self._enum(node)
            elif node.tag == "request":
                self.requests[int(node.get("opcode"))] = self._request(node)
            elif node.tag in ("event", "error", "eventcopy", "errorcopy"):
                copies.append(node)
        for node in copies:
            self._event(node)

    def _struct(self, node):
        struct = Struct(node.get("name"), self, parse_members(node, self))
        struct.union = node.tag == "union"
        for child in node:
            if child.tag == "length":
                struct.length = child[0]
        return struct

    @staticmethod
    def _enum(node):
        values, bits, next_value = {}, set(), 0
        for item in node:
            if item.tag != "item":
                continue
            given = [c for c in item if c.tag in ("value", "bit")]
            if not given:
                value = next_value
            elif given[0].tag == "bit":
                value = 1 << int(given[0].text)
                bits.add(item.get("name"))
            else:
                value = int(given[0].text, 0)
            values[item.get("name")] = value
            next_value = value + 1
        return values

    def _request(self, node):
        reply = node.find("reply")
        members = parse_members([c for c in node if c.tag not in ("reply", "doc")], self)
        parsed = None if reply is None else Struct(node.get("name"), self, parse_members(reply, self))
        return Request(node.get("name"), self, members, int(node.get("opcode")), parsed)

    def _event(self, node):
        kind = self.errors if node.tag.startswith("error") else self.events
        number = int(node.get("number"))
        if node.tag.endswith("copy"):
            source = next(s for table in (self.events, self.xge, self.errors) for s in table.values()
                          if s.name == node.get("ref")) if self._known(node.get("ref")) else None
            members = source.members if source else []
            xge = source is not None and source in self.xge.values()
        else:
            members = parse_members(node, self)
            xge = node.get("xge") == "true"
        (self.xge if xge else kind)[number] = Struct(node.get("name"), self, members)

    def _known(self, name):
        return any(s.name == name for table in (self.events, self.xge, self.errors) for s in table.values())


class Protocol:
    """All modules, with names looked up through imports as the XML means them."""

    def __init__(self, files=None, folder=None):
        folder = folder or proto_folder()
        self.modules = {}
        for file in files or FILES:
            self._load(file, folder)

    def _load(self, file, folder):
        if file in self.modules:
            return
        module = Module(file, folder)
        self.modules[file] = module
        for name in module.imports:
            self._load(name, folder)

    def scope(self, module):
        return [module] + [self.modules[name] for name in module.imports] + [self.modules["xproto"]]

    def resolve(self, name, module):
        """(category, value): ('fixed', (format, size)), ('xid', name) or ('struct', Struct); name is the last typedef."""
        if ":" in name:
            file, name = name.split(":")
            module = self.modules[file]
        seen = name
        for _ in range(8):
            if seen in FIXED and seen not in module.structs:   # sync.xml has an INT64 of its own, high word first
                return "fixed", FIXED[seen]
            for candidate in self.scope(module):
                if seen in candidate.xids:
                    return "xid", seen
                if seen in candidate.structs:
                    return "struct", candidate.structs[seen]
                if seen in candidate.typedefs:
                    seen = candidate.typedefs[seen]
                    break
            else:
                break
        raise KeyError("unknown type %s in %s" % (name, module.file))

    def enum(self, name, module):
        if ":" in name:
            file, name = name.split(":")
            return self.modules[file].enums[name]
        for candidate in self.scope(module):
            if name in candidate.enums:
                return candidate.enums[name]
        return {}

    def request(self, name):
        """The request called FILE:Name, or Name for the core protocol."""
        file, _, short = name.rpartition(":")
        for request in self.modules[file or "xproto"].requests.values():
            if request.name == short:
                return request
        raise KeyError(name)


def proto_folder():
    """Where xcb-proto's XML lies, or FileNotFoundError."""
    try:
        found = subprocess.run(["pkg-config", "--variable=xcbincludedir", "xcb-proto"], capture_output=True, text=True,
                               check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = "/usr/share/xcb"
    if not os.path.exists(os.path.join(found, "xproto.xml")):
        raise FileNotFoundError("xcb-proto is not installed (Debian package xcb-proto)")
    return found
