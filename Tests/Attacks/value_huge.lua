-- expect: output_limit
-- a result that is too large
local t = {}
for i = 1, 20 do t[i] = ('x'):rep(100000) end
return t
