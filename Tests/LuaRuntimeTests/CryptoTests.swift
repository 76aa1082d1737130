import LuaRuntime
import Testing

/// The hashes and encodings that scripts use, against published vectors (FIPS 180-4, RFC 4231, RFC 4648).
@Suite("Hashes and encodings")
struct CryptoTests {
    static let vectors = [
        ("crypto.hex(crypto.sha256(''))", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("crypto.hex(crypto.sha256('abc'))", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "crypto.hex(crypto.sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        ("crypto.hex(crypto.sha256(('a'):rep(1000000)))", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        (
            "crypto.hex(crypto.hmac('sha256', ('\\x0b'):rep(20), 'Hi There'))",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            "crypto.hex(crypto.hmac('sha256', ('\\xaa'):rep(131), 'Test Using Larger Than Block-Size Key - Hash Key First'))",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            "crypto.hex(crypto.hmac('sha512', 'Jefe', 'what do ya want for nothing?'))",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
        (
            "crypto.hex(crypto.hmac('sha512', ('\\xaa'):rep(131), 'Test Using Larger Than Block-Size Key - Hash Key First'))",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
        ),
        ("crypto.base64('')", ""), ("crypto.base64('f')", "Zg=="), ("crypto.base64('fo')", "Zm8="), ("crypto.base64('foobar')", "Zm9vYmFy"),
        ("crypto.base64url('\\xff\\xfe')", "__4"), ("crypto.unbase64('Zm9vYg==')", "foob"), ("crypto.unbase64('Zm9vYg')", "foob"),
        ("crypto.unbase64url('_w') == '\\xff'", "true"), ("crypto.unbase64('Zm9v!')", "nil"), ("crypto.unbase64('Z')", "nil"),
        ("crypto.unbase64('Zh==')", "nil"),
        ("crypto.unhex('00FFab') == '\\0\\xff\\xab'", "true"), ("crypto.unhex('0')", "nil"), ("crypto.unhex('0g')", "nil"),
        ("crypto.equal('a', 'a')", "true"), ("crypto.equal('a', 'b')", "false"), ("crypto.equal('a', 'aa')", "false"),
        ("crypto.equal('', '')", "true"),
    ]

    @Test("An expression gives the value of its published test vector", arguments: vectors)
    func gives(_ expression: String, _ expected: String) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let end = try await Fixture.run("return function() return tostring(\(expression)) end", in: pool)
            #expect(end.text == "\"\(expected)\"")
        }
    }

    @Test("Unknown algorithms and arguments that are not strings are refused")
    func refusesWhatIsNoText() async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let end = try await Fixture.run("return function() return crypto.hmac('md5', 'k', 'd') end", in: pool)
            #expect(end.error?.message == "crypto.hmac: the algorithm must be sha256 or sha512")
            let number = try await Fixture.run("return function() return crypto.sha256(1) end", in: pool)
            #expect(number.error?.message == "crypto.sha256: argument 1 must be a string, not number")
        }
    }
}
