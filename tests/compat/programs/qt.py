"""Qt: qt.py 5|6 widgets|gl. Widgets with text and a list, or a QOpenGLWidget under a label."""

import sys

version, kind = sys.argv[1:3]
if version == "5":
    from PyQt5 import QtCore, QtGui, QtWidgets
    GLWidget = QtWidgets.QOpenGLWidget if kind == "gl" else object
else:
    from PyQt6 import QtCore, QtGui, QtWidgets
    if kind == "gl":
        from PyQt6.QtOpenGLWidgets import QOpenGLWidget as GLWidget
    else:
        GLWidget = object


class Scene(GLWidget):
    other = False

    def paintGL(self):
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor(90, 60, 30) if self.other else QtGui.QColor(30, 60, 110))
        painter.fillRect(self.rect().adjusted(60, 40, -80, -60), QtGui.QColor(240, 200, 60))
        painter.end()


class Window(QtWidgets.QWidget):
    def __init__(self):
        super().__init__()
        layout = QtWidgets.QVBoxLayout(self)
        self.label = QtWidgets.QLabel("Not pressed yet")
        layout.addWidget(self.label)
        if kind == "gl":
            self.scene = Scene()
            layout.addWidget(self.scene, 1)
        else:
            choices = QtWidgets.QListWidget()
            choices.addItems(["red", "green", "blue"])
            choices.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
            layout.addWidget(choices)
            layout.addWidget(QtWidgets.QProgressBar(value=40))
        self.resize(400, 300)

    def keyPressEvent(self, event):
        self.label.setText("Pressed: " + event.text())
        if kind == "gl":
            self.scene.other = True
            self.scene.update()


application = QtWidgets.QApplication(sys.argv[:1])
window = Window()
window.show()
sys.exit(application.exec())
