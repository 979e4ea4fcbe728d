"""wxPython: widgets with text and a drawn panel."""

import wx

application = wx.App()
frame = wx.Frame(None, title="wxPython", size=(400, 300))
panel = wx.Panel(frame)
label = wx.StaticText(panel, label="Not pressed yet", pos=(10, 10))
wx.Gauge(panel, range=10, pos=(10, 60), size=(200, 30)).SetValue(4)


def key(event):
    label.SetLabel("Pressed")
    panel.SetBackgroundColour(wx.Colour(30, 60, 110))
    panel.Refresh()


application.Bind(wx.EVT_CHAR_HOOK, key)
frame.Show()
application.MainLoop()
