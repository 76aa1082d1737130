-- expect: memory_limit
-- string.rep of 1 TB under pcall
while true do pcall(string.rep, 'x', 1 << 40) end
