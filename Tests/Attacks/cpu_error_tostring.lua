-- expect: cpu_limit
-- an error object whose __tostring loops
error(setmetatable({}, { __tostring = function() while true do end end }))
