"""Inputs written by hand: what means something only in order, with several clients, or with what is no request at all.

Each is a list of chunks, and starts with a client that has a resource of each kind (seeds.Paper). Ids are those of
tests/proto/world.py.
"""

import struct

import world as w

RAW, REQUEST, LEAVE, DRAIN, PASS, ELSEWHERE, TIME = range(7)
KEY, MOTION, RELATIVE, BUTTON, RESIZE, PLAY, BEGIN, VIEWABLE, CLOSE, PAINT, CHARACTER, MANAGER, EVENT = range(13)


def chunk(data, client=0, kind=REQUEST):
    return bytes([client | kind << 2, len(data) & 255, len(data) >> 8]) + data


class Writer:
    """Chunks of an input in the making; requests by name, with ids by their offset."""

    IDS = {"wid", "pid", "cid", "fid", "mid", "gc", "window", "parent", "drawable", "src_drawable", "dst_drawable", "picture", "src",
           "dst", "mask", "shmseg", "id", "source", "region", "destination", "font", "src_gc", "dst_gc", "glyphset", "gsid", "pixmap",
           "bitmap", "source_bitmap", "destination_window", "counter", "cursor", "tile", "stipple", "clip_mask", "resource", "focus",
           "background_pixmap", "border_pixmap", "sibling", "fence"}

    def __init__(self, paper):
        self.paper, self.body = paper, b"".join(chunk(data) for data in paper.written)

    def bytes_of(self, name, /, **values):
        """A request; an id is an offset, a number above 0xFFFF, or one of a few small ones by a string ("none", "root")."""
        request = self.paper.protocol.request(name)
        for key, value in values.items():
            if isinstance(value, str):
                values[key] = {"none": 0, "root": self.paper.root, "one": 1}[value]
            elif key in self.IDS and isinstance(value, int) and value <= 0xFFFF:
                values[key] = self.paper.id(value)
        return self.paper.codec.encode_request(request, self.paper.majors.get(request.module.file, 0), values)

    def __call__(self, name, client=0, /, **values):
        self.body += chunk(self.bytes_of(name, **values), client)
        return self

    def raw(self, data, client=0, kind=REQUEST):
        self.body += chunk(data, client, kind)
        return self

    def do(self, *moves):
        return self.raw(b"".join(moves), kind=ELSEWHERE)


def move(kind, format_="", *values):
    return bytes([kind]) + struct.pack("<" + format_, *values)


def window(paper):
    return paper.id(w.WINDOW)


BITS = bytes([0xF0, 0x0F, 0, 0]) * 16
PIXELS = bytes(range(256)) * 4


def bitmaps(out):
    """Clips, tiles, stipples and shapes of a bitmap that has something in it; images of every format."""
    out("CreateGC", cid=0x30, drawable=w.BITMAP, value_mask=4, foreground=1)
    out("PutImage", format=0, drawable=w.BITMAP, gc=0x30, width=16, height=16, depth=1, data=BITS)
    out("PutImage", format=0, drawable=w.WINDOW, gc=w.GC, width=11, height=16, left_pad=5, depth=1, data=BITS)
    out("PutImage", format=1, drawable=w.PIXMAP, gc=w.GC, width=11, height=2, left_pad=5, depth=24, data=PIXELS[:24 * 4 * 2])
    out("PutImage", format=2, drawable=w.WINDOW, gc=w.GC, dst_x=95, width=16, height=16, depth=24, data=PIXELS)
    out("ChangeGC", gc=w.GC, value_mask=1 << 19, clip_mask=w.BITMAP)
    for fill in range(4):
        out("CreateGC", cid=0x31 + fill, drawable=w.WINDOW, value_mask=0x100 | 0x400 | 0x800, fill_style=fill, tile=w.PIXMAP,
            stipple=w.BITMAP)
        out("CopyGC", src_gc=w.GC, dst_gc=0x31 + fill, value_mask=(1 << 23) - 1)
        out("PolyFillRectangle", drawable=w.WINDOW, gc=0x31 + fill, rectangles=[{"x": 3, "y": 4, "width": 50, "height": 40}])
    out("SetDashes", gc=w.GC, dashes_len=3, dashes=b"\1\2\3")
    out("CopyGC", src_gc=w.GC, dst_gc=0x31, value_mask=(1 << 23) - 1)
    out("SetClipRectangles", gc=w.GC, clip_x_origin=2, rectangles=[{"x": 1, "y": i * 5, "width": 50, "height": 3} for i in range(8)])
    out("CopyGC", src_gc=w.GC, dst_gc=0x32, value_mask=(1 << 23) - 1)
    for drawable in (w.WINDOW, w.PIXMAP, w.BITMAP, "root"):
        for format_ in (1, 2):
            out("GetImage", format=format_, drawable=drawable, x=2, y=3, width=9, height=8, plane_mask=0xFFFFFFFF)
    out("CopyPlane", src_drawable=w.BITMAP, dst_drawable=w.WINDOW, gc=0x31, width=16, height=16, bit_plane=1)
    out("CopyPlane", src_drawable=w.WINDOW, dst_drawable=w.PIXMAP, gc=w.GC, width=16, height=16, bit_plane=0x800000)
    out("CopyArea", src_drawable=w.WINDOW, dst_drawable=w.WINDOW, gc=0x31, src_x=-20, dst_x=7, dst_y=9, width=90, height=60)
    out("ChangeWindowAttributes", window=w.WINDOW, value_mask=5, background_pixmap=w.PIXMAP, border_pixmap=w.PIXMAP)
    out("ConfigureWindow", window=w.WINDOW, value_mask=0x10, border_width=6)
    out("ClearArea", exposures=1, window=w.WINDOW)
    out("FreePixmap", pixmap=w.PIXMAP)
    out("ClearArea", exposures=1, window=w.WINDOW, x=5, width=20, height=30)
    out("shape:Mask", destination_window=w.WINDOW, operation=0, destination_kind=0, source_bitmap=w.BITMAP)
    out("shape:Mask", destination_window=w.CHILD, operation=1, destination_kind=1, source_bitmap=w.BITMAP)
    out("xfixes:CreateRegionFromBitmap", region=0x40, bitmap=w.BITMAP)
    out("GetImage", format=2, drawable=w.WINDOW, width=100, height=100, plane_mask=0xFFFFFF)


