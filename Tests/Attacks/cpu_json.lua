-- expect: cpu_limit
-- encodes and decodes without an end
local t = { 1, 2, 3 }
while true do t = json.decode(json.encode(t)) end
