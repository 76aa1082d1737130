-- expect: cpu_limit
-- tail calls without an end
local function f() return f() end
return f()
