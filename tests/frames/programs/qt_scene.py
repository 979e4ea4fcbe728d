"""Qt: qt_scene.py 5|6 widgets|gl. Painting with edges smoothed, and text; or a QOpenGLWidget under a label."""

import sys

from probe import FRAMES, shown

version, kind = sys.argv[1:3]
if version == "5":
    from PyQt5 import QtCore, QtGui, QtWidgets
    GLWidget = QtWidgets.QOpenGLWidget if kind == "gl" else QtWidgets.QWidget
else:
    from PyQt6 import QtCore, QtGui, QtWidgets
    if kind == "gl":
        from PyQt6.QtOpenGLWidgets import QOpenGLWidget as GLWidget
    else:
        GLWidget = QtWidgets.QWidget


class Scene(GLWidget):
    n = 0

    def paint(self):
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor(30, 60, 110 + self.n))
        if kind == "widgets":
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            painter.setBrush(QtGui.QColor(240, 200, 60, 200))
            painter.drawEllipse(10 + 2 * self.n, 20, 40 + self.n, 60)
            painter.drawText(10, 20 + self.n, f"Frame {self.n}")
        painter.fillRect(100 - self.n, 30, 50, 40, QtGui.QColor(200, 60, 60))
        painter.end()

    def paintGL(self):
        self.paint()

    def paintEvent(self, event):
        super().paintEvent(event) if kind == "gl" else self.paint()


application = QtWidgets.QApplication(sys.argv[:1])
window = QtWidgets.QWidget()
layout = QtWidgets.QVBoxLayout(window)
label, scene = QtWidgets.QLabel("Frame"), Scene()
layout.addWidget(label)
layout.addWidget(scene, 1)
window.resize(240, 180)
window.show()
while not window.windowHandle().isExposed():
    application.processEvents(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
swaps = 0


def swapped():
    global swaps
    swaps += 1


if kind == "gl":
    scene.frameSwapped.connect(swapped)
for n in range(FRAMES):
    scene.n = n
    label.setText(f"Frame {n}")
    before = swaps
    scene.update()
    window.repaint()
    application.processEvents()
    while kind == "gl" and swaps == before:
        application.processEvents(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
    shown()
