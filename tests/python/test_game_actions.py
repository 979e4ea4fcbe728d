"""Keys by name, and actions as events. No game runs."""

from __future__ import annotations

import struct

import numpy as np
import offstage
import pytest
from gymnasium import spaces
from offstage import UnknownKey, keys
from offstage._encode import EVENT, MAX_EVENTS, encoder, in_order, release, script
from offstage.actions import At, Button, Buttons, Keys, Motion, Move, Pointer, Press, Text

SIZE = (640, 480)
KEY, BUTTON, POINTER, MOTION, TEXT = 1, 2, 3, 4, 6
LEFT, RIGHT, SPACE, SHIFT = 0xFF51, 0xFF53, 0x20, 0xFFE1


def unpack(events):
    return list(EVENT.iter_unpack(events))


def play(actions, sequence, frame_skip=4, size=SIZE):
    """The events of each step, and what is held in the end."""
    made = encoder(actions, frame_skip)
    state, steps = made.start(), []
    for action in sequence:
        events, state = made.encode(action, state, size)
        steps.append(unpack(events))
    return steps, made.held(state)


# -- keys --------------------------------------------------------------------------------------------------------------


def test_names_are_their_own_values():
    assert keys.Left == "Left" and keys.space == "space" and keys.a == "a" and keys.KP_0 == "KP_0"
    assert keys.check("1") == "1"
    assert len(keys.names()) > 150 and keys.names() == sorted(keys.names())
    assert "Left" in dir(keys)
    assert all(keys.keysym(name) > 0 for name in keys.names())


def test_letters_are_keys():
    assert keys.keysym("A") == keys.keysym("a") == 0x61


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("left", "Left"),
        ("LEFT", "Left"),
        ("K_LEFT", "Left"),
        ("KEY_LEFT", "Left"),
        ("arrow_left", "Left"),
        ("ArrowUp", "Up"),
        ("Lefft", "Left"),
        ("esc", "Escape"),
        ("ESC", "Escape"),
        ("K_ESCAPE", "Escape"),
        ("enter", "Return"),
        ("SPACE", "space"),
        ("K_SPACE", "space"),
        (" ", "space"),
        ("spacebar", "space"),
        ("ctrl", "Control_L"),
        ("LCTRL", "Control_L"),
        ("K_RSHIFT", "Shift_R"),
        ("shift", "Shift_L"),
        ("alt", "Alt_L"),
        ("GLFW_KEY_W", "w"),
        ("K_w", "w"),
        ("pgup", "Page_Up"),
        ("PAGEUP", "Page_Up"),
        ("backspace", "BackSpace"),
        ("del", "Delete"),
        ("f1", "F1"),
        ("NUM_4", "KP_4"),
        ("K_KP0", "KP_0"),
        (".", "period"),
        ("K_1", "1"),
        ("tab", "Tab"),
    ],
)
def test_suggestions(wrong, right):
    with pytest.raises(UnknownKey, match=f"no key is called .*; did you mean '{right}'\\?"):
        keys.check(wrong)
    with pytest.raises(UnknownKey):
        encoder([None, wrong], 4)


def test_unknown_keys():
    with pytest.raises(UnknownKey, match="names()"):
        keys.check("frobnicate")
    with pytest.raises(UnknownKey, match="not by 3"):
        keys.check(3)
    with pytest.raises(AttributeError, match="did you mean 'Left'"):
        _ = keys.left
    with pytest.raises(ValueError):  # for who does not know our classes
        keys.check("left")


# -- lists -------------------------------------------------------------------------------------------------------------


def test_only_differences_are_events():
    actions = [None, "Left", "Right", ("Left", "space"), ()]
    steps, held = play(actions, [0, 1, 1, 3, 3, 2, 0, 4])
    down, up = (1, 0), (0, 0)
    assert steps == [
        [],
        [(KEY, 0, LEFT, *down)],
        [],
        [(KEY, 0, SPACE, *down)],
        [],
        [(KEY, 0, SPACE, *up), (KEY, 0, LEFT, *up), (KEY, 0, RIGHT, *down)],
        [(KEY, 0, RIGHT, *up)],
        [],
    ]
    assert held == ()


