-- expect: script_error
-- load with a function that gives pieces
return load(function() return "x" end)
