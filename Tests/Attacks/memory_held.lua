-- expect: ok
-- garbage only: the collector must keep up
local piece = ('x'):rep(10000)
for i = 1, 2000 do local s = piece:rep(10) .. i end
return 'held'
