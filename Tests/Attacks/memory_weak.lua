-- expect: any
-- weak tables under pressure
local m = {}
local keep = {}
setmetatable(keep, m)
m.__mode = 'kv'
local hard = {}
while true do keep[{}] = {} hard[#hard + 1] = {} end
