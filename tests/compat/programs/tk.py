"""Tk: widgets with text, and a canvas."""

import tkinter

root = tkinter.Tk()
root.title("Tk")
root.geometry("400x300")
label = tkinter.Label(root, text="Not pressed yet")
label.pack()
tkinter.Button(root, text="A button").pack()
canvas = tkinter.Canvas(root, background="#1a3c64")
canvas.create_rectangle(30, 20, 150, 120, fill="#e6c83c")
canvas.create_oval(180, 30, 300, 150, outline="white", width=3)
line = canvas.create_line(10, 10, 300, 160, 340, 20, fill="#50c878", width=2)
canvas.create_text(200, 180, text="Text on a canvas", fill="white")
canvas.pack(fill="both", expand=True)


def key(event):
    label["text"] = "Pressed: " + event.keysym
    canvas.itemconfigure(line, fill="red")


root.bind("<Key>", key)
root.mainloop()
