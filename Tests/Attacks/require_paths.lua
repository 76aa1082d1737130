-- expect: ok
-- require of files
for _, name in ipairs({ '../main', '/etc/passwd', 'main.lua', './main', 'lib/../main', 'main\0.x', '', 'io', 'os', 'debug', 'package' }) do
    assert(not pcall(require, name), name)
end
return 'held'
