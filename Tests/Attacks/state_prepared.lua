-- expect: ok
-- whatever a run begins with as a copy is changed as far as it goes; the next one must not see it
for name, value in pairs(_ENV) do
  if type(value) == 'table' then
    pcall(rawset, value, 'left', 1)
    pcall(function() value.left = 1 end)
    pcall(setmetatable, value, {})
    pcall(table.insert, value, 1)
  end
end
for _, name in ipairs { 'tostring', 'pairs', 'error', 'json', 'string', 'require', 'print', '_G' } do _ENV[name] = nil end
left = function() return left end
return 'held'
