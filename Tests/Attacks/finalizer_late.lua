-- expect: ok
-- __gc added later
local m = {}
local t = setmetatable({}, m)
m.__gc = function() while true do end end
t = nil
local s = {}
for i = 1, 20000 do s[i % 10] = { i } end
return 'held'
