#!/usr/bin/env python3
"""Every request is accounted for: answered and compared with Xvfb, or refused with an error and a reason.

    tests/proto/answered.py --host BUILD/bin/proto_host [--list]

Asks the server which requests of xcb-proto it knows; each one it knows must be compared with Xvfb by the generated
tests or by a test that is named here, each other must be in REFUSED. What real programs send (tiers.py) is looked at on
top.
Exit status: 0 all are, 1 some are not, 77 skipped with the reason as the last line.
"""

import argparse
import fnmatch
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import cases      # noqa: E402
import hosts      # noqa: E402
import rawclient  # noqa: E402
import suite      # noqa: E402
import tiers      # noqa: E402
import world      # noqa: E402
import xcbxml     # noqa: E402

TESTS = os.path.dirname(HERE)

# What is not done: globs over FILE:Request, the answer that a well-formed request gets, and why.
REFUSED = [
    ("xproto:ChangeHosts", "error BadAccess ", "nobody outside the process can connect"),
    ("screensaver:SetAttributes", "error BadAccess ", "there is no screen to save"),
    ("glx:*", "error BadRequest ", "contexts, drawables and rendering are served in the process, not on the wire"),
    ("randr:*Lease", "error BadRequest ", "leases are for programs that drive the display hardware"),
    ("xfixes:[GS]etClientDisconnectMode", "error Bad(Request|Length) ", "requests of version 6; ours is 5"),
    ("xinput:XIChangeHierarchy", "error BadImplementation ", "the devices are what they are"),
    ("xinput:*", "error BadImplementation ", "of version 1 there are the questions"),
]

# Answered, and not to be compared.
OWN = {
    "xkb:GetKbdByName": "Xvfb compiles a map from files of the machine; there is one map",
    "xkb:SetDebuggingFlags": "what it does is the server's own",
    "xinput:SetDeviceFocus": "Xvfb 21.1.7 dies of it; XISetFocus is compared",
    "glx:VendorPrivate": "a request between our library and our server",
    "glx:GetFBConfigs": "our configurations, which tests/glx compares with what EGL has",
}

# Extensions that are absent, which is an answer too: the name on the wire.
ABSENT = {"composite": "Composite", "damage": "DAMAGE", "dbe": "DOUBLE-BUFFER"}

# What the generated tests leave out, and the file that tests it.
ELSEWHERE = {
    "xproto:GrabServer": "oracle/s_grab_passive.c", "xproto:GetMotionEvents": "oracle/s_pointer.c",
    "xproto:ChangeKeyboardMapping": "oracle/s_keyboard.c", "xproto:ChangeKeyboardControl": "oracle/s_keyboard.c",
    "xproto:SetPointerMapping": "oracle/s_keyboard.c", "xproto:SetModifierMapping": "oracle/s_keyboard.c",
    "xproto:KillClient": "oracle/s_clients.c", "xproto:SetAccessControl": "oracle/s_setup.c",
    "xproto:ListFonts": "fonts/run_fonts.py", "xproto:ListFontsWithInfo": "fonts/run_fonts.py",
    "xproto:SetFontPath": "oracle/s_fixed.c", "randr:SetScreenConfig": "oracle/s_fixed.c",
    "randr:SetScreenSize": "oracle/s_fixed.c", "randr:SetCrtcConfig": "oracle/s_fixed.c",
    "sync:Await": "oracle/s_sync.c", "sync:AwaitFence": "oracle/s_sync.c", "xinput:XIChangeCursor": "x11/test_cursor.c",
}


def is_known(client, request, major):
    """Whether the server has a handler: a request that is only a header is too short, or right, but not unknown."""
    data = bytes([major, request.opcode]) if major else bytes([request.opcode, 0])
    client.send(data + client.pack("H", 1))
    return not any(answer.startswith("error BadRequest") for answer in client.answers(request.full_name))


