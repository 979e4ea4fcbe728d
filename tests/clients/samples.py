"""Multisampled windows, read as a screen shows them: for clients of pyglet 2 and Arcade."""

from pyglet.gl import GL_COLOR_ATTACHMENT0, GL_COLOR_BUFFER_BIT, GL_FRAMEBUFFER, GL_DRAW_FRAMEBUFFER, GL_NEAREST
from pyglet.gl import GL_PACK_ALIGNMENT, GL_READ_FRAMEBUFFER, GL_RENDERBUFFER, GL_RGB, GL_RGBA8, GL_UNSIGNED_BYTE
from pyglet.gl import GLubyte, GLuint, glBindFramebuffer, glBindRenderbuffer, glBlitFramebuffer, glDeleteFramebuffers
from pyglet.gl import glDeleteRenderbuffers, glFramebufferRenderbuffer, glGenFramebuffers, glGenRenderbuffers, glPixelStorei
from pyglet.gl import glReadPixels, glRenderbufferStorage


def read_rgb(width: int, height: int) -> bytes:
    """The frame, its lowest row first, RGB. Mesa on Xvfb reads single samples of a window, so it is resolved before.
    The window's framebuffer is bound before and after."""
    buffer, name = GLuint(), GLuint()
    pixels = (GLubyte * (3 * width * height))()
    glGenRenderbuffers(1, buffer)
    glBindRenderbuffer(GL_RENDERBUFFER, buffer)
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height)
    glGenFramebuffers(1, name)
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, name)
    glFramebufferRenderbuffer(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, buffer)
    glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST)
    glBindFramebuffer(GL_READ_FRAMEBUFFER, name)
    glPixelStorei(GL_PACK_ALIGNMENT, 1)
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels)
    glBindFramebuffer(GL_FRAMEBUFFER, 0)
    glDeleteFramebuffers(1, name)
    glDeleteRenderbuffers(1, buffer)
    return bytes(pixels)
