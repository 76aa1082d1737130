-- expect: script_error
-- unpacks too much
return select("#", table.unpack({}, 1, 1e8))
