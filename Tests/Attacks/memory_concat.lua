-- expect: memory_limit
-- table.concat of much
local t, piece = {}, ("x"):rep(30000)
for i = 1, 4000 do t[i] = piece end
return #table.concat(t)
