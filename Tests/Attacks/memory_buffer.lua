-- expect: memory_limit
-- gsub into one huge result
local s = ('x'):rep(4e6)
return #s:gsub('x', ('y'):rep(100))
