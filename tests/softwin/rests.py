"""Programs that draw without OpenGL, ask X for no answers between two frames, and rest by timers.

    rests.py tk|qt             two timers, the program's own clock and the keys that it got, in text and lines
    rests.py change [FILE]     draws when a key comes; says in FILE, or on stdout, who closed it
"""

import sys
import time


def tk() -> None:
    import tkinter

    root = tkinter.Tk()
    label = tkinter.Label(root, text="", width=40)
    label.pack()
    canvas = tkinter.Canvas(root, width=300, height=200, background="white")
    canvas.pack()
    keys, drawn = [], 0

    def draw() -> None:
        nonlocal drawn
        drawn += 1
        canvas.create_line(150, 100, 150 + drawn * 3 % 140, 5 + drawn * 7 % 190, width=drawn % 5, dash=(3, 2))
        root.after(20, draw)

    def tell() -> None:
        label["text"] = f"{time.monotonic():.6f} {drawn} {''.join(keys)}"
        root.after(33, tell)

    root.bind("<Key>", lambda event: keys.append(event.keysym))
    root.bind("<Motion>", lambda event: keys.append(f"({event.x})"))
    draw()
    tell()
    root.mainloop()


def qt() -> None:
    from PyQt5 import QtCore, QtGui, QtWidgets

    class Window(QtWidgets.QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.resize(300, 200)
            self.keys, self.drawn, self.told = [], 0, ""
            for period_ms, call in ((20, self.draw), (33, self.tell)):
                timer = QtCore.QTimer(self, interval=period_ms, timerType=QtCore.Qt.PreciseTimer)
                timer.timeout.connect(call)
                timer.start()

        def draw(self) -> None:
            self.drawn += 1
            self.update()

        def tell(self) -> None:
            self.told = f"{time.monotonic():.6f} {self.drawn} {' '.join(self.keys)}"
            self.update(0, 0, 300, 30)

        def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
            self.keys.append(str(event.key()))

        def paintEvent(self, event: QtGui.QPaintEvent) -> None:
            with QtGui.QPainter(self) as painter:
                painter.drawText(10, 20, self.told)
                painter.drawLine(150, 100, 150 + self.drawn * 3 % 140, 40 + self.drawn * 7 % 150)

    application = QtWidgets.QApplication(sys.argv[:1])
    window = Window()
    window.show()
    application.exec()


def change(path: str | None) -> None:
    import tkinter

    colors = {"r": "#ff0000", "g": "#00ff00"}
    root = tkinter.Tk()
    root.geometry("120x80+0+0")
    root.configure(background="#0000ff")

    def say(text: str) -> None:
        if path:
            with open(path, "w") as file:
                file.write(text)
        else:
            print(text)

    def close() -> None:
        say(f"closed by its window at {time.monotonic():.3f}")
        root.destroy()

    root.bind("<Key>", lambda event: event.keysym in colors and root.configure(background=colors[event.keysym]))
    root.protocol("WM_DELETE_WINDOW", close)
    root.mainloop()


if __name__ == "__main__":
    if sys.argv[1] == "change":
        change(sys.argv[2] if len(sys.argv) > 2 else None)
    else:
        {"tk": tk, "qt": qt}[sys.argv[1]]()
