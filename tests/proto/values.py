"""Sensible values for the fields of any request, so that a generated request is one that a server carries out."""

import world as w
from xcbxml import Field, List

# Requests that make a resource: the field that takes the new id.
CREATES = {
    "xproto:CreateWindow": "wid", "xproto:CreatePixmap": "pid", "xproto:CreateGC": "cid", "xproto:CreateColormap": "mid",
    "xproto:CopyColormapAndFree": "mid", "xproto:CreateCursor": "cid", "xproto:CreateGlyphCursor": "cid",
    "xproto:OpenFont": "fid",
    "render:CreatePicture": "pid", "render:CreateGlyphSet": "gsid", "render:ReferenceGlyphSet": "gsid",
    "render:CreateCursor": "cid", "render:CreateAnimCursor": "cid", "render:CreateSolidFill": "picture",
    "render:CreateLinearGradient": "picture", "render:CreateRadialGradient": "picture",
    "render:CreateConicalGradient": "picture",
    "sync:CreateCounter": "id", "sync:CreateAlarm": "id", "sync:CreateFence": "fence",
    "xfixes:CreateRegion": "region", "xfixes:CreateRegionFromBitmap": "region", "xfixes:CreateRegionFromWindow": "region",
    "xfixes:CreateRegionFromGC": "region", "xfixes:CreateRegionFromPicture": "region",
    "xfixes:CreatePointerBarrier": "barrier",
    "shm:Attach": "shmseg", "shm:CreatePixmap": "pid", "shm:AttachFd": "shmseg", "shm:CreateSegment": "shmseg",
}

# Values by field name that hold wherever the name occurs.
BY_NAME = {"width": 10, "height": 10, "src_width": 4, "src_height": 4, "depth": 24, "format": 8, "time": 0,
           "first_keycode": 38, "keycode_count": 1, "count": 1, "keycodes_per_modifier": 1, "keysyms_per_keycode": 1,
           "long_length": 10, "bit_plane": 1, "pixel": 5, "device_id": 2, "deviceid": 2, "deviceSpec": 0x100,
           "plane_mask": 0xFFFFFFFF, "max_names": 10, "percent": 0, "drawable": w.WINDOW}

# XI2 event masks are strings of bytes, the same in both byte orders.
MOTION, BUTTONS = bytes([0x40, 0, 0, 0]), bytes([0x30, 0, 0, 0])

