-- expect: ok
-- the order of keys does not tell addresses
local one, two = {}, {}
for i = 1, 50 do one['k' .. i] = i two['k' .. (51 - i)] = 51 - i end
local a, b = {}, {}
for k in pairs(one) do a[#a + 1] = k end
for k in next, two do b[#b + 1] = k end
assert(table.concat(a) == table.concat(b))
return 'held'