def test_what_is_held_can_be_released():
    made = encoder([None, ("Shift_L", Button("left"))], 4)
    _, state = made.encode(1, made.start(), SIZE)
    assert unpack(release(made.held(state))) == [(BUTTON, 0, 1, 0, 0), (KEY, 0, SHIFT, 0, 0)]


def test_presses():
    actions = [None, Press("space", frames=2), "space", Press("space", frames=4)]
    steps, held = play(actions, [1, 1, 2, 1, 3, 3, 0])
    down, up = (KEY, 0, SPACE, 1, 0), (KEY, 0, SPACE, 0, 0)
    up_later = (KEY, 2, SPACE, 0, 0)
    assert steps == [
        [down, up_later],
        [down, up_later],
        [down],
        [up, down, up_later],  # it was held: a press is a fresh one
        [down],
        [up, down],
        [up],
    ]
    assert held == ()


def test_presses_are_in_the_order_of_their_frames():
    (events,), held = play([(Press("Left", 3), Press("Right", 1), "space")], [0])
    assert [event[1] for event in events] == sorted(event[1] for event in events)
    assert [event[2] for event in events if event[1]] == [RIGHT, LEFT]
    assert held == ((KEY, SPACE),)


def test_the_pointer_and_motion_in_lists():
    actions = [At(0, 0), At(1, 1), (At(0.5, 0.25), Press(Button("left"), 1)), Move(3, -4)]
    steps, _ = play(actions, [0, 1, 2, 3])
    assert steps[:2] == [[(POINTER, 0, 0, 0, 0)], [(POINTER, 0, 0, 639, 479)]]
    assert steps[2] == [(POINTER, 0, 0, 320, 120), (BUTTON, 0, 1, 1, 0), (BUTTON, 1, 1, 0, 0)]
    assert steps[3] == [(MOTION, 0, 0, 3, -4)]
    # It follows the window's size, and what is held does not get lost with it.
    made = encoder([(At(1, 1), "Left"), (At(0, 0), "Left")], 4)
    _, state = made.encode(0, made.start(), SIZE)
    events, state = made.encode(1, state, (100, 100))
    assert unpack(events) == [(POINTER, 0, 0, 0, 0)]
    events, state = made.encode(0, state, (100, 50))
    assert unpack(events) == [(POINTER, 0, 0, 99, 49)] and made.held(state) == ((KEY, LEFT),)


def test_text():
    ((*events,),), _ = play([Text("aB\n")], [0])
    assert events == [(TEXT, 0, ord("a"), 0, 0), (TEXT, 0, ord("B"), 0, 0), (TEXT, 0, 0xFF0D, 0, 0)]
    with pytest.raises(UnknownKey, match="types"):
        Text("日")


@pytest.mark.parametrize("wrong", [-1, 2, 10**30, 0.0, 1.5, None, "0", (0,), np.array([0]), np.array([0, 1]), [0]])
def test_actions_out_of_a_list(wrong):
    made = encoder([None, "Left"], 4)
    with pytest.raises(ValueError, match=r"action .*Discrete\(2\)"):
        made.encode(wrong, made.start(), SIZE)


@pytest.mark.parametrize("right", [0, 1, np.int64(1), np.uint8(0), np.array(1), np.bool_(True) if False else True])
def test_actions_of_a_list(right):
    made = encoder([None, "Left"], 4)
    made.encode(right, made.start(), SIZE)


