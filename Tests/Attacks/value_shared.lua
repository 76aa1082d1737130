-- expect: output_limit
-- a small table that encodes to terabytes
local t = { 'x' }
for _ = 1, 50 do t = { t, t, t } end
return t
