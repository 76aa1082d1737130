-- expect: ok
-- texts that are not JSON, however leniently they are read
for _, text in ipairs({ '', '[1,]', '{"a":1,}', '[1 2]', '01', '1.', '.5', '+1', 'nul', '"\\x"', '[1]x', '{a:1}', "'a'", '"', '"\\', '"\\u12', '[', '{', '{"a"', '{"a":', '-', '1e', '1e+' }) do
    assert(not pcall(json.decode, text), text)
end
return 'held'
