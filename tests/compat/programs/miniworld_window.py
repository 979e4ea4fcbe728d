"""MiniWorld, driven by the keys of its own manual control."""

import gymnasium
from miniworld.manual_control import ManualControl

environment = gymnasium.make("MiniWorld-Hallway-v0", render_mode="human")
environment.reset(seed=1)
ManualControl(environment, no_time_limit=True, domain_rand=False).run()
