-- expect: memory_limit
-- closures that keep each other
local last
while true do local before = last last = function() return before end end
