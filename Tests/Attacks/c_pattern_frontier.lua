-- expect: cpu_limit process
-- greedy repeats that backtrack
return ('a'):rep(3e4):find('.*.*.*.*b')
