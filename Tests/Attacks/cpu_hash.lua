-- expect: cpu_limit
-- hashes without an end
local s = ("x"):rep(1000)
while true do crypto.sha256(s) end
