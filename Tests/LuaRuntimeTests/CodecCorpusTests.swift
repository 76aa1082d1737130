import Foundation
import LuaRuntime
import Testing

/// The codec agrees with Python's on generated texts, valid and broken.
@Suite("JSON codec against Python")
struct CodecCorpusTests {
    private static let judge = """
        import decimal, json, sys
        decimal.getcontext().prec = 1000
        def mended(text): return ''.join('\\ufffd' if 0xd800 <= ord(c) <= 0xdfff else c for c in text)
        def mend(value):
            if isinstance(value, str): return mended(value)
            if isinstance(value, list): return [mend(v) for v in value]
            return {mended(k): mend(v) for k, v in value.items()} if isinstance(value, dict) else value
        def number(text):
            try: exact = decimal.Decimal(text)
            except decimal.InvalidOperation: exact = decimal.Decimal('0.5')
            if exact == 0 or exact.adjusted() < 64 and exact == exact.to_integral_value(): return whole(str(int(exact)))
            value = float(text)
            if -2**63 <= value < 2**63 and value == int(value): return int(value)
            return value if abs(value) != float('inf') else text
        def whole(text):
            value = int(text)
            return value if -2**63 <= value < 2**63 else text
        def load(text):
            return mend(json.loads(text, parse_constant=lambda word: None, parse_float=number, parse_int=whole, strict=False))
        def same(a, b):
            if type(a) is not type(b): return False
            if isinstance(a, dict): return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
            if isinstance(a, list): return len(a) == len(b) and all(map(same, a, b))
            return repr(a) == repr(b)
        for line in sys.stdin:
            text, ours = json.loads(line)
            try: theirs, valid = load(text), True
            except (ValueError, UnicodeError): valid = False
            if valid != (ours is not None) or (valid and not same(theirs, json.loads(ours))): print(json.dumps([text, ours]))
        """

    @Test("The JSON codec agrees with Python on generated valid and broken texts")
    func agreesWithPython() async throws {
        var random = Generator(state: 20)
        let texts = (0..<2000).map { index in
            let text = random.value(depth: 0)
            return index % 3 == 0 ? random.broken(text) : text
        }
        let request = try String(decoding: JSONEncoder().encode(texts), as: UTF8.self)
        let source = """
            return function(texts)
                local answers = {}
                for i, text in ipairs(texts) do
                    local ok, value = pcall(json.decode, text)
                    answers[i] = { text, ok and json.encode(value) or json.null }
                end
                return answers
            end
            """
        let limits = Limits(sliceCPU: .seconds(20), output: 16 << 20)
        let end = try await LuaPool.with(.inProcess) { pool in try await Fixture.run(source, request: request, in: pool, limits: limits) }
        let answers = try JSONDecoder().decode([[String?]].self, from: Data(try #require(end.text, "\(end)").utf8))
        let lines = try answers.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }.joined(separator: "\n")
        let disagreements = try await Command.run("/usr/bin/env", ["python3", "-c", Self.judge], input: lines + "\n")
        #expect(disagreements == "")
    }
}

/// Makes JSON texts, the same for the same state.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 8), using: &self) {
        case 0: return ["null", "true", "false"].randomElement(using: &self) ?? ""
        case 1: return String(Int64.random(in: .min ... .max, using: &self) >> Int64.random(in: 0..<63, using: &self))
        case 2: return number()
        case 3, 4: return text()
        case 5: return String(next()) + String(next())
        case 6: return "[" + (0..<Int.random(in: 0..<5, using: &self)).map { _ in space() + value(depth: depth + 1) }.joined(separator: ",") + "]"
        default:
            let keys = (0..<Int.random(in: 0..<5, using: &self)).map { _ in space() + text() + ":" + value(depth: depth + 1) }
            return "{" + keys.joined(separator: ",") + space() + "}"
        }
    }

    mutating func number() -> String {
        let exponent = Int.random(in: -330...330, using: &self)
        let digits = (0..<Int.random(in: 1..<20, using: &self)).map { _ in String(Int.random(in: 0...9, using: &self)) }.joined()
        return "\(Int.random(in: -9...9, using: &self)).\(digits)" + (Bool.random(using: &self) ? "e\(exponent)" : "")
    }

    mutating func text() -> String {
        let pieces = ["a", "é", "😀", "\\n", "\\u0000", "\\ud83d\\ude00", "\\ud800", "\\\"", "\\/", " ", "\u{7f}", "€", "\\u00e9", "z"]
        return "\"" + (0..<Int.random(in: 0..<6, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined() + "\""
    }

    mutating func space() -> String {
        ["", "", " ", "\n\t"].randomElement(using: &self) ?? ""
    }

    /// Removes, doubles or replaces one character.
    mutating func broken(_ text: String) -> String {
        var characters = Array(text.unicodeScalars)
        guard let index = characters.indices.randomElement(using: &self) else { return text }
        switch Int.random(in: 0..<3, using: &self) {
        case 0: characters.remove(at: index)
        case 1: characters.insert(characters[index], at: index)
        default: characters[index] = Array(",:[]{}\"\\0-.eE x".unicodeScalars).randomElement(using: &self) ?? " "
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: characters)
        return String(result)
    }
}
