-- expect: ok
-- require of things that are no names
for _, name in ipairs({ {}, true, print or pairs }) do assert(not pcall(require, name)) end
assert(not pcall(require))
return 'held'
