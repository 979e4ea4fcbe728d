"""Prints the skipped tests with their reasons and the counts, from the JUnit file that ctest writes."""

import sys
import xml.etree.ElementTree as ElementTree


def skip_reason(case):
    """The last line that the test printed."""
    lines = [line for line in (case.findtext("system-out") or "").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"


def main(path, required):
    words = [word for word in required.lower().split(",") if word]
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        if status == "run":
            passed += 1
        elif status == "notrun" and case.find("skipped").get("message", "").startswith("SKIP_"):
            reason = skip_reason(case)
            if any(word in (name + " " + reason).lower() for word in words):
                failed += 1
                print(f"FAIL {name}: skipped, but required: {reason}")
            else:
                skipped += 1
                print(f"SKIP {name}: {reason}")
        elif status == "disabled":
            skipped += 1
            print(f"SKIP {name}: disabled")
        else:  # failed, out of time, or its program is missing
            failed += 1
            print(f"FAIL {name}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or passed + skipped == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
