-- expect: script_error
-- __mode
setmetatable({}, { __mode = 'k' })
