-- expect: cpu_limit
-- __tostring that loops
return tostring(setmetatable({}, { __tostring = function() while true do end end }))
