-- expect: script_error
-- a chunk that is too large
return load(('x = 1 '):rep(100000))
