-- expect: cpu_limit
-- a variable to close when the limit strikes
local x <close> = setmetatable({}, { __close = function() while true do end end })
while true do end
