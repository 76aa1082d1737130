-- expect: memory_limit
-- catches the limit and goes on
local keep = {}
while true do pcall(function() local s = "x" while true do s = s .. s keep[#keep + 1] = s end end) end