def text(out):
    """Fonts of the machine's tables, text of both widths, a change of font within an item."""
    for index, name in enumerate((b"fixed", b"6x13", b"-misc-fixed-*-r-*-iso10646-1", b"nil2")):
        out("OpenFont", fid=0x30 + index, name_len=len(name), name=name)
    out("ChangeGC", gc=w.GC, value_mask=0x4000, font=0x30)
    out("PolyText8", drawable=w.WINDOW, gc=w.GC, x=5, y=20, items=bytes([3, 2]) + b"abc" + bytes([255]) + struct.pack(">I", out.paper.id(0x31))
        + bytes([2, 1]) + b"xy")
    out("PolyText16", drawable=w.WINDOW, gc=w.GC, x=5, y=40, items=bytes([2, 0, 0, 65, 4, 16]) + bytes([255]) +
        struct.pack(">I", out.paper.id(0x32)) + bytes([1, 0, 0, 97, 0]))
    out("ImageText8", drawable=w.WINDOW, gc=w.GC, x=-3, y=9, string_len=5, string=b"Hello")
    out("ImageText16", drawable=w.WINDOW, gc=w.GC, x=90, y=99, string_len=2, string=[{"byte1": 0, "byte2": 65}, {"byte1": 4, "byte2": 17}])
    out("ImageText8", drawable=w.BITMAP, gc=w.GC, x=1, y=9, string_len=3, string=b"abc")
    for font in (0x30, 0x32, w.FONT, w.GC):
        out("QueryFont", font=font)
        out("QueryTextExtents", font=font, odd_length=1, string=[{"byte1": 0, "byte2": 65}] * 3)
    out("CloseFont", font=0x30)
    out("ImageText8", drawable=w.WINDOW, gc=w.GC, x=3, y=9, string_len=5, string=b"Hello")
    for pattern in (b"*", b"-*-fixed-*", b"6x1?", b"cursor"):
        out("ListFonts", max_names=200, pattern_len=len(pattern), pattern=pattern)
        out("ListFontsWithInfo", max_names=3, pattern_len=len(pattern), pattern=pattern)


