-- expect: ok
-- the order of equal items is always the same
local t = {}
for i = 1, 500 do t[i] = { k = i % 3, i = i } end
table.sort(t, function(a, b) return a.k < b.k end)
for i = 2, 500 do assert(t[i - 1].k < t[i].k or (t[i - 1].k == t[i].k and t[i - 1].i < t[i].i)) end
return 'held'
