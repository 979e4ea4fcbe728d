#!/usr/bin/env python3
"""Programs that leak, vanish in the middle of a request, use what is gone, or bring memory that is: nothing of the server's
crashes, hangs or grows.

    tests/proto/hardening.py --host PROGRAM | --preload LIBRARY | --xvfb [NAME...]      as streams.py

Exit status: 0 all passed, 1 not, 77 skipped with the reason as the last line.
"""

import ctypes
import os
import resource
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases      # noqa: E402
import streams    # noqa: E402
import world as w  # noqa: E402
from streams import MEGABYTE, PROTOCOL, SETUP, alive, check, client, raw  # noqa: E402


def told(one):
    """What the server says to all that was sent, as text."""
    return one.answers("GetInputFocus", 0)


# ---- leaks -------------------------------------------------------------------------------------------------------------

LEAKED, WINDOWS = 800, 500


def leak(one):
    """Thousands of everything that has an id, and none of it freed."""
    at = iter(range(0x1000, 1 << 21))
    new = lambda: one.base + next(at)    # noqa: E731
    bitmap, pixmap = new(), new()
    one.request("CreatePixmap", pid=bitmap, drawable=one.root, depth=1, width=16, height=16)
    one.request("CreatePixmap", pid=pixmap, drawable=one.root, depth=24, width=16, height=16)
    many = [("CreateGC", "cid", {"drawable": one.root, "value_mask": 0}),
            ("CreatePixmap", "pid", {"drawable": one.root, "depth": 24, "width": 60, "height": 60}),
            ("CreateCursor", "cid", {"source": bitmap, "mask": 0}),
            ("CreateColormap", "mid", {"window": one.root, "visual": one.visual}),
            ("OpenFont", "fid", {"name": b"fixed", "name_len": 5}),
            ("render:CreatePicture", "pid", {"drawable": pixmap, "format": one.formats[24]}),
            ("render:CreateGlyphSet", "gsid", {"format": one.formats[8]}),
            ("xfixes:CreateRegion", "region", {"rectangles": [{"x": i, "y": 2 * i, "width": 5, "height": 1} for i in range(9)]}),
            ("sync:CreateCounter", "id", {}), ("sync:CreateFence", "fence", {"drawable": one.root}),
            ("shm:Attach", "shmseg", {"shmid": one.shmid(), "read_only": 0})]
    for name, field, values in many:
        for _ in range(LEAKED):
            one.request(name, **{field: new()}, **values)
    gc = new()
    one.request("CreateGC", cid=gc, drawable=one.root)
    for index in range(WINDOWS):
        window = new()
        one.request("CreateWindow", wid=window, parent=one.root, x=index % 40 * 30, y=index // 40 * 30, width=60, height=40, value_mask=0x800,
                    event_mask=0x1FFFFFF & ~0x1C0000)
        one.request("MapWindow", window=window)
        one.request("PolyFillRectangle", drawable=window, gc=gc, rectangles=[{"x": 3, "y": 4, "width": 50, "height": 40}])
        one.request("ChangeProperty", window=window, property=39, type=31, format=8, data_len=4000, data=bytes(4000))
    told(one)