def segments(out):
    """Descriptors of every kind, memory that vanishes or is too small, and a segment of the server's own."""
    for what in (0, 1, 2, 3, 3 | 8, 0 | 8, 3 | 16, 3 | 48):
        segment = 0x40 + what
        data = out.bytes_of("shm:AttachFd", shmseg=segment, read_only=what & 16 and 1)
        out.raw(bytes([what]) + data, kind=PASS)
        for width in (20, 60):
            out("shm:PutImage", drawable=w.WINDOW, gc=w.GC, total_width=width, total_height=20, src_width=width, src_height=20,
                dst_x=90, dst_y=-5, depth=24, format=2, send_event=1, shmseg=segment)
        out("shm:PutImage", drawable=w.PIXMAP, gc=w.GC, total_width=20, total_height=2, src_width=20, src_height=2, depth=24, format=1,
            shmseg=segment)
        out("shm:GetImage", drawable=w.WINDOW, width=20, height=20, plane_mask=0xFFFFFF, format=2, shmseg=segment)
        out("shm:Detach", shmseg=segment)
    out("shm:AttachFd", shmseg=0x70)
    for segment in range(0x80, 0x92):
        out("shm:CreateSegment", shmseg=segment, size=4096, read_only=segment & 1)
    out.raw(b"", kind=DRAIN)
    out("shm:GetImage", drawable=w.WINDOW, width=20, height=20, plane_mask=0xFFFFFF, format=2, shmseg=0x80)
    for shmid in (1, 3, 63, 5, 0):
        out("shm:Attach", shmseg=0xA0 + shmid, shmid=shmid, read_only=shmid & 1)
        out("shm:Attach", shmseg=0xA1 + shmid, shmid=shmid, read_only=0)


def player(out):
    """Keys, buttons and motion of a player; the window is resized, asked to close, and goes."""
    it = window(out.paper)
    out("ChangeWindowAttributes", window=w.WINDOW, value_mask=0x800, event_mask=0x1FFFFFF & ~0x1C0000)
    out.do(move(BEGIN, "I", it), move(VIEWABLE, "I", it), *(move(KEY, "B", key) for key in range(32)))
    out.do(*(move(BUTTON, "B", 16 * (i & 1) | i >> 1) for i in range(2, 18)))
    out.do(move(MOTION, "hh", 50, 60), move(RELATIVE, "hh", -7, 9), move(RESIZE, "HH", 200, 150))
    for kind, code, a, b in ((0, 97, 1, 0), (0, 97, 0, 0), (1, 65, 0, 0), (1, 64, 0, 0), (1, 0xE9, 0, 0), (2, 1, 1, 0), (2, 1, 0, 0),
                             (3, 0, 10, 900), (4, 0, 5, -5), (5, 0, 300, 200), (5, 0, 0, 9), (2, 99, 1, 0), (7, 0, 0, 0), (0, 0xFFFF, 1, 0)):
        out.do(move(PLAY, "IBBHhh", it, 1, kind, code, a, b))
    out.raw(struct.pack("<H", 2000), kind=TIME)
    for action in (1, 1, 0, 2, 2):
        out.do(move(MANAGER, "IB", it, action))
    out.do(move(CLOSE), move(EVENT), move(EVENT) + bytes([33] + [0] * 31))
    out("DestroyWindow", window=w.WINDOW)
    out.do(move(PLAY, "IBBHhh", it, 1, 3, 0, 1, 2), move(BEGIN, "I", it), move(VIEWABLE, "I", it), move(CLOSE))


def painted(out):
    """OpenGL draws in a window, in one below it and in a pixmap; X reads and draws there."""
    for which in (w.WINDOW, w.CHILD, w.PIXMAP):
        out.do(move(PAINT, "IB", out.paper.id(which), 1))
    out("OpenFont", fid=0x30, name_len=5, name=b"fixed")
    out.do(*(move(CHARACTER, "IB", out.paper.id(0x30), character) for character in (65, 32, 255)))
    for _ in range(3):
        for drawable in (w.WINDOW, w.CHILD, w.PIXMAP, "root"):
            out("GetImage", format=2, drawable=drawable, width=10, height=10, plane_mask=0xFFFFFF)
        out("CopyArea", src_drawable=w.WINDOW, dst_drawable=w.PIXMAP, gc=w.GC, width=30, height=30)
        out("PolyFillRectangle", drawable=w.CHILD, gc=w.GC, rectangles=[{"x": 3, "y": 4, "width": 50, "height": 40}])
    out("UnmapWindow", window=w.WINDOW)("MapWindow", window=w.WINDOW)
    out("GetImage", format=2, drawable=w.WINDOW, width=10, height=10, plane_mask=0xFFFFFF)
    out.do(move(PAINT, "IB", out.paper.id(w.CHILD), 0))


