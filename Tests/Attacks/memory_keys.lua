-- expect: memory_limit
-- ever new keys
local t, i, piece = {}, 0, ("x"):rep(10000)
while true do i = i + 1 t["key" .. i] = piece .. i end