def leaks(place):
    """What a program leaks goes with its connection: the fourth that leaks leaves as much behind as the second."""
    left = []
    for _ in range(4):
        one = w.World(place.socket_path(), PROTOCOL, timeout_s=60)
        leak(one)
        one.close()
        alive(place)
        left.append(place.resident_bytes())
    check(left[3] - left[1] < 16 * MEGABYTE, "memory in MiB after each: %s", [bytes_ // MEGABYTE for bytes_ in left])


def pixels(place):
    """Pixmaps until the server takes no more, which it says; all can be had again when they are freed."""
    if not hasattr(place, "IMAGES"):
        return      # the others go on until the machine has no more
    most = place.IMAGES // (1024 * 1024 * 4)
    for how in ("freed", "left", "freed"):
        one = client(place)
        one.request("CreateGC", cid=one.base + 1, drawable=one.root)
        taken = 0
        while taken <= most and draw_in_new(one, one.base + 2 + taken):
            taken += 1
        check(taken == most, "%d pixmaps of 4 MiB could be had", taken)
        if how == "freed":
            for index in range(taken + 1):
                one.request("FreePixmap", pixmap=one.base + 2 + index)
            told(one)
            check(draw_in_new(one, one.base + 2), "there is no room after all was freed")
        one.close()
        alive(place)


def draw_in_new(one, pixmap):
    """A pixmap has pixels from when something is drawn in it."""
    one.request("CreatePixmap", pid=pixmap, drawable=one.root, depth=24, width=1024, height=1024)
    one.request("PolyPoint", drawable=pixmap, gc=one.base + 1, coordinate_mode=0, points=[{"x": 1, "y": 1}])
    answers = told(one)
    check(not answers or "BadAlloc" in answers[0], "a pixmap is answered with %s", answers)
    return not answers


def connections(place):
    """Connections that are never closed, until there is no room for more; then all of them go."""
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100
    mine = []
    try:
        for _ in range(min(300, room // 2)):
            mine.append(raw(place))
            mine[-1].sendall(SETUP)
    except OSError:
        pass
    check(len(mine) > 100, "only %d connections", len(mine))
    for one in mine:
        one.close()
    streams.wait_for(lambda: served(place), "no room after all were closed")


def served(place):
    try:
        alive(place)
        return True
    except (OSError, streams.Failed):
        return False


# ---- gone in the middle ------------------------------------------------------------------------------------------------

def cut_anywhere(place):
    """Every request there is, from a client that leaves in the middle of it; with nothing before it, and behind others."""
    here = w.World(place.socket_path(), PROTOCOL, timeout_s=20)
    requests = [cases.encoded(here, request) for request in cases.requests(PROTOCOL) if request.module.file in here.files | {"xproto"}]
    check(len(requests) > 300, "only %d requests", len(requests))
    here.close()
    for index, data in enumerate(requests):
        one = raw(place)
        one.sendall(SETUP + requests[index - 1][:4] * (index & 1) + data[:max(1, len(data) * (index % 4 + 1) // 5)])
        one.close()
    alive(place)


# ---- what is gone ------------------------------------------------------------------------------------------------------

FREED = [("FreePixmap", "pixmap", w.PIXMAP), ("FreePixmap", "pixmap", w.BITMAP), ("FreeCursor", "cursor", w.CURSOR),
         ("CloseFont", "font", w.FONT), ("FreeColormap", "cmap", w.COLORMAP), ("FreeGC", "gc", w.GC),
         ("render:FreePicture", "picture", w.PICTURE), ("render:FreeGlyphSet", "glyphset", w.GLYPHSET),
         ("sync:DestroyCounter", "counter", w.COUNTER), ("sync:DestroyFence", "fence", w.FENCE), ("sync:DestroyAlarm", "alarm", w.ALARM),
         ("xfixes:DestroyRegion", "region", w.REGION), ("shm:Detach", "shmseg", w.SEGMENT), ("DestroyWindow", "window", w.WINDOW)]
# Their window is looked at for touches only.
ACCEPTED = {"xinput:XIAllowEvents"}


def lean_on(one):
    """Make what refers to other things, so that these go from under it."""
    window, gc, bitmap, pixmap = (one.id(x) for x in (w.WINDOW, w.GC, w.BITMAP, w.PIXMAP))
    one.request("ChangeWindowAttributes", window=window, value_mask=0x1 | 0x4 | 0x800 | 0x2000 | 0x4000, background_pixmap=pixmap,
                border_pixmap=pixmap, event_mask=0x20800F, colormap=one.id(w.COLORMAP), cursor=one.id(w.CURSOR))
    one.request("CreateGC", cid=one.base + 0x50, drawable=window, value_mask=0x400 | 0x800 | 0x4000 | 0x80000, tile=pixmap,
                stipple=bitmap, font=one.id(w.FONT), clip_mask=bitmap)
    one.request("render:CreatePicture", pid=one.base + 0x51, drawable=window, format=one.formats[24])
    one.request("render:ReferenceGlyphSet", gsid=one.base + 0x52, existing=one.id(w.GLYPHSET))
    one.request("render:ChangePicture", picture=one.base + 0x51, value_mask=2, alphamap=one.id(w.PICTURE))
    one.request("sync:CreateAlarm", id=one.base + 0x53, value_mask=1, counter=one.id(w.COUNTER))
    one.request("SetSelectionOwner", owner=window, selection=1, time=0)
    one.request("SetInputFocus", revert_to=2, focus=window, time=0)
    one.request("GrabButton", owner_events=1, grab_window=window, event_mask=4, pointer_mode=0, keyboard_mode=1, confine_to=window,
                cursor=one.id(w.CURSOR), button=1, modifiers=0x8000)
    one.request("xfixes:SelectSelectionInput", window=window, selection=1, event_mask=7)
    one.request("shape:SelectInput", destination_window=window, operation=1)
    one.request("xinput:XISelectEvents", window=window, masks=[{"deviceid": 1, "mask_len": 1, "mask": bytes(3) + b"\0"}], num_mask=1)


def draw_with_the_rest(one):
    """What leaned on something still works, or says why not."""
    for gc in (0x50, w.GC):
        for drawable in (one.root, one.id(w.WINDOW)):
            one.request("PolyFillRectangle", drawable=drawable, gc=one.base + gc, rectangles=[{"x": 3, "y": 4, "width": 50, "height": 40}])
            one.request("ImageText8", drawable=drawable, gc=one.base + gc, x=3, y=9, string_len=3, string=b"abc")
    one.request("ClearArea", window=one.id(w.WINDOW))
    for picture in (0x51, w.PICTURE):
        one.request("render:Composite", op=3, src=one.base + 0x51, mask=0, dst=one.base + picture, width=30, height=30)
    one.request("sync:SetCounter", counter=one.id(w.COUNTER), value={"hi": 0, "lo": 9})
    one.request("ConvertSelection", requestor=one.root, selection=1, target=31, property=39)
    return told(one)


def freed_ids(place):
    """Each thing is freed while others refer to it; then every request is sent with the ids of what is gone."""
    for name, field, which in FREED:
        one = w.World(place.socket_path(), PROTOCOL, timeout_s=20)
        lean_on(one)
        one.request(name, **{field: one.id(which)})
        answers = draw_with_the_rest(one)
        check(not {"closed", "silence"} & set(answers), "after %s: %s", name, answers)
        one.close()
    one = w.World(place.socket_path(), PROTOCOL, timeout_s=20)
    lean_on(one)
    for name, field, which in reversed(FREED):
        one.request(name, **{field: one.id(which)})
    told(one)
    taken, accepted = 0, []
    for request in cases.requests(PROTOCOL):
        if request.full_name in cases.NOT_SENT or request.module.file not in one.files | {"xproto"} or not wants_gone(request):
            continue
        one.send(cases.encoded(one, request))
        answers = one.answers(request.full_name)
        check(not {"closed", "silence"} & set(answers), "%s: %s", request.full_name, answers)
        if request.full_name not in ACCEPTED and not any(answer.startswith("error") for answer in answers):
            accepted.append("%s: %s" % (request.full_name, answers))
        taken += 1
    check(not accepted, "ids that are gone are taken: %s", "\n".join(accepted))
    check(taken > 100, "only %d requests take an id", taken)
    one.close()
    alive(place)


def wants_gone(request):
    """The request means, by an id and with nothing allowed in its place, something that was freed."""
    import values
    given = values.BY_REQUEST.get(request.full_name, {})
    return any(isinstance(m, cases.Field) and m.type in w.OF_TYPE and m.name not in given and not m.altenum and
               m.name != values.CREATES.get(request.full_name) for m in request.members)


# ---- memory that is gone or too small ----------------------------------------------------------------------------------

def segments(place):
    """System V segments: removed while attached, gone before they are, too small for the image."""
    libc = ctypes.CDLL(None, use_errno=True)
    one = w.World(place.socket_path(), PROTOCOL, timeout_s=20)
    shmid = libc.shmget(0, 4096, 0o1600)
    check(shmid >= 0, "no shared memory")
    put = dict(drawable=one.id(w.WINDOW), gc=one.id(w.GC), total_width=16, total_height=16, src_width=16, src_height=16, depth=24, format=2)
    get = dict(drawable=one.id(w.WINDOW), width=16, height=16, plane_mask=0xFFFFFF, format=2)
    segment = one.base + 0x50
    one.request("shm:Attach", shmseg=segment, shmid=shmid, read_only=0)
    check(not told(one), "a segment is refused")
    libc.shmctl(shmid, 0, None)
    one.request("shm:PutImage", shmseg=segment, **put)
    check(not told(one), "a removed segment, which is attached, is refused")
    check(one.reply("shm:GetImage", shmseg=segment, **get) is not None, "the same, for reading")
    for change, wanted in (({"total_height": 80}, "BadValue"), ({"offset": 3600}, "BadValue"), ({"offset": 0xFFFFFFFC}, "BadValue"),
                           ({"total_width": 65535, "total_height": 65535}, "BadValue"), ({"src_x": 10}, "BadValue")):
        one.request("shm:PutImage", shmseg=segment, **dict(put, **change))
        check(wanted in "".join(told(one)), "PutImage with %s is not %s", change, wanted)
    for change, wanted in (({"height": 80}, "BadAccess"), ({"offset": 3600}, "BadAccess"), ({"offset": 8192}, "BadValue")):
        one.send(one.codec.encode_request(PROTOCOL.request("shm:GetImage"), one.majors["shm"], dict(get, shmseg=segment, **change)))
        check(wanted in "".join(one.answers("shm:GetImage")), "GetImage with %s is not %s", change, wanted)
    one.request("shm:Detach", shmseg=segment)
    one.request("shm:PutImage", shmseg=segment, **put)
    check("BadSeg" in "".join(told(one)), "a detached segment is used")
    one.request("shm:Attach", shmseg=segment, shmid=shmid, read_only=0)
    check("BadAccess" in "".join(told(one)), "a segment that is gone is attached")
    one.close()
    alive(place)


# ---- images larger than their window -----------------------------------------------------------------------------------

def large_images(place):
    """What lies outside is left out, and cannot be read."""
    one = w.World(place.socket_path(), PROTOCOL, timeout_s=20)
    window, gc = one.base + 0x50, one.id(w.GC)
    one.request("CreateWindow", wid=window, parent=one.root, x=300, y=300, width=20, height=10, value_mask=0x202, background_pixel=0x123456,
                override_redirect=1)
    one.request("MapWindow", window=window)
    row = struct.pack("=I", 0xFF8040) * 120
    for x, y in ((-40, -30), (0, 0), (19, 9), (32767, 32767), (-32768, -32768)):
        one.request("ClearArea", window=window)
        one.request("PutImage", format=2, drawable=window, gc=gc, width=120, height=80, dst_x=x, dst_y=y, depth=24, data=row * 80)
        reply = one.reply("GetImage", format=2, drawable=window, width=20, height=10, plane_mask=0xFFFFFFFF)
        check(reply is not None, "no picture with the image at %d, %d", x, y)
        found = struct.unpack("=200I", bytes(reply["data"])[:800])
        wanted = tuple(0xFF8040 if x <= i % 20 < x + 120 and y <= i // 20 < y + 80 else 0x123456 for i in range(200))
        wrong = [(i % 20, i // 20, hex(v)) for i, v in enumerate(found) if v & 0xFFFFFF != wanted[i]]
        check(not wrong, "the image at %d, %d shows otherwise: %s", x, y, wrong[:5])
    for change in ({"width": 21}, {"height": 11}, {"x": -1}, {"y": 1}, {"width": 65535, "height": 65535}, {"x": 32767, "width": 65535}):
        values = dict(dict(format=2, drawable=window, x=0, y=0, width=20, height=10, plane_mask=0xFFFFFFFF), **change)
        check(one.reply("GetImage", **values) is None, "GetImage with %s is answered", change)
    one.close()
    alive(place)


CHECKS = [leaks, pixels, connections, cut_anywhere, freed_ids, segments, large_images]

if __name__ == "__main__":
    sys.exit(streams.main(CHECKS))
