-- expect: memory_limit
-- a table that grows
local t = {}
for i = 1, math.maxinteger do t[i] = { i } end
