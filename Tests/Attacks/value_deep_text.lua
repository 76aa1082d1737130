-- expect: nesting_limit
-- a text that is nested too deeply
return json.decode(('['):rep(100000))