# Whole requests that the rules do not get right.
BY_REQUEST = {
    "xproto:CreateWindow": {"depth": 0, "class": 1, "visual": 0},
    "xproto:ChangeProperty": {"data_len": 3, "data": b"abc\0", "mode": 0, "type": 31},
    "xproto:SendEvent": {"event": bytes([33, 32]) + bytes(30), "destination": w.WINDOW},
    "xproto:GrabPointer": {"event_mask": 4, "pointer_mode": 1, "keyboard_mode": 1, "cursor": 0, "confine_to": 0},
    "xproto:GrabKeyboard": {"pointer_mode": 1, "keyboard_mode": 1},
    "xproto:GrabButton": {"event_mask": 4, "pointer_mode": 1, "keyboard_mode": 1, "cursor": 0, "confine_to": 0, "button": 1},
    "xproto:GrabKey": {"key": 38, "pointer_mode": 1, "keyboard_mode": 1},
    "xproto:UngrabKey": {"key": 38},
    "xproto:UngrabButton": {"button": 1},
    "xproto:SetInputFocus": {"revert_to": 0, "focus": w.WINDOW},
    "xproto:WarpPointer": {"src_window": 0},
    "xproto:CreateCursor": {"source": w.BITMAP, "mask": 0},
    "xproto:CreateGlyphCursor": {"source_char": 68, "mask_char": 69},
    "xproto:PutImage": {"format": 2, "drawable": w.PIXMAP, "width": 2, "height": 2, "data": bytes(16)},
    "xproto:GetImage": {"format": 2, "drawable": w.PIXMAP, "width": 2, "height": 2},
    "xproto:CopyArea": {"src_drawable": w.PIXMAP, "dst_drawable": w.WINDOW},
    "xproto:CopyPlane": {"src_drawable": w.PIXMAP, "dst_drawable": w.WINDOW},
    "xproto:ReparentWindow": {"window": w.CHILD, "parent": w.WINDOW},
    "xproto:DestroyWindow": {"window": w.CHILD},
    "xproto:ChangeKeyboardMapping": {"first_keycode": 248, "keycode_count": 1, "keysyms_per_keycode": 1, "keysyms": [0x61]},
    "xproto:SetModifierMapping": {"keycodes_per_modifier": 1, "keycodes": bytes([50, 66, 37, 64, 77, 0, 133, 92])},
    "xproto:SetPointerMapping": {"map": bytes(range(1, 11))},
    "xproto:StoreColors": {"items": [{"pixel": 1, "red": 2, "green": 3, "blue": 4, "flags": 7}]},
    "xproto:AllocNamedColor": {"name": b"red"}, "xproto:LookupColor": {"name": b"red"},
    "xproto:StoreNamedColor": {"name": b"red", "pixel": 1},
    "xproto:QueryExtension": {"name": b"RANDR"}, "xproto:OpenFont": {"name": b"cursor"},
    "xproto:ListFonts": {"pattern": b"cursor", "max_names": 3},
    "xproto:ListFontsWithInfo": {"pattern": b"cursor", "max_names": 3},
    "xproto:AllocColorPlanes": {"colors": 1}, "xproto:AllocColorCells": {"colors": 1},
    "xproto:RotateProperties": {"atoms": []}, "xproto:KillClient": {"resource": 0},
    "xproto:SetScreenSaver": {"timeout": 10, "interval": 10}, "xproto:SetDashes": {"dashes": b"\1\2"},
    "xproto:ChangePointerControl": {"acceleration_numerator": 2, "acceleration_denominator": 1, "threshold": 4},
    "xproto:PolyText8": {"items": b""}, "xproto:PolyText16": {"items": b""},
    "xproto:UngrabServer": {}, "xproto:CreateColormap": {"alloc": 0, "visual": "visual"},
    "xtest:FakeInput": {"type": 6, "detail": 0, "rootX": 5, "rootY": 5, "root": "root"},
    "xtest:CompareCursor": {"cursor": w.CURSOR},
    "xinput:GetExtensionVersion": {"name": b"XInputExtension"},
    "xinput:XISelectEvents": {"masks": [{"deviceid": 2, "mask_len": 1, "mask": MOTION}], "num_mask": 1},
    "xinput:XIGrabDevice": {"mask": MOTION, "mask_len": 1, "mode": 1, "paired_device_mode": 1, "cursor": 0},
    "xinput:XIPassiveGrabDevice": {"detail": 1, "mask": BUTTONS, "mask_len": 1, "modifiers": [0], "grab_mode": 1, "paired_device_mode": 1,
                                   "cursor": 0, "grab_type": 0},
    "xinput:XIPassiveUngrabDevice": {"detail": 1, "modifiers": [0]},
    "xinput:XISetFocus": {"deviceid": 3}, "xinput:XIGetFocus": {"deviceid": 3},
    "xinput:XIWarpPointer": {"src_win": 0}, "xinput:XIQueryVersion": {"major_version": 2, "minor_version": 2},
    "xinput:XIChangeCursor": {"cursor": 0},
    "randr:QueryVersion": {"major_version": 1, "minor_version": 5},
    "render:QueryVersion": {"client_major_version": 0, "client_minor_version": 11},
    "sync:Initialize": {"desired_major_version": 3, "desired_minor_version": 1},
    "xfixes:QueryVersion": {"client_major_version": 5, "client_minor_version": 0},
    "xkb:UseExtension": {"wantedMajor": 1, "wantedMinor": 0},
    "xkb:GetMap": {"full": 7}, "xkb:GetNames": {"which": 0xFFF},
    "sync:CreateAlarm": {"value_mask": 1, "counter": w.COUNTER},
    "render:CreatePicture": {"drawable": w.PIXMAP, "format": "format24"},
    "render:CreateGlyphSet": {"format": "format8"},
    "render:CreateCursor": {"source": w.PICTURE},
    "render:SetPictureFilter": {"filter": b"nearest"},
    "render:Composite": {"op": 3, "mask": 0}, "render:FillRectangles": {"op": 1},
    "xfixes:SelectSelectionInput": {"selection": 1, "event_mask": 1},
    "shm:Attach": {"shmid": "shmid"},
    "shm:PutImage": {"drawable": w.PIXMAP, "format": 2, "total_width": 20, "total_height": 30, "src_x": 5, "src_y": 6, "offset": 400},
    "shm:GetImage": {"drawable": w.PIXMAP, "format": 2, "offset": 400}, "shm:CreatePixmap": {"offset": 400},
    "xfixes:SetCursorName": {"name": b"arrow"}, "xfixes:ChangeCursorByName": {"name": b"arrow"},
    "xfixes:CreateRegionFromBitmap": {"bitmap": w.BITMAP},
    "shm:CreateSegment": {"size": 4096},
    "shape:Rectangles": {"rectangles": [{"x": 2, "y": 3, "width": 40, "height": 50}]},
    "shape:Mask": {"source_bitmap": w.BITMAP}, "shape:Combine": {"source_window": w.CHILD},
    "xinput:GetDeviceFocus": {"device_id": 3}, "xinput:SetDeviceFocus": {"device_id": 3},
    "xinput:GetDeviceKeyMapping": {"device_id": 3}, "xinput:GetDeviceModifierMapping": {"device_id": 3},
    "xinput:GetDeviceControl": {"control_id": 1}, "xinput:OpenDevice": {"device_id": 6},
}


