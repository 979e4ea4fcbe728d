"""Offstage's contestant of bench/run games: the unmodified program, played by GameVectorEnv, or by GameEnv.

    player.py --program brick|SCENE --games N --programs FOLDER [--gpu WHERE] [--single] [--skips 1,4]
"""
import argparse
import os

import numpy as np
import offstage
import serve

HERE = os.path.dirname(os.path.abspath(__file__))
BRICK = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples", "brick_dodge.py")
OBSERVATION = {"size": (84, 84), "gray": True, "stack": 4}
ACTIONS = ["Left", None, "Right"]


def command_of(program, programs, python):
    return [python, BRICK] if program == "brick" else [os.path.join(programs, "bench_glfw"), program]


def options_of(program, args):
    """Everything but the frame skip. A scene has no end, and no reset but its start. Its play begins with its third
    frame: by then GLFW has read the events of its start, and keys are noticed at once."""
    found = {"actions": ACTIONS, "observation": OBSERVATION, "hz": 60, "seed": 1, "timeout": 60.0, "gpu": args.gpu,
             "environment": {"LP_NUM_THREADS": os.environ["LP_NUM_THREADS"]} if "LP_NUM_THREADS" in os.environ else {}}
    if program == "brick":
        return dict(found, reset="hook", hook=os.path.join(HERE, "brick_hook.py"))
    return dict(found, reset="restart", spares=0, start_frames=2)


class Vector:
    """One environment for each frame skip that was asked for, all of the same games."""

    def __init__(self, args, python):
        self.args, self.games, self.envs, self.plays = args, args.games, {}, {}
        self.command, self.options = command_of(args.program, args.programs, python), options_of(args.program, args)

    def env(self, frame_skip):
        if frame_skip not in self.envs:
            if self.args.single:
                env = offstage.GameEnv(self.command, frame_skip=frame_skip, **self.options)
            else:
                env = offstage.GameVectorEnv(self.command, self.games, frame_skip=frame_skip, copy=False,
                                             **self.options)
            env.reset(seed=1)
            self.envs[frame_skip], self.plays[frame_skip] = env, serve.Play(self.games, frame_skip)
        return self.envs[frame_skip]

    def steps(self, ms, calls=3, frame_skip=1, order="lockstep"):
        env, play = self.env(frame_skip), self.plays[frame_skip]
        if self.args.single:
            return serve.timed(lambda: single_step(env, play), ms, calls)
        if order == "lockstep":
            return serve.timed(lambda: lockstep(env, play, self.games), ms, calls)
        turn = Turn(env, play, self.games)
        found = serve.timed(turn, ms, calls)
        turn.finish()
        return found

    def look(self, steps, frame_skip=1):
        """The first and the last observation of a fixed play, and the seeds of the games that were played."""
        env, play = self.env(frame_skip), serve.Play(self.games, frame_skip, seed=2)
        observation, info = env.reset(seed=7)
        first = np.array(observation)
        for _ in range(steps):
            action = play.next()
            observation = env.step(action[0] if self.args.single else np.array(action))[0]
        last = np.array(observation)
        seeds = info.get("seed")
        seeds = [seeds] if self.args.single else seeds
        env.reset(seed=1)
        return {"first": serve.packed(first), "last": serve.packed(last), "shape": last.shape,
                "seeds": None if seeds is None or seeds[0] is None else [int(seed) for seed in seeds]}

    def close(self):
        for env in self.envs.values():
            env.close()


def single_step(env, play):
    _, _, terminated, truncated, _ = env.step(play.next()[0])
    if terminated or truncated:
        env.reset()
    return 1


def lockstep(env, play, games):
    env.step(np.array(play.next()))
    return games


class Turn:
    """One exchange of the kind that EnvPool has: the half that is ready first is taken, and sent on."""

    def __init__(self, env, play, games):
        self.env, self.play, self.games, self.some = env, play, games, max(1, games // 2)
        env.async_reset()
        self.exchange(games)

    def __call__(self):
        return self.exchange(self.some)

    def exchange(self, count):
        _, rewards, _, _, infos = self.env.recv(count)
        which, actions = infos["env_id"], self.play.next()
        self.env.send(np.array([actions[number] for number in which]), which)
        return len(rewards)

    def finish(self):
        self.env.recv(self.games)


def main():
    import sys

    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--games", type=int, required=True)
    parser.add_argument("--programs", required=True, help="folder of bench_glfw")
    parser.add_argument("--gpu")
    parser.add_argument("--single", action="store_true", help="GameEnv; with one game only")
    parser.add_argument("--skips", default="1", help="frame skips to start with")
    args = parser.parse_args()
    vector = Vector(args, sys.executable)
    for frame_skip in args.skips.split(","):
        vector.env(int(frame_skip))
    serve.serve({"steps": vector.steps, "look": vector.look}, {"games": args.games})
    vector.close()


if __name__ == "__main__":
    main()
