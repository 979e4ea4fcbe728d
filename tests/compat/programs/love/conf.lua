function love.conf(options)
    options.window.width, options.window.height, options.window.resizable = 400, 300, true
    options.modules.audio, options.modules.sound, options.modules.joystick = false, false, false
end