@pytest.mark.parametrize(
    "actions",
    [
        [],
        None,
        "Left",
        b"Left",
        3,
        {},
        {"a": {"b": ["Left"]}},
        {"a": ["Left"], "b": Keys(["Left"])},
        ["Left", 3],
        [["Left"]],
        [("Left", "Left")],
        [("Left", Press("Left"))],
        [("a", "A")],
        [Press("space", frames=5)],
    ],
)
def test_actions_that_make_no_sense(actions):
    with pytest.raises(ValueError):
        encoder(actions, 4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Press("space", frames=0),
        lambda: Press("spce"),
        lambda: Button("lft"),
        lambda: Button(0),
        lambda: Button(True),
        lambda: At(1.1, 0),
        lambda: At(float("nan"), 0),
        lambda: Move(0.5, 0),
        lambda: Keys("Left"),
        lambda: Keys([]),
        lambda: Keys(["Left", "Left"]),
        lambda: Buttons(["Left"]),
        lambda: Motion(0),
        lambda: Motion(float("nan")),
    ],
)
def test_descriptions_that_make_no_sense(make):
    with pytest.raises(ValueError):
        make()


# -- other spaces ------------------------------------------------------------------------------------------------------


def test_multi_binary():
    actions = Keys(["Left", "Right", "space"])
    assert encoder(actions, 4).space == spaces.MultiBinary(3)
    steps, held = play(actions, [[0, 0, 0], np.array([1, 0, 1]), np.array([1, 0, 0], np.int8), np.array([True] * 3)])
    assert steps[0] == [] and [event[2] for event in steps[1]] == [LEFT, SPACE]
    assert steps[2] == [(KEY, 0, SPACE, 0, 0)]
    assert [event[2] for event in steps[3]] == [RIGHT, SPACE]
    assert held == ((KEY, LEFT), (KEY, RIGHT), (KEY, SPACE))
    made = encoder(actions, 4)
    for wrong in ([0, 0], [0, 0, 2], [0, 0, -1], [256, 0, 0], [0.0, 0.0, 0.0], None, 1, [[0, 0, 0]]):
        with pytest.raises(ValueError, match="MultiBinary"):
            made.encode(wrong, made.start(), SIZE)
    steps, _ = play(Buttons(["left", 3]), [[1, 1], [0, 1]])
    assert steps == [[(BUTTON, 0, 1, 1, 0), (BUTTON, 0, 3, 1, 0)], [(BUTTON, 0, 1, 0, 0)]]


def test_every_state_of_many_keys():
    names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"]
    made = encoder(Keys(names), 1)
    random, state, down = np.random.default_rng(5), made.start(), set()
    for _ in range(6000):  # more than are remembered
        action = random.integers(0, 2, len(names))
        events, state = made.encode(action, state, SIZE)
        for _, _, code, is_down, _ in unpack(events):
            assert (code in down) != is_down
            (down.add if is_down else down.discard)(code)
        assert down == {ord(name) for name, on in zip(names, action) if on}


def test_boxes():
    made = encoder(Pointer(), 4)
    assert made.space == spaces.Box(0, 1, (2,), np.float32)
    steps, _ = play(Pointer(), [np.array([0.5, 1.0], np.float32), (0, 0)])
    assert steps == [[(POINTER, 0, 0, 320, 479)], [(POINTER, 0, 0, 0, 0)]]
    for wrong in ([0, 1.01], [-0.1, 0], [float("nan"), 0], [0], [0, 0, 0], None, "ab"):
        with pytest.raises(ValueError, match="Box"):
            made.encode(wrong, made.start(), SIZE)
    assert encoder(Motion(10), 4).space == spaces.Box(-1, 1, (2,), np.float32)
    steps, _ = play(Motion(10), [np.array([0.26, -1], np.float32), [0, 0.04]])
    assert steps == [[(MOTION, 0, 0, 3, -10)], []]
    with pytest.raises(ValueError, match="Box"):
        made = encoder(Motion(10), 4)
        made.encode([1.05, 0], made.start(), SIZE)


