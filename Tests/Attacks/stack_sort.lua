-- expect: script_error
-- sort inside sort
local function f() table.sort({ 1, 2, 3 }, f) return false end
f()
