-- expect: any
-- encodes a text that is nearly too large
local s = ('x'):rep(20000000)
return #json.encode({ s, s, s, s })
