-- expect: ok
-- texts that are not JSON
for _, text in ipairs({ '', '[1,]', '{"a":1,}', '[1 2]', '01', '1.', '.5', '+1', 'nul', '"\\x"', '"\\ud800"', '"\\udc00"', '"\xff"', '"\n"', '{"a":1,"a":2}', '[1]x', '{a:1}', "'a'", 'NaN', '"', '"\\', '"\\u12', '[', '{', '{"a"', '{"a":', '-', '1e', '1e+' }) do
    assert(not pcall(json.decode, text), text)
end
return 'held'
