"""Encode requests and decode replies, events and errors from xcb-proto's description, in either byte order.

A decoded structure is a list of (name, type, value) triples, so that a printer knows which numbers are ids, atoms and
times; values are ints, floats, nested triple lists, or lists of values.
"""

import struct

from xcbxml import Field, List, Pad, Switch


class Short(Exception):
    """The bytes end before the structure does."""


class Codec:
    def __init__(self, protocol, order="<"):
        self.protocol, self.order = protocol, order

    # ---- expressions -------------------------------------------------------------------------------------------

    def evaluate(self, node, module, scopes, element=None):
        """Value of a length or switch expression; scopes are dicts of the fields known so far, innermost first."""
        tag = node.tag
        if tag == "value":
            return int(node.text, 0)
        if tag in ("fieldref", "paramref"):
            for scope in scopes:
                if node.text in scope:
                    return scope[node.text]
            raise KeyError(node.text)
        if tag == "bit":
            return 1 << int(node.text)
        if tag == "op":
            return self._operator(node, module, scopes, element)
        if tag == "unop":
            return ~self.evaluate(node[0], module, scopes, element) & 0xFFFFFFFF
        if tag == "popcount":
            return bin(self.evaluate(node[0], module, scopes, element) & 0xFFFFFFFF).count("1")
        if tag == "enumref":
            return self.protocol.enum(node.get("ref"), module)[node.text]
        if tag == "listelement-ref":
            return element
        if tag == "sumof":
            values = next(scope[node.get("ref")] for scope in scopes if node.get("ref") in scope)
            if len(node):
                return sum(self.evaluate(node[0], module, [self._named(v)] + scopes, v) for v in values)
            return sum(values)
        raise ValueError("expression " + tag)

    def _operator(self, node, module, scopes, element):
        a = self.evaluate(node[0], module, scopes, element)
        b = self.evaluate(node[1], module, scopes, element)
        return {"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else 0, "&": a & b, "<<": a << (b & 63)}[node.get("op")]

    @staticmethod
    def _named(value):
        if isinstance(value, dict):
            return value
        return {n: v for n, _, v in value} if isinstance(value, list) else {}

    # ---- decoding ----------------------------------------------------------------------------------------------

    def _unpack(self, format_, data, at):
        size = struct.calcsize("=" + format_)
        if at + size > len(data):
            raise Short()
        return struct.unpack_from(self.order + format_, data, at)[0], at + size

    def decode_members(self, members, module, data, at, scopes):
        """Decode from offset `at`; returns (triples, offset behind)."""
        out, known = [], {}
        inner = [known] + scopes
        for member in members:
            if isinstance(member, Pad):
                at = at + member.bytes if member.bytes else (at + member.align - 1) // member.align * member.align
            elif isinstance(member, Field):
                if member.expr is not None:
                    value = self.evaluate(member.expr, module, inner)
                    at += 1
                else:
                    value, at = self.decode_type(member.type, module, data, at, inner)
                known[member.name] = value
                out.append((member.name, member.type, value))
            elif isinstance(member, List):
                value, at = self._decode_list(member, module, data, at, inner)
                known[member.name] = value
                out.append((member.name, member.type, value))
            elif isinstance(member, Switch):
                fields, at = self._decode_switch(member, module, data, at, inner)
                out.extend(fields)
        return out, at

    def _decode_switch(self, member, module, data, at, scopes):
        selector = self.evaluate(member.expr, module, scopes)
        out = []
        for is_bit, refs, members, _ in member.cases:
            values = [self.evaluate(ref, module, scopes) for ref in refs]
            if any(selector & v if is_bit else selector == v for v in values):
                fields, at = self.decode_members(members, module, data, at, scopes)
                scopes[0].update(self._named(fields))
                out.extend(fields)
        return out, at

    def _decode_list(self, member, module, data, at, scopes):
        category, detail = self.protocol.resolve(member.type, module)
        if member.length is None:
            count = None
        else:
            count = self.evaluate(member.length, module, scopes)
            if count < 0 or count > 1 << 22:
                raise Short()
        if category == "fixed" and detail[1] == 1:
            if count is None:
                count = len(data) - at
            if at + count > len(data):
                raise Short()
            return list(data[at:at + count]), at + count
        values = []
        while (count is None and at < len(data)) or (count is not None and len(values) < count):
            value, at = self.decode_type(member.type, module, data, at, scopes)
            values.append(value)
        return values, at

    def decode_type(self, name, module, data, at, scopes):
        category, detail = self.protocol.resolve(name, module)
        if category == "fixed":
            return self._unpack(detail[0], data, at)
        if category == "xid":
            return self._unpack("I", data, at)
        return self._decode_struct(detail, data, at, scopes)

    def _decode_struct(self, detail, data, at, scopes):
        if detail.union:
            size = max(self.fixed_size(m, detail.module) for m in detail.members)
            if at + size > len(data):
                raise Short()
            return list(data[at:at + size]), at + size
        value, end = self.decode_members(detail.members, detail.module, data, at, scopes)
        if detail.length is not None:
            end = at + self.evaluate(detail.length, detail.module, [self._named(value)] + scopes)
        return value, end

    def fixed_size(self, member, module):
        """Bytes of a member of constant size; 0 where it is not."""
        if isinstance(member, Pad):
            return member.bytes
        if isinstance(member, Switch):
            return 0
        category, detail = self.protocol.resolve(member.type, module)
        one = detail[1] if category == "fixed" else 4 if category == "xid" else \
            (max if detail.union else sum)(self.fixed_size(m, detail.module) for m in detail.members)
        if isinstance(member, List):
            return one * int(member.length.text) if member.length is not None and member.length.tag == "value" else 0
        return one

    def decode_reply(self, request, data):
        """The fields of a whole reply (header and rest). `length` is in scope as the XML wants it."""
        reply = request.reply
        first = reply.members[:1]
        length = struct.unpack_from(self.order + "I", data, 4)[0]
        scope = {"length": length}
        out = []
        # The first member lies in byte 1; the rest begins behind the header.
        if first and self._is_one_byte(first[0], reply.module):
            fields, _ = self.decode_members(first, reply.module, data, 1, [scope])
            scope.update(self._named(fields))
            rest, end = self.decode_members(reply.members[1:], reply.module, data, 8, [scope])
            out = fields + rest
        else:
            out, end = self.decode_members(reply.members, reply.module, data, 8, [scope])
        return out, max(end, 32)

    def _is_one_byte(self, member, module):
        return self.fixed_size(member, module) == 1 or (isinstance(member, Pad) and member.bytes == 1)

    def decode_event(self, event, data, generic=False):
        """The fields of an event or error that starts with its code; a generic event's fields begin at byte 10."""
        if generic:
            return self.decode_members(event.members, event.module, data, 10, [{}])[0]
        first = event.members[:1]
        if event.name == "KeymapNotify":
            return self.decode_members(event.members, event.module, data, 1, [{}])[0]
        if first and self._is_one_byte(first[0], event.module):
            fields, _ = self.decode_members(first, event.module, data, 1, [{}])
            known = self._named(fields)
            return fields + self.decode_members(event.members[1:], event.module, data, 4, [known])[0]
        return self.decode_members(event.members, event.module, data, 4, [{}])[0]

    # ---- encoding ----------------------------------------------------------------------------------------------

    def encode_request(self, request, major, values):
        """The whole request in this byte order, padded to words. `values` maps member names to ints, lists, nested dicts
        and bytes; what it lacks is 0 or empty, and list lengths are filled in from the lists."""
        values = dict(values)
        self._fill_lengths(request.members, values)
        core = request.module.extension is None
        members = list(request.members)
        head = b"\0"
        if core and members and self._is_one_byte(members[0], request.module):
            head = self._encode_members(members[:1], request.module, values, 1, values)
            members = members[1:]
        if not core:
            head = bytes([request.opcode])
        body = self._encode_members(members, request.module, values, 4, values)
        body += b"\0" * (-len(body) % 4)
        return bytes([request.opcode if core else major]) + head + struct.pack(self.order + "H", 1 + len(body) // 4) + body

    def _fill_lengths(self, members, values):
        for member in members:
            if isinstance(member, List) and member.length is not None and member.length.tag == "fieldref":
                values.setdefault(member.length.text, len(values.get(member.name, ())))
            elif isinstance(member, List) and member.length is None:
                values.setdefault(member.name + "_len", len(values.get(member.name, ())))

    def _encode_members(self, members, module, values, at, scope):
        out = b""
        for member in members:
            if isinstance(member, Pad):
                here = at + len(out)
                out += b"\0" * (member.bytes or -here % member.align)
            elif isinstance(member, Field):
                value = self.evaluate(member.expr, module, [scope]) if member.expr is not None else values.get(member.name, 0)
                scope.setdefault(member.name, value)
                out += self._encode_type(member.type, module, value, at + len(out))
            elif isinstance(member, List):
                out += self._encode_list(member, module, values, at + len(out), scope)
            elif isinstance(member, Switch):
                out += self._encode_switch(member, module, values, at + len(out), scope)
        return out

    def _encode_switch(self, member, module, values, at, scope):
        selector = self.evaluate(member.expr, module, [scope])
        out = b""
        for is_bit, refs, members, _ in member.cases:
            wanted = [self.evaluate(ref, module, [scope]) for ref in refs]
            if any(selector & v if is_bit else selector == v for v in wanted):
                out += self._encode_members(members, module, values, at + len(out), scope)
        return out

    def _encode_list(self, member, module, values, at, scope):
        given = values.get(member.name)
        category, detail = self.protocol.resolve(member.type, module)
        if isinstance(given, (bytes, bytearray)):
            return bytes(given)
        count = None
        if member.length is not None:
            count = self.evaluate(member.length, module, [scope])
        if given is None:
            given = [0] * min(count or 0, 4096)
            scope.setdefault(member.name, given)
        out = b""
        for value in given if not isinstance(given, str) else given.encode():
            out += self._encode_type(member.type, module, value, at + len(out))
        return out

    def _encode_type(self, name, module, value, at):
        category, detail = self.protocol.resolve(name, module)
        if category == "fixed" or category == "xid":
            format_ = detail[0] if category == "fixed" else "I"
            if format_ not in "fd":    # out-of-range values are cut to the field's bits
                bits = 8 * struct.calcsize("=" + format_)
                value, format_ = value & (1 << bits) - 1, format_.upper()
            return struct.pack(self.order + format_, value)
        if isinstance(value, (bytes, bytearray)):
            return bytes(value)
        if detail.union:
            return b"\0" * max(self.fixed_size(m, detail.module) for m in detail.members)
        if isinstance(value, int):   # SYNC's INT64
            value = {"hi": value >> 32, "lo": value}
        inner = dict(value or {})
        self._fill_lengths(detail.members, inner)
        return self._encode_members(detail.members, detail.module, inner, at, inner)
