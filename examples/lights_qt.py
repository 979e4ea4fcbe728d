"""Lights: a toy in Qt. A click switches a lamp and its neighbours; put all of them out.

    python3 examples/lights_qt.py [--seed N]

Escape quits, R lights a new pattern. An ordinary PyQt5 program with a QOpenGLWidget (Debian: python3-pyqt5.qtopengl).
"""

from __future__ import annotations

import argparse
import random
import sys

from PyQt5.QtCore import QPointF, QRectF, Qt, QTimer
from PyQt5.QtGui import QBrush, QColor, QPainter, QRadialGradient
from PyQt5.QtWidgets import QApplication, QMainWindow, QOpenGLWidget

SIDE = 3  # lamps in a row and rows
LAMP = 80  # pixels
NIGHT, FRAME, DARK, GLOW = QColor(18, 22, 38), QColor(44, 52, 82), QColor(34, 40, 62), QColor(255, 206, 96)
FADE = 0.2  # of its way to light or dark, each frame


class Board:
    """Which lamps are lit. Every pattern can be put out: it was made by clicks."""

    def __init__(self, seed: int | None = None) -> None:
        self.begin(seed)

    def begin(self, seed: int | None = None) -> None:
        chance = random.Random(seed)
        self.clicks = 0
        self.lit = [False] * SIDE**2
        while not any(self.lit):
            for lamp in chance.sample(range(SIDE**2), 3):
                self.switch(lamp)

    def switch(self, lamp: int) -> None:
        row, column = divmod(lamp, SIDE)
        for r, c in ((row, column), (row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= r < SIDE and 0 <= c < SIDE:
                self.lit[r * SIDE + c] = not self.lit[r * SIDE + c]

    @property
    def over(self) -> bool:
        return not any(self.lit)


class Lamps(QOpenGLWidget):
    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board
        self.shine = [float(lit) for lit in board.lit]
        self.setFixedSize(SIDE * LAMP, SIDE * LAMP)
        timer = QTimer(self)
        timer.timeout.connect(self.update)
        timer.start(16)

    def mousePressEvent(self, event) -> None:
        column, row = int(event.x() // LAMP), int(event.y() // LAMP)
        if 0 <= column < SIDE and 0 <= row < SIDE and not self.board.over:
            self.board.switch(row * SIDE + column)
            self.board.clicks += 1

    def paintGL(self) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.fillRect(self.rect(), NIGHT)
        painter.setPen(Qt.NoPen)
        for lamp, lit in enumerate(self.board.lit):
            self.shine[lamp] += (lit - self.shine[lamp]) * FADE
            row, column = divmod(lamp, SIDE)
            place = QRectF(column * LAMP + 6, row * LAMP + 6, LAMP - 12, LAMP - 12)
            painter.setBrush(FRAME)
            painter.drawRoundedRect(place, 12, 12)
            painter.setBrush(self.light(place.center(), self.shine[lamp]))
            painter.drawEllipse(place.adjusted(6, 6, -6, -6))
        painter.end()

    def light(self, middle: QPointF, shine: float) -> QBrush:
        gradient = QRadialGradient(middle, LAMP / 2)
        for place, strength in ((0.0, 1.0), (1.0, 0.55)):
            parts = zip(DARK.getRgb()[:3], GLOW.getRgb()[:3])
            color = [round(dark + (glow - dark) * shine * strength) for dark, glow in parts]
            gradient.setColorAt(place, QColor(*color))
        return QBrush(gradient)


class Window(QMainWindow):
    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board
        self.setWindowTitle("Lights")
        self.setCentralWidget(Lamps(board))

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key_Escape:
            self.close()
        elif event.key() == Qt.Key_R:
            self.board.begin()


def main() -> None:
    parser = argparse.ArgumentParser(description="Put all the lamps out.")
    parser.add_argument("--seed", type=int, help="the pattern that belongs to this number")
    application = QApplication(sys.argv[:1])
    window = Window(Board(parser.parse_args().seed))
    window.show()
    sys.exit(application.exec_())


if __name__ == "__main__":
    main()
