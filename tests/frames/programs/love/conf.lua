function love.conf(settings)
    settings.window.width, settings.window.height = 240, 180
    settings.window.vsync = 0
    settings.modules.audio, settings.modules.sound, settings.modules.joystick = false, false, false
end
