-- expect: script_error
-- text that is not UTF-8
return { 'a\xff' }
