-- expect: cpu_limit
-- many variables to close when the limit strikes
local function deep(n)
    local x <close> = setmetatable({}, { __close = function() while true do pcall(error) end end })
    if n > 0 then deep(n - 1) end
    while true do end
end
deep(100)