def test_dicts():
    actions = {"move": [None, Press("Left", 3), "Right"], "look": Motion(9), "fire": Buttons([1]), "jump": ["space"]}
    made = encoder(actions, 4)
    assert isinstance(made.space, spaces.Dict) and set(made.space.spaces) == set(actions)
    step = {"move": 1, "look": [1 / 9, 2 / 9], "fire": [1], "jump": 0}
    (events, second), held = play(actions, [step, {**step, "move": 2, "look": [0, 0]}])
    assert events == [
        (KEY, 0, LEFT, 1, 0),
        (MOTION, 0, 0, 1, 2),
        (BUTTON, 0, 1, 1, 0),
        (KEY, 0, SPACE, 1, 0),
        (KEY, 3, LEFT, 0, 0),
    ]
    assert second == [(KEY, 0, RIGHT, 1, 0)]
    assert set(held) == {(BUTTON, 1), (KEY, SPACE), (KEY, RIGHT)}
    for wrong in (0, {}, {**step, "more": 0}, {"move": 0, "look": [0, 0], "fire": [0], "hop": 0}, {**step, "move": 3}):
        with pytest.raises(ValueError, match="action"):
            made.encode(wrong, made.start(), SIZE)


@pytest.mark.parametrize(
    "actions",
    [
        [None, "Left", ("Right", "space"), Press("Up", 2), (At(0.5, 0.5), Move(1, 1)), Text("hello")],
        Keys(["Left", "Right"]),
        Pointer(),
        Motion(5),
        {"a": ["Left", None], "b": Keys(["Up"]), "c": Pointer(), "d": Motion(1000)},
    ],
)
def test_samples_are_actions(actions):
    """Whatever the space gives is taken, and the events are what the channel accepts."""
    made = encoder(actions, 3)
    made.space.seed(3)
    state, down = made.start(), set()
    for _ in range(300):
        events, state = made.encode(made.space.sample(), state, SIZE)
        assert len(events) % struct.calcsize("=HHIii") == 0 and len(events) // EVENT.size <= MAX_EVENTS
        told = unpack(events)
        assert [event[1] for event in told] == sorted(event[1] for event in told)
        assert all(event[1] < 3 for event in told)
        for kind, _, code, value, _ in told:
            if kind in (KEY, BUTTON):
                assert ((kind, code) in down) != value
                (down.add if value else down.discard)((kind, code))
        assert down == set(made.held(state))


def test_lists_of_events_are_merged():
    assert in_order([b"", b""]) == b""
    one = EVENT.pack(1, 0, 7, 1, 0) + EVENT.pack(1, 2, 7, 0, 0)
    two = EVENT.pack(1, 1, 8, 1, 0)
    assert [event[1] for event in unpack(in_order([one, two]))] == [0, 1, 2]
    with pytest.raises(ValueError, match="129 events"):
        in_order([one * 64, two])


# -- scripts -----------------------------------------------------------------------------------------------------------


def test_scripts():
    events, frames = script(["Left", 10, ("Shift_L", "a"), Press("space", 5)], "reset", 7)
    assert [(event[1], event[2], event[3]) for event in unpack(events)] == [
        (0, LEFT, 1),
        (2, LEFT, 0),
        (13, SHIFT, 1),
        (13, 0x61, 1),
        (15, 0x61, 0),
        (15, SHIFT, 0),
        (16, SPACE, 1),
        (21, SPACE, 0),
    ]
    assert frames == 22 + 7
    assert script([], "reset", 3) == (b"", 3)


@pytest.mark.parametrize("wrong", ["Left", [None], [-1], [True], ["left"], ["a"] * 33, [70000], 5, [At(0, 0)]])
def test_scripts_that_make_no_sense(wrong):
    with pytest.raises(ValueError):
        script(wrong, "reset")


def test_nothing_is_imported_before_it_is_used():
    import subprocess
    import sys

    code = (
        "import sys, offstage, offstage.keys, offstage.actions; offstage.actions.Press('space')\n"
        "assert not {'numpy', 'gymnasium'} & set(sys.modules), 'imported'\n"
        "offstage.GameEnv; assert 'gymnasium' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert set(offstage.__all__) <= set(dir(offstage))
