-- expect: memory_limit
-- string.rep of 1 TB
return ('x'):rep(1 << 40)
