-- expect: any
-- one block in a hundred survives and keeps its neighbours' room in pieces, and the next are larger
local kept, size = {}, 300
while size < 1000000 do
  local now = {}
  for i = 1, 20000000 // size do
    now[i] = ('x'):rep(size) .. i
    if i % 100 == 0 then kept[#kept + 1] = now[i] end
  end
  size = size * 2
end
return 'held'
