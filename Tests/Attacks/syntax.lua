-- expect: syntax_error
-- does not compile
local x = = 1
