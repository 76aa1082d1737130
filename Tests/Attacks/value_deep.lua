-- expect: nesting_limit
-- a table that is too deep
local t = {}
for _ = 1, 100000 do t = { t } end
return t