def known_requests(path, protocol):
    """{full name: whether the server knows it}, and the names of the extensions that it lacks. A connection for each,
    since some change what the next one finds."""
    known, lacking = {}, []
    for file in xcbxml.FILES:
        for request in protocol.modules[file].requests.values():
            client = rawclient.RawClient(path, protocol)
            client.setup()
            client.find_extensions({file})
            if file != "xproto" and file not in client.majors:
                lacking.append(file)
                client.close()
                break
            known[request.full_name] = is_known(client, request, client.majors.get(file, 0))
            client.close()
    return known, lacking


def c_name(request):
    """The request as libxcb calls it: xcb_grab_server, xcb_randr_set_screen_size."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", request.name).lower()
    file = request.module.file
    prefix = "" if file == "xproto" else {"xinput": "input_", "xtest": "test_"}.get(file, file + "_")
    return "xcb_%s%s" % (prefix, words)


def sent_by(path, request):
    with open(os.path.join(TESTS, path)) as source:
        text = source.read()
    return any(re.search(r"\b%s(_checked|_unchecked)?\b" % re.escape(name), text)
               for name in (c_name(request), request.full_name, request.name, "X_" + request.name))


def refusal(name):
    """The row of REFUSED, or None."""
    return next((row for row in REFUSED if fnmatch.fnmatchcase(name, row[0])), None)


def whole(path, protocol, request):
    """The answers to a well-formed request on a connection with everything it may want."""
    world_ = world.World(path, protocol, "<", {request.module.file} | suite.NEEDS.get(request.module.file, set()))
    world_.send(cases.encoded(world_, request))
    answers = world_.answers(request.full_name)
    world_.close()
    return " | ".join(answers)


def problems_of(path, protocol, known):
    generated = {request.full_name for request in cases.requests(protocol)} - set(cases.NOT_SENT)
    for name, answered in known.items():
        request, row = protocol.request(name), refusal(name)
        if answered and name in ELSEWHERE:
            if not sent_by(ELSEWHERE[name], request):
                yield "%s is not in %s" % (name, ELSEWHERE[name])
        elif not answered or name not in generated and name not in OWN:
            if row is None:
                yield name + (" is compared with Xvfb nowhere" if answered else " is refused, and nothing says why")
            elif not re.match(row[1], whole(path, protocol, request)):
                yield "%s is not refused as REFUSED says: %s" % (name, whole(path, protocol, request) or "nothing")
    for name in list(ELSEWHERE) + list(OWN):
        if name in generated or not known.get(name):
            yield "%s need not be in ELSEWHERE or OWN" % name


def problems_of_tiers(known, lacking, decisions):
    for tier, files in tiers.TIERS.items():
        for file, names in files.items():
            if file in ABSENT:
                if ABSENT[file] not in decisions:
                    yield "%s is absent, and DEVIATIONS.md does not say so" % ABSENT[file]
                continue
            if file in lacking:
                yield "tier %d: %s is absent" % (tier, file)
            for name in (file + ":" + name for name in names):
                if not known.get(name) and refusal(name) is None:
                    yield "tier %d: %s is not answered" % (tier, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", required=True)
    parser.add_argument("--list", action="store_true", help="what is refused, and what is compared by other tests")
    options = parser.parse_args()
    protocol = xcbxml.Protocol()
    try:
        with hosts.Host(options.host) as host:
            known, lacking = known_requests(host.socket_path(), protocol)
            problems = list(problems_of(host.socket_path(), protocol, known))
            report = host.finish()
    except hosts.Skip as reason:
        print(reason)
        return 77
    with open(os.path.join(TESTS, "..", "shim", "x11", "DEVIATIONS.md")) as text:
        problems += problems_of_tiers(known, lacking, text.read())
    if report:
        problems.append(report)
    if options.list:
        for name, answered in sorted(known.items()):
            if name in ELSEWHERE or name in OWN:
                print("answered %-45s %s" % (name, ELSEWHERE.get(name) or OWN[name]))
            elif not answered:
                print("refused  %-45s %s" % (name, refusal(name)[2]))
    print("\n".join(problems + ["%d requests of which the server knows %d; %d problems" %
                                (len(known), sum(known.values()), len(problems))]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
