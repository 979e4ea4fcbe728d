"""What a test case finds when it starts: a connection with one resource of each kind, under the same names everywhere."""

import ctypes
import functools

import rawclient

# Offsets of the ids from the connection's base.
WINDOW, CHILD, INPUT_ONLY, PIXMAP, BITMAP, GC, COLORMAP, CURSOR, FONT = range(1, 10)
PICTURE, GLYPHSET, COUNTER, ALARM, FENCE, REGION, SEGMENT = range(10, 17)
UNUSED, NEW = 0xF00, 0x100

NAMES = {WINDOW: "window", CHILD: "child", INPUT_ONLY: "inputonly", PIXMAP: "pixmap", BITMAP: "bitmap", GC: "gc",
         COLORMAP: "colormap", CURSOR: "cursor", FONT: "font", PICTURE: "picture", GLYPHSET: "glyphset",
         COUNTER: "counter", ALARM: "alarm", FENCE: "fence", REGION: "region", SEGMENT: "segment",
         UNUSED: "unused", NEW: "new"}

# The kind of resource that a field of each id type wants.
OF_TYPE = {"WINDOW": WINDOW, "DRAWABLE": WINDOW, "PIXMAP": PIXMAP, "GCONTEXT": GC, "COLORMAP": COLORMAP, "CURSOR": CURSOR,
           "FONT": FONT, "FONTABLE": FONT, "PICTURE": PICTURE, "GLYPHSET": GLYPHSET, "COUNTER": COUNTER, "ALARM": ALARM,
           "FENCE": FENCE, "REGION": REGION, "SEG": SEGMENT}


SEGMENT_BYTES = 4096


@functools.lru_cache(None)
def shared_memory():
    """(shmid, address) of a segment of this process, which goes with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    shmid = libc.shmget(0, SEGMENT_BYTES, 0o1600)
    address = libc.shmat(shmid, None, 0) if shmid >= 0 else None
    libc.shmctl(shmid, 0, None)    # removed once nobody has it attached; until then it can be attached by its number
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "no shared memory")
    return shmid, address


class World(rawclient.RawClient):
    """A raw client with its resources made."""

    def __init__(self, path, protocol, order="<", files=None, timeout_s=3.0, known=None):
        """`files`: the extensions wanted (None: all). `known`: a dict that keeps what is the same on every connection to
        one server, so that it is asked for once."""
        super().__init__(path, protocol, order, timeout_s)
        self.known = {} if known is None else known
        self.setup()
        if "extensions" not in self.known:
            self.find_extensions()
            self.known["extensions"] = dict(self.decoder.extensions)
        self.decoder.extensions = dict(self.known["extensions"])
        self.majors = {file: bases[0] for file, bases in self.decoder.extensions.items()}
        self.files = set(self.majors) if files is None else files & set(self.majors)
        for offset, name in NAMES.items():
            self.name(offset, name)
        self.formats, self.outputs = {}, {}
        self._make_core()
        self._make_extensions()
        self.answers("GetInputFocus", 0)

    def find_formats(self):
        """depth -> id of the first direct format of that depth."""
        found = {}
        for form in self.reply("render:QueryPictFormats")["formats"]:
            form = {n: v for n, _, v in form}
            if form["type"] == 1:
                found.setdefault(form["depth"], form["id"])
        self.known["formats"] = found
        return found

    def find_outputs(self):
        """The first output, CRTC and mode."""
        reply = self.reply("randr:GetScreenResourcesCurrent", window=self.root)
        self.known["outputs"] = {"OUTPUT": reply["outputs"][0], "CRTC": reply["crtcs"][0],
                                 "MODE": {n: v for n, _, v in reply["modes"][0]}["id"]}
        return self.known["outputs"]

    def id(self, offset):
        return self.base + offset

    def shmid(self):
        return shared_memory()[0]

    def _make_core(self):
        window = dict(parent=self.root, width=100, height=100, value_mask=0x200, override_redirect=1)
        self.request("CreateWindow", wid=self.id(WINDOW), x=10, y=10, **dict(window, **{"class": 1}))
        self.request("CreateWindow", wid=self.id(CHILD), **dict(window, parent=self.id(WINDOW), **{"class": 1}))
        self.request("CreateWindow", wid=self.id(INPUT_ONLY), **dict(window, parent=self.id(WINDOW), **{"class": 2}))
        self.request("CreatePixmap", pid=self.id(PIXMAP), drawable=self.root, depth=24, width=16, height=16)
        self.request("CreatePixmap", pid=self.id(BITMAP), drawable=self.root, depth=1, width=16, height=16)
        self.request("CreateGC", cid=self.id(GC), drawable=self.root)
        self.request("CreateColormap", mid=self.id(COLORMAP), window=self.root, visual=self.visual)
        self.request("CreateCursor", cid=self.id(CURSOR), source=self.id(BITMAP))
        self.request("OpenFont", fid=self.id(FONT), name=b"cursor", name_len=6)
        self.request("MapWindow", window=self.id(WINDOW))

    def _make_extensions(self):
        if "render" in self.files:
            self.request("render:QueryVersion", client_major_version=0, client_minor_version=11)
            self.formats = self.known.get("formats") or self.find_formats()
            self.request("render:CreatePicture", pid=self.id(PICTURE), drawable=self.id(PIXMAP), format=self.formats[24])
            self.request("render:CreateGlyphSet", gsid=self.id(GLYPHSET), format=self.formats[8])
        if "sync" in self.files:
            self.request("sync:Initialize", desired_major_version=3, desired_minor_version=1)
            self.request("sync:CreateCounter", id=self.id(COUNTER))
            self.request("sync:CreateAlarm", id=self.id(ALARM))    # of no counter: Xvfb counts steps one by one
            self.request("sync:CreateFence", drawable=self.root, fence=self.id(FENCE), initially_triggered=1)
        if "xfixes" in self.files:
            self.request("xfixes:QueryVersion", client_major_version=5, client_minor_version=0)
            self.request("xfixes:CreateRegion", region=self.id(REGION))
        if "shm" in self.files:
            self.request("shm:Attach", shmseg=self.id(SEGMENT), shmid=self.shmid(), read_only=0)
        if "xkb" in self.files:
            self.request("xkb:UseExtension", wantedMajor=1, wantedMinor=0)
        if "xinput" in self.files:
            self.request("xinput:XIQueryVersion", major_version=2, minor_version=2)
        if "randr" in self.files:
            self.request("randr:QueryVersion", major_version=1, minor_version=5)
            self.outputs = self.known.get("outputs") or self.find_outputs()
            for kind, id_ in self.outputs.items():
                self.decoder.names.setdefault(id_, "the-" + kind.lower())
