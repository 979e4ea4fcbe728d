-- LÖVE: shapes, text, a canvas. Its loop is written out, so that each frame can be looked at.
local ffi = require("ffi")
ffi.cdef "void probe_drawn(void); void probe_shown(void);"
local probe = ffi.load(os.getenv("FRAMES_PROBE"))

local function draw(n)
    love.graphics.origin()
    love.graphics.clear(0.1, 0.2, 0.3 + n / 200)
    love.graphics.setColor(0.9, 0.8, 0.2)
    love.graphics.circle("fill", 40 + 2 * n, 90, 20 + n / 3)
    love.graphics.setColor(1, 1, 1)
    love.graphics.line(0, 3 * n, 240, 180 - n)
    love.graphics.print("Frame " .. n, 10, 10 + n)
end

function love.run()
    local n = 0
    return function()
        love.event.pump()
        draw(n)
        love.graphics.present()
        probe.probe_shown()
        n = n + 1
        if n == 60 then return 0 end
    end
end
