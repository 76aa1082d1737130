-- expect: cpu_limit process
-- a backtracking pattern under pcall
while true do pcall(string.find, ('a'):rep(1e5), '.-.-.-.-b') end
