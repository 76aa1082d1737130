-- expect: any
-- little is alive at any moment, but each time in blocks of another size: what was freed cannot be used again
for words = 1, 14 do
  local many, fields = {}, {}
  for i = 1, words do fields[i] = 'f' .. i end
  local make = load('return {' .. table.concat(fields, '=1,') .. '=1}')
  for i = 1, 40000 do many[i] = make() end
  many = nil
  for i = 1, 100 do local garbage = ('x'):rep(300000) .. i end
end
return 'held'