def resolve(world, value):
    """A value of the tables above as a number: names of the world's own ids are strings."""
    if value == "root":
        return world.root
    if value == "shmid":
        return world.shmid()
    if value == "visual":
        return world.visual
    if value == "format24":
        return world.formats.get(24, 0)
    if value == "format8":
        return world.formats.get(8, 0)
    return value


def of_field(world, module, field):
    """A sensible value of one field."""
    if field.type in w.OF_TYPE:
        return world.id(w.OF_TYPE[field.type])
    if field.type in world.outputs:
        return world.outputs[field.type]
    if field.type == "ATOM":
        return 39
    if field.type == "VISUALID":
        return world.visual
    if field.type == "PICTFORMAT":
        return world.formats.get(24, 0)
    if field.name in BY_NAME:
        return BY_NAME[field.name]
    if field.enum:
        values = world.protocol.enum(field.enum, module)
        return min(values.values(), default=0)
    return 0


def of_request(world, request):
    """Values for a whole request that should succeed."""
    values = {}
    given = BY_REQUEST.get(request.full_name, {})
    for member in request.members:
        if isinstance(member, Field) and member.name not in given and member.expr is None:
            if not is_length_of_a_list(request, member):
                values[member.name] = of_field(world, request.module, member)
    for name, value in given.items():
        field = next((m for m in request.members if isinstance(m, Field) and m.name == name), None)
        if field is not None and field.type in w.OF_TYPE and isinstance(value, int) and value:
            value = world.id(value)
        values[name] = resolve(world, value)
    if request.full_name in CREATES:
        values[CREATES[request.full_name]] = world.id(w.NEW)
    if "drawable" in values and values["drawable"] in w.NAMES:
        values["drawable"] = world.id(values["drawable"])
    return values


def is_length_of_a_list(request, field):
    return any(isinstance(m, List) and m.length is not None and m.length.tag == "fieldref" and m.length.text == field.name
               for m in request.members)
