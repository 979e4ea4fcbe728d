"""Registers the environments with Gymnasium: ``gymnasium.make("offstage/Game-v0", command=[...], actions=[...])``.

``import offstage`` does so where Gymnasium was imported before, and so does the use of anything of ours that needs it.
In doubt, ``gymnasium.make("offstage.envs:offstage/Game-v0", ...)``.
"""

from __future__ import annotations

from gymnasium.envs import registration

GAME = "offstage/Game-v0"


def register() -> None:
    """Register them. May be called again."""
    if GAME not in registration.registry:
        registration.register(
            id=GAME,
            entry_point="offstage.game_env:GameEnv",
            vector_entry_point="offstage.game_vector_env:GameVectorEnv",
        )


register()
