-- The module `crypto`: the sandbox's own functions, which work on bytes; where the key is a secret, the host computes.
return function(core)
    local host = core.host
    local native = host.crypto
    local crypto = {}

    local function bytes(call, argument, value)
        return core.check(call, argument, value, "string")
    end

    for _, name in ipairs { "sha256", "hex", "unhex", "base64", "unbase64", "base64url", "unbase64url" } do
        local run, call = native[name], "crypto." .. name
        crypto[name] = function(data)
            return run(bytes(call, "data", data))
        end
    end

    --- Compares in a time that does not depend on where two texts differ.
    function crypto.equal(a, b)
        return native.equal(bytes("crypto.equal", "a", a), bytes("crypto.equal", "b", b))
    end

    -- The name of the one secret that `key` stands for; a secret joined with text cannot be a key.
    local function secret_name(call, key)
        local parts = core.secret_parts(key)
        if not parts then
            return nil
        end
        if #parts > 1 then
            core.raise { message = call .. ": the key is a secret joined with text", path = "key", hint = "pass ctx.secret.NAME itself" }
        end
        return parts[1].secret
    end

    --- → the raw bytes. `algorithm` is "sha256" or "sha512"; `key` is bytes or a secret.
    function crypto.hmac(algorithm, key, data)
        local call = "crypto.hmac"
        if algorithm ~= "sha256" and algorithm ~= "sha512" then
            core.part("errors").argument(call, "algorithm", '"sha256" or "sha512"', algorithm)
        end
        bytes(call, "data", data)
        local secret = secret_name(call, key)
        if secret then
            return native.unbase64(core.call("hmac", { algorithm = algorithm, secret = secret, data_base64 = native.base64(data) }))
        end
        return native.hmac(algorithm, bytes(call, "key", key), data)
    end

    return crypto
end
