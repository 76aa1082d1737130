-- expect: cpu_limit process
-- a plain search that is quadratic
local s = ('a'):rep(4e6)
while true do s:find(('a'):rep(1e6) .. 'b', 1, true) end