def two_clients(out):
    """A manager that decides, resources that outlive their client, and clients that are killed."""
    for mask in (0x100000, 0x40000):
        out("ChangeWindowAttributes", 1, window="root" if mask == 0x100000 else w.WINDOW, value_mask=0x800, event_mask=mask)
    out("CreateWindow", wid=0x50, parent="root", width=30, height=20)("MapWindow", window=0x50)
    out("ConfigureWindow", window=0x50, value_mask=0x7F, x=5, y=6, width=70, height=80, border_width=1, sibling=w.WINDOW, stack_mode=1)
    out("ConfigureWindow", window=w.WINDOW, value_mask=4, width=170)
    out("CirculateWindow", window="root", direction=0)
    out("MapWindow", 1, window=0x50)
    for mode in (1, 2):
        out("SetCloseDownMode", 2, mode=mode)
        out.raw(b"", 2, LEAVE)
    out("SetCloseDownMode", mode=2).raw(b"", 0, LEAVE)
    out("GetGeometry", 1, drawable=w.WINDOW)("KillClient", 1, resource="none")("GetGeometry", 1, drawable=w.WINDOW)
    out("SetCloseDownMode", 3, mode=1)("CreateWindow", 3, wid=5 << 21 | 7, parent="root", width=9, height=9).raw(b"", 3, LEAVE)
    out("KillClient", 1, resource=5 << 21 | 7)
    out("GrabServer", 1)("GetInputFocus", 2)("UngrabServer", 1)("KillClient", 2, resource=2 << 21 | 1)


def setups(out):
    """Setups that are refused, and one with authorization."""
    out.raw(b"l\0\x0c\0\0\0\0\0\0\0\0\0", 1, RAW).raw(b"x\0\x0b\0\0\0\0\0\0\0\0\0", 2, RAW)
    out.raw(b"B\0\0\x0b\0\0\0\x03\0\x05\0\0abc\0hello\0\0\0", 3, RAW).raw(b"\x2b\0\1\0", 3)


def waits(out):
    """Counters, alarms and fences that somebody waits for, and what ends the wait."""
    counter, fence = out.paper.id(w.COUNTER), out.paper.id(w.FENCE)
    for kind, value in ((0, 5), (1, 5), (0, 9), (1, 0)):
        for test in range(4):
            out("sync:Await", 1, wait_list=[struct.pack("<IIiIIiI", counter, kind, 0, value, test, 0, 2)])
            out("sync:SetCounter", counter=w.COUNTER, value={"hi": 0, "lo": 20})
            out("sync:SetCounter", counter=w.COUNTER, value={"hi": -1, "lo": 1})
            out("sync:ChangeCounter", counter=w.COUNTER, amount={"hi": 0, "lo": 30})
    out.raw(struct.pack("<BBHIIIIIIIIIIII", out.paper.majors["sync"], 8, 14, out.paper.id(0x60), 0x3F, counter, 0, 0, 5, 2, 0, 1, 1, 0, 0)[:56])
    for value in range(4, 12):
        out("sync:SetCounter", counter=w.COUNTER, value={"hi": 0, "lo": value})
    out.raw(struct.pack("<BBHI", out.paper.majors["sync"], 16, 2, fence))
    out("sync:AwaitFence", 1, fence_list=[fence])
    out("sync:TriggerFence", fence=w.FENCE)
    out("sync:Await", 1, wait_list=[struct.pack("<IIiIIiI", counter, 0, 0, 900, 2, 0, 0)])
    out("sync:DestroyCounter", counter=w.COUNTER)


def keyboard(out):
    """What xcb-proto has no request for: the geometry."""
    major = out.paper.majors["xkb"]
    for name in (0, 39, 0xFFFFFF):
        out.raw(struct.pack("<BBHHxxI", major, 19, 3, 0x100, name))
    out.raw(struct.pack("<BBHHBBIHHHHHHHHI", major, 20, 9, 0x100, 0, 0, 39, 1, 1, 0, 0, 0, 0, 0, 0, 0)[:36])
    for want, load in ((0xFF, 0), (0xFF, 1), (0x10, 0), (0x1F, 1)):
        out.raw(struct.pack("<BBHHHHBx", major, 23, 5, 0x100, 0, want, load) + bytes(8))
    for index, levels, preserve, flags in ((4, 2, 0, 0), (4, 2, 1, 0), (26, 3, 0, 1), (5, 64, 0, 0), (1, 2, 1, 0)):
        head = struct.pack("<BBHHHHBBBBBBHBBH12BH", major, 9, 0, 0x100, 1, flags, 8, 255, index, 1, 0, 0, 0, 0, 0, 0, *[0] * 12, 0)
        out.raw(head + struct.pack("<BBHBBBxBBH", 1, 1, 0, levels, 1, preserve, levels - 1, 1, 0) + bytes([1, 1, 0, 0]) * preserve)
    for which, types, levels in ((0x40, 2, 0), (0x80, 0, 2), (0xC0, 1, 1)):
        names = struct.pack("<I", 39) * types + (bytes([0, 2, 0, 0]) if levels == 2 else bytes([2, 0, 0, 0]) if levels else b"")
        names += struct.pack("<II", 39, 31) if levels else b""
        out.raw(struct.pack("<BBHHHIBBBBIBBBBBxH", major, 18, 0, 0x100, 0, which, 6, types, 0 if levels == 2 else 1, levels, 0, 0, 0, 0, 0, 0, 0)
                + names)
    feedback = struct.pack("<HHIIII", 0x300, 0x400, 1, 2, 0, 3) + struct.pack("<I", 39) + bytes([0x80, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0])
    for change in (4, 8, 16, 28):
        out.raw(struct.pack("<BBHHBBHH", major, 25, 0, 0x100, 0, 0, change, 1) + feedback)
    out("xtest:CompareCursor", window=w.WINDOW, cursor="one")("xtest:CompareCursor", window=w.WINDOW, cursor="none")


