-- expect: ok
-- a table made weak behind setmetatable's back loses its members while it is encoded: nothing but what is there may be read
for _ = 1, 20 do
  local metatable = {}
  local weak = setmetatable({}, metatable)
  metatable.__mode = "v"
  for i = 1, 2000 do
    weak["name_" .. i .. ("x"):rep(40)] = {}
  end
  local encoded, text = pcall(json.encode, weak)
  if encoded and not text:find("^{.*}$") then
    return "read what was not there"
  end
end
return "held"
