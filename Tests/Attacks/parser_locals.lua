-- expect: ok
-- too many locals
local t = {}
for i = 1, 300 do t[i] = 'local a' .. i end
assert(not load(table.concat(t, ' ')))
return 'held'
