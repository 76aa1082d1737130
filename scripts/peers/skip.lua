-- Reads a delivery in a plain lua5.4 with lua-cjson and decides to skip it, nothing between: prints the mean in microseconds.
-- Usage: lua5.4 skip.lua DELIVERY COUNT
local cjson = require "cjson"
local file = assert(io.open(arg[1], "rb"))
local delivery, count = file:read("a"), tonumber(arg[2])
local skipped = 0

local function decide(raw)
  if cjson.decode(raw).package ~= "another" then
    return "not the stage that orders"
  end
end

local started = os.clock()
for _ = 1, count do
  if decide(delivery) then
    skipped = skipped + 1
  end
end
assert(skipped == count)
print(("%.1f"):format((os.clock() - started) * 1e6 / count))