def pictures(out):
    """A picture on each depth, drawn on each other, through transformations, filters and kernels."""
    formats = {1: 0x60, 4: 0x64, 8: 0x61, 24: 0x62, 32: 0x63}
    for index, (depth, format_) in enumerate(formats.items()):
        out("CreatePixmap", pid=0x50 + index, drawable="root", depth=depth, width=20, height=17)
        out("render:CreatePicture", pid=0x60 + index, drawable=0x50 + index, format=format_, value_mask=1, repeat=index % 4)
        out("render:FillRectangles", op=1, dst=0x60 + index, color={"red": 65535, "green": 40000, "blue": 9, "alpha": 50000},
            rects=[{"x": 1, "y": 2, "width": 9, "height": 11}])
    out("render:CreatePicture", pid=0x70, drawable=w.WINDOW, format=0x62)
    out("render:CreatePicture", pid=0x71, drawable="root", format=0x62, value_mask=1 << 8, subwindowmode=1)
    fixed = 65536
    out("render:SetPictureTransform", picture=0x64, transform=dict(zip(("matrix11", "matrix12", "matrix13", "matrix21", "matrix22", "matrix23",
        "matrix31", "matrix32", "matrix33"), (fixed // 2, 9000, 3 * fixed, -9000, fixed, 0, 0, 0, fixed))))
    for name, values in ((b"bilinear", []), (b"good", []), (b"convolution", [3 * fixed, 3 * fixed] + [7281] * 9)):
        out("render:SetPictureFilter", picture=0x64, filter_len=len(name), filter=name, values=values)
        for dst in (0x60, 0x61, 0x62, 0x63, 0x64, 0x70):
            out("render:Composite", op=3, src=0x64, mask=0x62, dst=dst, dst_x=-3, dst_y=4, width=40, height=30)
    for src in (0x60, 0x61, 0x63, 0x70, 0x71):
        out("render:Composite", op=12, src=src, mask=0x60, dst=0x70, dst_x=5, width=40, height=30)
    out("render:ChangePicture", picture=0x70, value_mask=2, alphamap=0x62)
    out("render:Composite", op=3, src=0x63, mask="none", dst=0x70, width=40, height=30)
    for op in (1, 3, 12):
        out("render:FillRectangles", op=op, dst=0x70, color={"red": 9, "green": 40000, "blue": 9, "alpha": 30000},
            rects=[{"x": 1, "y": 2, "width": 90, "height": 70}])
    trap = [fixed * v // 2 for v in (3, 30, 4, 1, 21, 33)]
    for picture in (0x62, 0x60, 0x70):
        out.raw(struct.pack("<BBHIhh", out.paper.majors["render"], 32, 0, out.paper.id(picture), 1, -2) + struct.pack("<6i", *trap) * 3)
    out("FreePixmap", pixmap=0x54)("render:Composite", op=3, src=0x64, mask="none", dst=0x70, width=40, height=30)
    out("DestroyWindow", window=w.WINDOW)("render:Composite", op=3, src=0x70, mask="none", dst=0x63, width=40, height=30)


ALL = [bitmaps, text, segments, player, painted, two_clients, setups, waits, keyboard, pictures]


def inputs(make_paper):
    """(name, bytes after the first) of each; requests that the protocol's description cannot write are left out."""
    for one in ALL:
        out = Writer(make_paper())
        one(out)
        yield one.__name__, out.body
