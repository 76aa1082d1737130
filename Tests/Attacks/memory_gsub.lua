-- expect: memory_limit
-- gsub that multiplies
local s = ('x'):rep(1e6)
return s:gsub('x', ('y'):rep(1000))
