"""Brick Dodge: a small Arcade game. Slide left and right, pass through the gaps, do not touch a brick.

    python examples/brick_dodge.py [--seed N]

Left/Right or A/D move, Space or Enter starts again after a crash, Escape quits. It is a plain Arcade program for a
desktop. The rules are in brick_dodge_game.py; this file shows them and reads the keyboard.
"""

from __future__ import annotations

import argparse
import random

import arcade
from PIL import Image, ImageDraw, ImageFilter

import brick_dodge_game as rules
from brick_dodge_game import BrickDodge

TITLE = "Brick Dodge"
FONT = ("Kenney Future", "arial")
INK = (233, 238, 250, 255)
FAINT = (142, 156, 196, 255)
SKY_TOP, SKY_BOTTOM = (16, 18, 46, 255), (58, 34, 88, 255)
BRICK_COLORS = ((240, 92, 96), (246, 152, 72), (240, 200, 84), (92, 198, 128), (84, 164, 240), (166, 118, 236))
SHIP_COLOR = (120, 226, 255)

LEFT_KEYS = {arcade.key.LEFT, arcade.key.A}
RIGHT_KEYS = {arcade.key.RIGHT, arcade.key.D}
START_KEYS = {arcade.key.SPACE, arcade.key.ENTER}

# Pictures are drawn four times too large and scaled down, which smooths their edges.
OVERSAMPLE = 4

EXHAUST_RADII, CRASH_RADII = (4, 5, 6), (3, 5, 7)


def shade(color: tuple[int, int, int], factor: float) -> tuple[int, int, int, int]:
    """The colour darkened (factor < 1) or lightened towards white (factor > 1)."""
    if factor <= 1:
        return (*(int(c * factor) for c in color), 255)
    return (*(int(c + (255 - c) * (factor - 1)) for c in color), 255)


def canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (width * OVERSAMPLE, height * OVERSAMPLE), (0, 0, 0, 0))
    return image, ImageDraw.Draw(image)


