-- expect: cpu_limit
-- loops while a variable is closed
local function close() while true do end end
while true do pcall(function() local x <close> = setmetatable({}, { __close = close }) error("x") end) end
