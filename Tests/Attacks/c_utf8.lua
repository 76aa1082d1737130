-- expect: cpu_limit process
-- utf8.len without an end
local s = ('é'):rep(1e6)
while true do utf8.len(s) end
