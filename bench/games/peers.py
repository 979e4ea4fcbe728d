"""Gymnasium's AsyncVectorEnv of environments that read their window; a contestant of bench/run games.

    peers.py --program brick|SCENE --games N --display own|:NUMBER | --headless
"""
import argparse
import functools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def make(program, **options):
    """Top-level, so that a spawned worker finds it."""
    if program == "brick":
        import brick_pixels

        return brick_pixels.BrickPixels(**options)
    import scene_pixels

    return scene_pixels.ScenePixels(scene=program, **options)


class Vector:
    def __init__(self, args):
        import gymnasium
        import numpy

        self.games, self.array = args.games, numpy.array
        functions = [functools.partial(make, args.program, number=number, display=args.display, headless=args.headless)
                     for number in range(args.games)]
        self.env = gymnasium.vector.AsyncVectorEnv(functions, context="spawn")
        self.env.reset(seed=1)
        self.now, self.play = None, None

    def settings(self, frame_skip, way, draws):
        if self.now != (frame_skip, way, draws):
            self.now = (frame_skip, way, draws)
            self.env.call("settings", frame_skip, way, draws)
            self.play = serve.Play(self.games, frame_skip)

    def step(self):
        self.env.step(self.array(self.play.next()))
        return self.games

    def steps(self, ms, calls=3, frame_skip=1, way="usual", draws="each"):
        self.settings(frame_skip, way, draws)
        return serve.timed(self.step, ms, calls)

    def flat(self, ms):
        found = self.env.call("flat_out", ms)
        return {"frames_per_s": sum(frames * 1e9 / ns for frames, ns in found)}

    def look(self, steps, seeds, frame_skip=1, way="usual"):
        self.settings(frame_skip, way, "each")
        play = serve.Play(self.games, frame_skip, seed=2)
        observation = self.env.reset(options={"seeds": seeds})[0]
        first = observation.copy()
        for _ in range(steps):
            observation = self.env.step(self.array(play.next()))[0]
        self.env.reset(seed=1)
        return {"first": serve.packed(first), "last": serve.packed(observation), "shape": observation.shape}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--games", type=int, required=True)
    parser.add_argument("--display")
    parser.add_argument("--headless", action="store_true")
    vector = Vector(parser.parse_args())
    serve.serve({"steps": vector.steps, "flat": vector.flat, "look": vector.look}, {"games": vector.games})
    vector.env.close()


if __name__ == "__main__":
    import serve

    main()
