"""Tk: a canvas, a bar and text."""

import tkinter

from probe import FRAMES, shown

root = tkinter.Tk()
root.title("Tk")
root.geometry("240x180")
label = tkinter.Label(root)
label.pack()
scale = tkinter.Scale(root, from_=0, to=FRAMES, orient="horizontal")
scale.pack(fill="x")
canvas = tkinter.Canvas(root, background="#1a3c64", highlightthickness=0)
box = canvas.create_rectangle(0, 0, 1, 1, fill="#e6c83c")
line = canvas.create_line(0, 0, 240, 90, fill="#50c878", width=2)
text = canvas.create_text(0, 60, text="Text", fill="white", anchor="w")
canvas.pack(fill="both", expand=True)
root.wait_visibility()
root.update()
for n in range(FRAMES):
    label["text"] = f"Frame {n}"
    scale.set(n)
    canvas.coords(box, 2 * n, 10, 2 * n + 40, 30 + n)
    canvas.coords(line, 0, n, 240, 90 - n)
    canvas.coords(text, n, 60)
    root.update()
    shown()
root.destroy()
