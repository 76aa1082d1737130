-- expect: memory_limit
-- string.rep with a huge separator
return (''):rep(1 << 50, 'x')
