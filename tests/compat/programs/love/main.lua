-- LÖVE: shapes and a text.
local pressed = false

function love.draw()
    love.graphics.clear(0.1, 0.2, 0.4)
    love.graphics.setColor(pressed and { 0.2, 0.8, 0.5 } or { 0.9, 0.8, 0.2 })
    love.graphics.circle("fill", 200, 160, 80)
    love.graphics.print(pressed and "pressed" or "LÖVE", 20, 20)
end

function love.keypressed()
    pressed = not pressed
end
