"""A client that sends what it is told, byte for byte, and reports everything that comes back."""

import os
import select
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))

import transcript  # noqa: E402

# Extensions whose requests are tested: xcb-proto file -> name on the wire.
EXTENSIONS = {"bigreq": "BIG-REQUESTS", "ge": "Generic Event Extension", "xkb": "XKEYBOARD", "xinput": "XInputExtension",
              "randr": "RANDR", "render": "RENDER", "sync": "SYNC", "xfixes": "XFIXES", "xinerama": "XINERAMA",
              "xtest": "XTEST", "glx": "GLX", "xc_misc": "XC-MISC", "shm": "MIT-SHM",
              "shape": "SHAPE", "screensaver": "MIT-SCREEN-SAVER"}


class Closed(OSError):
    """The server closed the connection."""


class RawClient:
    """One connection in one byte order ('<' or '>')."""

    def __init__(self, path, protocol, order="<", timeout_s=3.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.protocol, self.order, self.timeout_s = protocol, order, timeout_s
        self.input = b""
        self.sequence = 0
        self.decoder = transcript.Decoder(protocol, order)
        self.codec = self.decoder.codec
        self.majors = {}

    # ---- bytes -------------------------------------------------------------------------------------------------

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed()

    def receive(self, count):
        """Exactly `count` bytes, or Closed; TimeoutError if they do not come."""
        while len(self.input) < count:
            if not select.select([self.socket], [], [], self.timeout_s)[0]:
                raise TimeoutError()
            try:
                chunk = self.socket.recv(1 << 18)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise Closed()
            self.input += chunk
        data, self.input = self.input[:count], self.input[count:]
        return data

    def pack(self, format_, *values):
        return struct.pack(self.order + format_, *values)

    # ---- connection --------------------------------------------------------------------------------------------

    def setup(self):
        self.send(self.pack("BxHHHHxx", ord("l" if self.order == "<" else "B"), 11, 0, 0, 0))
        head = self.receive(8)
        body = self.receive(4 * struct.unpack_from(self.order + "H", head, 6)[0])
        if head[0] != 1:
            raise Closed()
        core = self.protocol.modules["xproto"]
        fields = dict((n, v) for n, _, v in
                      self.codec.decode_members(core.structs["Setup"].members, core, head + body, 0, [{}])[0])
        self.base, self.mask = fields["resource_id_base"], fields["resource_id_mask"]
        screen = dict((n, v) for n, _, v in fields["roots"][0])
        self.root, self.visual, self.colormap = screen["root"], screen["root_visual"], screen["default_colormap"]
        self.decoder.names.update({self.root: "root", self.visual: "rootvisual", self.colormap: "defaultmap"})

    def name(self, offset, name):
        """The id base+offset, called `name` in what is reported."""
        self.decoder.names[self.base + offset] = name
        return self.base + offset

    def request(self, name, /, **values):
        """Send a well-formed request; returns its sequence number."""
        request = self.protocol.request(name)
        major = self.majors.get(request.module.file, 0)
        self.send(self.codec.encode_request(request, major, values))
        self.sequence += 1
        return self.sequence

    def packet(self):
        """The next reply, event or error, whole."""
        head = self.receive(32)
        if head[0] == 1 or head[0] & 0x7F == 35:
            head += self.receive(4 * struct.unpack_from(self.order + "I", head, 4)[0])
        return head

    def reply(self, name, /, **values):
        """Send a request and return its reply's fields as a dict, or None if an error came."""
        sequence = self.request(name, **values) & 0xFFFF
        while True:
            data = self.packet()
            if data[0] in (0, 1) and struct.unpack_from(self.order + "H", data, 2)[0] == sequence:
                if data[0] == 0:
                    return None
                return {n: v for n, _, v in self.codec.decode_reply(self.protocol.request(name), data)[0]}

    def find_extensions(self, wanted=None):
        for file, name in EXTENSIONS.items():
            if wanted is not None and file not in wanted:
                continue
            found = self.reply("QueryExtension", name=name.encode(), name_len=len(name))
            if found and found["present"]:
                self.majors[file] = found["major_opcode"]
                self.decoder.extensions[file] = (found["major_opcode"], found["first_event"], found["first_error"])

    # ---- answers -----------------------------------------------------------------------------------------------

    def answers(self, request_name, sent=1):
        """What the server says to the `sent` requests just sent, as text: errors, replies, events, "closed", "silence"."""
        first = self.sequence + 1
        self.sequence += sent
        out = []
        try:
            sentinel = self.request("GetInputFocus") & 0xFFFF
            while True:
                data = self.packet()
                sequence = struct.unpack_from(self.order + "H", data, 2)[0]
                if data[0] == 1 and sequence == sentinel:
                    return out
                out.append(self.describe(data, request_name, (sequence - first) & 0xFFFF))
        except Closed:
            out.append("closed")
        except TimeoutError:
            out.append("silence")
        return out

    def describe(self, data, request_name, position):
        """One packet as text; `position` counts the requests of a case from 0."""
        place = "" if position == 0 else " at=%d" % position
        try:
            if data[0] == 0:
                return self.decoder.error(data) + place
            if data[0] == 1:
                return self.decoder.reply(request_name, data) + place
            return self.decoder.event(data) + place
        except Exception as problem:    # noqa: BLE001  an undecodable answer is an answer too
            return "UNDECODABLE %s (%r)" % (data[:64].hex(), problem)
