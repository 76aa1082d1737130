-- expect: cpu_limit
-- walks a table without an end
local t = { a = 1, b = 2 }
while true do for _ in pairs(t) do end end
