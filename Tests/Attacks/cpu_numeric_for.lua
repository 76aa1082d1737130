-- expect: cpu_limit
-- a for loop over all integers
for i = math.mininteger, math.maxinteger do end
