-- expect: cpu_limit process
-- table.move over all integers
table.move({}, 1, math.maxinteger - 1, 2)
