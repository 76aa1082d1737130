-- expect: cpu_limit process
-- a pattern that backtracks
return ('a'):rep(28):find(('a?'):rep(28) .. ('a'):rep(28))
