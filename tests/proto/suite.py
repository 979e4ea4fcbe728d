"""Run the generated cases on one server and collect the answers."""

import re

import cases
import rawclient
import world

# Atoms above the predefined ones are numbered as a server likes.
NUMBERED = re.compile(r"atom\?\d+")
# How long ago something was, or how long it will be.
TIMED = re.compile(r"\b(ms_until_server|ms_since_user_input)=\d+")

# What a request may need besides its own extension.
NEEDS = {"xfixes": {"render"}, "xinput": set(), "randr": {"render"}}


class Suite:
    """All cases on the server at a socket path, in one byte order."""

    def __init__(self, path, protocol, order="<", timeout_s=2.0):
        self.path, self.protocol, self.order, self.timeout_s = path, protocol, order, timeout_s
        self.known = {}
        self.connections = 0

    def connect(self, request):
        self.connections += 1
        file = request.module.file
        files = {file} | NEEDS.get(file, set()) if file != "xproto" else set()
        return world.World(self.path, self.protocol, self.order, files, self.timeout_s, self.known)

    def run(self, requests, pick=lambda case: True):
        """{case name: [answers]} for the requests' cases that `pick` accepts."""
        results = {}
        for request in requests:
            if request.module.file != "xproto" and self.lacks(request):
                results[request.full_name] = ["extension absent"]
                continue
            results.update(self.run_request(request, pick))
        return results

    def lacks(self, request):
        if "extensions" not in self.known:
            self.connect(request).close()
        return request.module.file not in self.known["extensions"]

    def run_request(self, request, pick):
        results, here = {}, None
        for case in cases.cases_of(self.protocol, request):
            if not pick(case):
                continue
            if here is None:
                here = self.connect(request)
            data, count = case.build(here)
            if data is None:
                continue
            answers = self.one(here, request, case, data, count)
            results[case.full_name] = answers
            # An error alone leaves the world as it was; anything else may not.
            if not (len(answers) == 1 and answers[0].startswith("error")):
                here.close()
                here = None
        if here is not None:
            here.close()
        return results

    @staticmethod
    def one(here, request, case, data, count):
        try:
            if "big-" in case.name:
                here.reply("bigreq:Enable")
            here.send(data)
            return [TIMED.sub(r"\1=n", NUMBERED.sub("atom", answer)) for answer in here.answers(request.full_name, count)]
        except rawclient.Closed:
            return ["closed"]
