-- expect: ok
-- many brackets
assert(not load(('('):rep(200000)))
return 'held'
