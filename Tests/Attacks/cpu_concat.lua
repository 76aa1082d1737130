-- expect: cpu_limit
-- a concatenation that loops
local t = setmetatable({}, { __concat = function() while true do end end })
return "a" .. t
