-- expect: script_error
-- a host call inside sort
table.sort({ 3, 2, 1 }, function(a, b) call('x') return a < b end)
