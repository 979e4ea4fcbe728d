"""How long GameEnv takes to begin an episode, by each way of a reset, and what a step costs in Python. A contestant of
bench/run game-costs: prints one line of JSON.

    starts.py resets --program brick|SCENE --programs FOLDER [--times N]
    starts.py steps --command WORD... [--steps N] [--rounds N]
"""
import argparse
import json
import statistics
import sys
import time

import offstage
import player


def reset_ways(program):
    found = {"cold": {"reset": "restart", "spares": 0}, "spare": {"reset": "restart", "spares": 1}}
    if program == "brick":
        found["keys"] = {"reset": ["space"]}
        found["hook"] = {}
    return found


def resets(args):
    """Of each way the times of some resets, in ns. Between two of them half a second or more is played."""
    found = {}
    options = player.options_of(args.program, args)
    options.pop("spares", None)
    for name, more in reset_ways(args.program).items():
        settings = dict(options, **more)
        if settings["reset"] != "hook":
            settings.pop("hook", None)
        env = offstage.GameEnv(player.command_of(args.program, args.programs, sys.executable), frame_skip=4, **settings)
        started = time.monotonic_ns()
        env.reset(seed=1)
        times = [time.monotonic_ns() - started]  # the first one starts the game
        for _ in range(args.times):
            until = time.monotonic() + (args.pause if name == "spare" else 0.05)
            while time.monotonic() < until:
                _, _, terminated, truncated, _ = env.step(1)
                if terminated or truncated:
                    break
            # A spare needs time of its own to start; an episode of play would give it.
            time.sleep(max(0.0, until - time.monotonic()))
            started = time.monotonic_ns()
            env.reset()
            times.append(time.monotonic_ns() - started)
        env.close()
        found[name + "_ns"] = times[1:]
        found[name + "_first_ns"] = times[:1]
    return found


def steps(args):
    """GameEnv.step() of one frame, beside a step of many: what is left of the first when the frame is taken off."""
    many = args.frames
    envs = {skip: offstage.GameEnv(args.command, actions=player.ACTIONS, observation=player.OBSERVATION, hz=60,
                                   frame_skip=skip, reset="restart", spares=0, seed=1, gpu=args.gpu)
            for skip in (1, many)}
    found = {"one_ns": [], "many_ns": [], "frame_ns": [], "keys_ns": [], "frames": many}
    for skip, env in envs.items():
        env.reset(seed=1)
        for _ in range(20 + args.settle // skip):
            env.step(1)
    for _ in range(args.rounds):
        one = median_of(envs[1], args.steps, lambda number: 1)
        keys = median_of(envs[1], args.steps, lambda number: number & 1)
        more = median_of(envs[many], args.repeats, lambda number: 1)
        found["one_ns"].append(one)
        found["keys_ns"].append(keys)
        found["many_ns"].append(more)
        found["frame_ns"].append((more - one) / (many - 1))
    for env in envs.values():
        env.close()
    return found


def median_of(env, count, action):
    times = []
    for number in range(count):
        start = time.perf_counter_ns()
        env.step(action(number))
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("resets")
    one.add_argument("--program", required=True)
    one.add_argument("--programs", required=True)
    one.add_argument("--times", type=int, default=10)
    one.add_argument("--pause", type=float, default=3.0)
    two = kinds.add_parser("steps")
    two.add_argument("--steps", type=int, default=1000)
    two.add_argument("--rounds", type=int, default=5)
    two.add_argument("--frames", type=int, default=50)
    two.add_argument("--repeats", type=int, default=41, help="how often so many frames are asked for in a round")
    two.add_argument("--settle", type=int, default=0, help="frames to let pass before, until the picture is steady")
    for kind in (one, two):
        kind.add_argument("--gpu")
    two.add_argument("--command", nargs=argparse.REMAINDER, required=True)
    args = parser.parse_args()
    print(json.dumps({"resets": resets, "steps": steps}[args.kind](args)), flush=True)


if __name__ == "__main__":
    main()
