-- expect: cpu_limit
-- a loop by goto
::again:: goto again