def finish(image: Image.Image) -> arcade.Texture:
    return arcade.Texture(image.resize((image.width // OVERSAMPLE, image.height // OVERSAMPLE), Image.Resampling.LANCZOS))


def brick_texture(color: tuple[int, int, int]) -> arcade.Texture:
    """A rounded brick with a light upper edge and a dark lower one."""
    image, draw = canvas(rules.BRICK_WIDTH, rules.BRICK_HEIGHT)
    k = OVERSAMPLE
    right, bottom = image.width - k - 1, image.height - k - 1
    draw.rounded_rectangle((k, k, right, bottom), 5 * k, fill=shade(color, 0.55))
    draw.rounded_rectangle((k, k, right, bottom - 3 * k), 5 * k, fill=shade(color, 1.0))
    draw.rounded_rectangle((4 * k, 3 * k, right - 3 * k, 8 * k), 2 * k, fill=shade(color, 1.35))
    return finish(image)


def ship_texture() -> arcade.Texture:
    """An arrow-shaped ship in a soft glow; the picture is twice as large as the ship."""
    width, height = rules.SHIP_WIDTH * 2, rules.SHIP_HEIGHT * 2
    image, draw = canvas(width, height)
    k = OVERSAMPLE
    middle = width * k // 2
    left, right = width * k // 4, width * k * 3 // 4
    top, bottom = height * k // 4, height * k * 3 // 4
    hull = ((middle, top), (right, bottom), (middle, bottom - 6 * k), (left, bottom))
    draw.polygon(hull, fill=(*SHIP_COLOR, 150))
    glow = image.filter(ImageFilter.GaussianBlur(6 * k))
    draw = ImageDraw.Draw(glow)
    draw.polygon(hull, fill=shade(SHIP_COLOR, 0.72))
    draw.polygon(((middle, top), (right, bottom), (middle, bottom - 6 * k)), fill=shade(SHIP_COLOR, 1.0))
    draw.polygon(((middle, top), (right, bottom), (middle, bottom - 6 * k)), outline=shade(SHIP_COLOR, 1.6))
    return finish(glow)


class Spark(arcade.SpriteCircle):
    """A dot that flies, slows down and fades: exhaust of the ship, pieces of a crash."""

    def __init__(self, radius: int, color: tuple[int, int, int], position: tuple[float, float],
                 velocity: tuple[float, float], life_ticks: int) -> None:
        super().__init__(radius, (*color, 255), soft=True)
        self.position = position
        self.velocity = velocity
        self.life = self.life_ticks = life_ticks

    def tick(self) -> None:
        self.life -= 1
        if self.life <= 0:
            self.remove_from_sprite_lists()
            return
        vx, vy = self.velocity
        self.position = (self.center_x + vx, self.center_y + vy)
        self.velocity = (vx * 0.97, vy * 0.97)
        self.alpha = int(220 * self.life / self.life_ticks)


class BrickDodgeWindow(arcade.Window):
    """The game on the screen: one tick of the rules for every update, so a slow machine plays slowly but exactly.

    Args:
        seed: the game that belongs to this number; None for any
        scale: size of the window, 1 = rules.WIDTH x rules.HEIGHT pixels
        effects: sparks, stars, a shaking camera and the texts; without them a frame costs a fraction
    """

    def __init__(self, seed: int | None = None, *, scale: float = 1.0, effects: bool = True) -> None:
        # Four samples a pixel would cost a processor that draws about as much again, and learners average pixels anyway.
        super().__init__(round(rules.WIDTH * scale), round(rules.HEIGHT * scale), TITLE, antialiasing=False)
        self.game = BrickDodge(seed)
        self.effects = effects
        self.held: list[int] = []  # direction keys that are down, the latest last
        self.shake = 0
        self.looks = random.Random(0)  # sparks and stars; apart from the game's own chance

        self.brick_textures = [brick_texture(color) for color in BRICK_COLORS]
        self.bricks = arcade.SpriteList()
        self.shown: dict[rules.Row, list[arcade.Sprite]] = {}
        self.sparks = arcade.SpriteList()
        self.stars = arcade.SpriteList()
        self.actors = arcade.SpriteList()
        self.ship = arcade.Sprite(ship_texture())
        self.actors.append(self.ship)
        whole = arcade.LRBT(0, rules.WIDTH, 0, rules.HEIGHT)
        self.camera = arcade.Camera2D(position=(0, 0), projection=whole)
        self.brick_camera = arcade.Camera2D(position=(0, 0), projection=whole)
        self.sky = self.make_sky()
        self.pictures = self.make_pictures()
        if effects:
            arcade.resources.load_kenney_fonts()
            self.make_stars()
            self.make_texts()

    def make_pictures(self) -> list[arcade.Texture]:
        """All pictures of sprites, held and put side by side on the graphics card before the first is drawn.

        Arcade drops a picture that no sprite has any more, and puts it elsewhere when it comes back. The samples at the edge
        of a sprite reach out to the picture's neighbours (a star is a large picture made small), so that the same scene
        would look a shade different, depending on what was drawn before.
        """
        white = (255, 255, 255, 255)
        pictures = [self.ship.texture, *self.brick_textures]
        if self.effects:
            pictures.append(arcade.SpriteSolidColor(1, 1).texture)
            pictures += [arcade.SpriteCircle(radius, white, soft=True).texture
                         for radius in sorted({*EXHAUST_RADII, *CRASH_RADII})]
        for picture in pictures:
            self.ctx.default_atlas.add(picture)
        return pictures

    def make_sky(self) -> arcade.shape_list.ShapeElementList:
        shapes = arcade.shape_list.ShapeElementList()
        corners = ((-16, -16), (rules.WIDTH + 16, -16), (rules.WIDTH + 16, rules.HEIGHT + 16), (-16, rules.HEIGHT + 16))
        colors = (SKY_BOTTOM, SKY_BOTTOM, SKY_TOP, SKY_TOP)
        shapes.append(arcade.shape_list.create_rectangle_filled_with_colors(corners, colors))
        return shapes

    def make_stars(self) -> None:
        for _ in range(90):
            depth = self.looks.choice((1, 1, 2, 3))
            star = arcade.SpriteSolidColor(depth, depth, color=(255, 255, 255, 40 + 45 * depth))
            star.position = (self.looks.uniform(0, rules.WIDTH), self.looks.uniform(0, rules.HEIGHT))
            star.change_y = -0.35 * depth
            self.stars.append(star)

    def make_texts(self) -> None:
        top, middle = rules.HEIGHT - 26, rules.WIDTH / 2
        text = arcade.Text
        self.score_text = text("", 18, top, INK, 20, font_name=FONT, anchor_y="center")
        self.best_text = text("", rules.WIDTH - 18, top, FAINT, 13, font_name=FONT, anchor_x="right", anchor_y="center")
        self.over_texts = [
            text("Game over", middle, rules.HEIGHT * 0.56, INK, 34, font_name=FONT, anchor_x="center", anchor_y="center"),
            text("", middle, rules.HEIGHT * 0.48, INK, 17, font_name=FONT, anchor_x="center", anchor_y="center"),
            text("Space: play again", middle, rules.HEIGHT * 0.42, FAINT, 13, font_name=FONT, anchor_x="center",
                 anchor_y="center"),
        ]

    def on_key_press(self, symbol: int, modifiers: int) -> None:
        if symbol == arcade.key.ESCAPE:
            self.close()
        elif symbol in LEFT_KEYS | RIGHT_KEYS:
            self.held.append(symbol)
        elif symbol in START_KEYS and self.game.over:
            self.game.reset()
            self.sparks.clear()

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        self.held = [key for key in self.held if key != symbol]

    def direction(self) -> int:
        if not self.held:
            return 0
        return -1 if self.held[-1] in LEFT_KEYS else 1

    def on_update(self, delta_time: float) -> None:
        was_over = self.game.over
        self.game.step(self.direction())
        if self.effects:
            if self.game.over and not was_over:
                self.crash()
            self.shake = max(0, self.shake - 1)
            for spark in list(self.sparks):
                spark.tick()
            if not self.game.over:
                self.exhaust()
                for star in self.stars:
                    star.center_y = (star.center_y + star.change_y * self.game.speed / rules.START_SPEED) % rules.HEIGHT
        self.place_sprites()

    def exhaust(self) -> None:
        position = (self.game.ship_x + self.looks.uniform(-3, 3), rules.SHIP_Y - rules.SHIP_HEIGHT / 2 + 4)
        velocity = (self.looks.uniform(-0.4, 0.4) - self.game.lean, self.looks.uniform(-3.2, -2.0))
        color = self.looks.choice(((255, 214, 120), (255, 160, 90), SHIP_COLOR))
        self.sparks.append(Spark(self.looks.choice(EXHAUST_RADII), color, position, velocity, 22))

    def crash(self) -> None:
        self.shake = 18
        for _ in range(70):
            velocity = (self.looks.gauss(0, 2.6), self.looks.gauss(1.0, 2.6))
            color = self.looks.choice((SHIP_COLOR, (255, 255, 255), (255, 190, 110), (255, 110, 110)))
            position = (self.game.ship_x, rules.SHIP_Y)
            self.sparks.append(Spark(self.looks.choice(CRASH_RADII), color, position, velocity, self.looks.randint(25, 70)))

    def place_sprites(self) -> None:
        self.place_bricks()
        self.ship.visible = not self.game.over
        self.ship.position = (self.game.ship_x, rules.SHIP_Y)
        self.ship.angle = self.game.lean * 14

    def place_bricks(self) -> None:
        """Bricks stay where they were put, at their height plus the distance fallen so far; their camera moves."""
        gone = set(self.shown).difference(self.game.rows)
        for row in gone:
            for brick in self.shown.pop(row):
                brick.remove_from_sprite_lists()
        for row in self.game.rows:
            if row in self.shown:
                continue
            y = row.y + rules.BRICK_HEIGHT / 2 + self.game.distance
            columns = [column for column, present in enumerate(row.bricks) if present]
            self.shown[row] = [arcade.Sprite(self.brick_textures[row.color],
                                             center_x=(column + 0.5) * rules.BRICK_WIDTH, center_y=y)
                               for column in columns]
            self.bricks.extend(self.shown[row])

    def on_draw(self) -> None:
        self.clear()
        sway = self.shake * 0.5
        x, y = self.looks.uniform(-sway, sway), self.looks.uniform(-sway, sway)
        self.camera.position = (x, y)
        self.brick_camera.position = (x, y + self.game.distance)
        self.camera.use()
        self.sky.draw()
        self.stars.draw()
        self.brick_camera.use()
        self.bricks.draw()
        self.camera.use()
        self.sparks.draw()
        self.actors.draw()
        if self.effects:
            self.camera.position = (0, 0)
            self.camera.use()
            self.draw_texts()

    def draw_texts(self) -> None:
        game = self.game
        arcade.draw_lbwh_rectangle_filled(0, rules.HEIGHT - 52, rules.WIDTH, 52, (10, 10, 30, 150))
        self.score_text.text = f"Score {game.score}"
        self.best_text.text = f"Best {game.best}"
        self.score_text.draw()
        self.best_text.draw()
        if game.over:
            arcade.draw_lbwh_rectangle_filled(0, rules.HEIGHT * 0.37, rules.WIDTH, rules.HEIGHT * 0.27, (10, 10, 30, 205))
            self.over_texts[1].text = f"{game.score} row{'' if game.score == 1 else 's'} passed"
            for text in self.over_texts:
                text.draw()


def main() -> None:
    parser = argparse.ArgumentParser(description="Slide left and right, pass through the gaps.")
    parser.add_argument("--seed", type=int, help="play the game that belongs to this number")
    BrickDodgeWindow(parser.parse_args().seed)
    arcade.run()


if __name__ == "__main__":
    main()
