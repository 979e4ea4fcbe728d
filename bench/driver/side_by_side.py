"""Several processes at once: frames per second of all together."""
from contestants import Failed, rotated
from report import Case

COUNTS, ON_A_GPU = (1, 4, 16), (64,)
SCENES = ("triangle-84", "gears-300")


def total_rate(contestant, count, scene, ms):
    live = [contestant.start("--scene", scene) for _ in range(count)]
    try:
        for process in live:
            process.wait_ready()
        for process in live:
            process.send(f"run {ms // 4 + 1}")
        for process in live:
            process.answer()
        for process in live:
            process.send(f"run {ms}")
        return sum(a["frames"] * 1e9 / a["ns"] for a in [process.answer() for process in live])
    finally:
        for process in live:
            process.quit()


def run(setup, out):
    rounds = 1 if setup.args.smoke else min(5, setup.args.rounds)
    ms = setup.args.slice_ms * setup.args.slices
    counts = COUNTS + (ON_A_GPU if setup.args.gpu == "hardware" else ())
    for scene in SCENES:
        for count in counts[:2] if setup.args.smoke else counts:
            case = Case("parallel", f"{scene} x {count}", "frames/s", higher_is_better=True)
            try:
                for number in range(rounds):
                    for contestant in rotated(setup.gl(), number):
                        case.add(contestant.name, total_rate(contestant, count, scene, ms))
            except Failed as reason:
                out.fail(f"parallel {scene} x {count}", str(reason))
                continue
            out.add(case)
