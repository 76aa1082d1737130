-- expect: ok
-- globals of an earlier run
assert(seen == nil)
seen = true
assert(shared == nil)
shared = {}
return 'held'
