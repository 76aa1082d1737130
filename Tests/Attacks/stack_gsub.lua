-- expect: script_error
-- gsub inside gsub inside gsub
local function f() return (('x'):gsub('x', f)) end
return f()
