import Screening

/// Looks for what is different about a signature that does not fit: one thing, then two.
struct SignatureSearch {
    let trial: SignatureTrial
    /// The secrets that are meant.
    let secrets: [Secret]
    let others: [(name: String, secrets: [Secret])]

    private struct Change {
        let cause: VerificationCause
        let apply: (inout SignatureTrial) -> Void

        init(_ code: String, _ sentence: String, _ apply: @escaping (inout SignatureTrial) -> Void) {
            cause = VerificationCause(code, sentence)
            self.apply = apply
        }
    }

    /// Beyond this the body is not tried in pairs: a hash of it takes too long.
    private static let pairedBody = 256 << 10
    private static let most = 3

    func causes() -> [VerificationCause] {
        let kinds = [secretChanges(), placeChanges(), codeChanges(), bodyChanges(), signedChanges()]
        let single = kinds.joined().filter { isRight([$0]) }.map(\.cause)
        if !single.isEmpty { return Array(single.prefix(Self.most)) }
        guard trial.request.body.count <= Self.pairedBody else { return [] }
        for (index, first) in kinds.enumerated() {
            for second in kinds.dropFirst(index + 1) {
                for change in first {
                    if let other = second.first(where: { isRight([change, $0]) }) { return [change.cause.and(other.cause)] }
                }
            }
        }
        return []
    }

    private func isRight(_ changes: [Change]) -> Bool {
        var trial = trial
        for change in changes { change.apply(&trial) }
        return !trial.keys.isEmpty && trial.isRight
    }

    private func secretChanges() -> [Change] {
        var changes: [Change] = []
        func add(_ code: String, _ sentence: String, _ keys: [[UInt8]]) {
            if !keys.isEmpty { changes.append(Change(code, sentence) { $0.keys = keys }) }
        }
        for (name, secrets) in others where secrets.contains(where: { !$0.value.isEmpty }) {
            let live = secrets.filter { !$0.value.isEmpty }
            add("other_secret", "it is signed with the \(name)", live.map(\.bytes) + live.compactMap(StandardWebhooks.keyBytes(of:)))
        }
        add("secret_white_space", "it is signed with the secret without the white space around it", secrets.map { Array($0.value.trimmed.utf8) })
        add("secret_line_break", "it is signed with the secret and a line break after it", secrets.map { $0.bytes + [0x0A] })
        add("secret_hex", "it is signed with the bytes that the secret is the hexadecimal text of", secrets.compactMap { [UInt8](hex: $0.value) })
        add("secret_base64", "it is signed with the bytes that the secret is the base64 of", secrets.compactMap(StandardWebhooks.keyBytes(of:)))
        add("secret_as_text", "it is signed with the secret's text, not with the bytes that it is the base64 of", secrets.map(\.bytes))
        add(
            "secret_without_prefix",
            "it is signed with the text behind whsec_ of the secret",
            secrets.filter { $0.value.hasPrefix("whsec_") }.map { Array($0.value.dropFirst(6).utf8) }
        )
        return changes
    }

    /// The code stands elsewhere, or something else stands before it.
    private func placeChanges() -> [Change] {
        var changes: [Change] = []
        let scheme = trial.scheme
        let headers = trial.request.headers
        for prefix in HeaderValue.prefixes(of: scheme.header.values(in: headers).first.map { String($0) } ?? "") where prefix != scheme.prefix {
            let sentence =
                prefix.isEmpty
                ? "nothing stands before the signature, not “\(scheme.prefix)”"
                : "“\(prefix)” stands before the signature, " + (scheme.prefix.isEmpty ? "and the rule names no prefix" : "not “\(scheme.prefix)”")
            changes.append(Change("other_prefix", sentence) { $0.scheme = $0.scheme.replacing(prefix: prefix) })
        }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) where value.utf8.count <= 1024 && name != SignatureTrial.bodyPlace {
            let parts = HeaderValue.parts(of: value)
            var places = parts.map { HeaderValue(name: name, part: $0) }
            places.append(HeaderValue(name: name))
            for place in places where place != scheme.header {
                let sentence = "the signature stands in \(place.place), not in \(scheme.header.place)"
                changes.append(Change("other_place", sentence) { $0.scheme = $0.scheme.replacing(header: place) })
                for prefix in HeaderValue.prefixes(of: value) where place.part == nil && prefix != scheme.prefix {
                    let text = sentence + (prefix.isEmpty ? ", with nothing before it" : ", behind “\(prefix)”")
                    changes.append(Change("other_place", text) { $0.scheme = $0.scheme.replacing(header: place, prefix: prefix) })
                }
            }
        }
        return changes
    }

    private func codeChanges() -> [Change] {
        HMACCode.Algorithm.allCases.flatMap { algorithm in
            HMACCode.Encoding.allCases.compactMap { encoding in
                let code = HMACCode(algorithm: algorithm, encoding: encoding)
                let own = trial.scheme.code
                guard code != own else { return nil }
                var words: [String] = []
                if algorithm != own.algorithm { words.append("made with \(algorithm.rawValue), not \(own.algorithm.rawValue)") }
                if encoding != own.encoding { words.append("written in \(encoding.rawValue), not \(own.encoding.rawValue)") }
                return Change("other_code", "the signature is " + words.joined(separator: " and ")) { $0.scheme = $0.scheme.replacing(code: code) }
            }
        }
    }

    private func bodyChanges() -> [Change] {
        guard trial.signsBody else { return [] }
        let body = trial.request.body
        var changes: [Change] = []
        var seen: Set<[UInt8]> = [body]
        func add(_ code: String, _ sentence: String, _ other: [UInt8]) {
            if seen.insert(other).inserted { changes.append(Change(code, sentence) { $0.request = $0.request.replacing(body: other) }) }
        }
        let ended = Array(body.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed())
        add("line_break_added", "the body was signed without the line break at its end: something added it, perhaps the editor or echo", ended)
        add("line_break_removed", "the body was signed with a line break at its end: something took it away", body + [0x0A])
        add("line_break_removed", "the body was signed with a line break at its end: something took it away", body + [0x0D, 0x0A])
        let withoutReturns = body.filter { $0 != 0x0D }
        add("line_breaks_changed", "the body was signed with LF at the line ends: something made CRLF of it", withoutReturns)
        add(
            "line_breaks_changed",
            "the body was signed with CRLF at the line ends: something made LF of it",
            withoutReturns.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        )
        if body.starts(with: [0xEF, 0xBB, 0xBF]) {
            add("byte_order_mark", "the body was signed without the byte order mark before it", Array(body.dropFirst(3)))
        }
        let layouts: [(String, JSONLayout)] = [
            ("compact", .compact), ("with a space after commas and colons", .spaced), ("indented by 2", .pretty(2)), ("indented by 4", .pretty(4)),
        ]
        let spellings: [(String, ([UInt8]) -> [UInt8])] = [
            ("", { $0 }), (", with \\u escapes", JSONLayout.escaped), (", without \\u escapes", JSONLayout.unescaped),
            (", with / written \\/", JSONLayout.withEscapedSlashes), (", with \\/ written /", JSONLayout.withPlainSlashes),
            (", as PHP writes it", { JSONLayout.withEscapedSlashes(JSONLayout.escaped($0)) }),
        ]
        for (spelling, spell) in spellings {
            for (layout, form) in layouts {
                add(
                    "body_rewritten",
                    "the body was signed as \(layout) JSON\(spelling): something read it and wrote it again on the way",
                    spell(form.text(body))
                )
            }
            add("body_rewritten", "the body was signed\(spelling): something read it and wrote it again on the way", spell(body))
        }
        add("body_not_signed", "the signature is over an empty body", [])
        return changes
    }

    private func signedChanges() -> [Change] {
        var templates = ["${body}"]
        var stamps = trial.request.headers.keys.filter { $0.contains("timestamp") || $0.hasSuffix("-time") }.sorted()
        let place = trial.scheme.header
        if trial.request.headers[place.name] != nil {
            stamps += HeaderValue.parts(of: trial.request.headers[place.name] ?? "").map { "\(place.name).\($0)" }
        }
        if let time = trial.scheme.timestamp?.header { stamps.insert(time.part.map { "\(time.name).\($0)" } ?? time.name, at: 0) }
        for stamp in stamps.prefix(6) {
            for form in [
                "${header.\(stamp)}.${body}", "${header.\(stamp)}${body}", "${body}${header.\(stamp)}", "v0:${header.\(stamp)}:${body}",
                "${header.\(stamp)}:${body}",
            ] {
                templates.append(form)
            }
        }
        return templates.compactMap { text in
            guard let template = SignedTemplate(text), template != trial.scheme.signed else { return nil }
            return Change("other_signed_text", "the signature is over \(text), not over what the rule names") {
                $0.scheme = $0.scheme.replacing(signed: template)
            }
        }
    }
}

extension HeaderValue {
    /// The names of the parts of a value such as `t=…,v1=…`.
    static func parts(of value: String) -> [String] {
        guard value.contains("=") else { return [] }
        return value.split(maxSplits: 8) { $0 == "," || $0 == ";" }.compactMap { field in
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0]).trimmed
            return pair.count == 2 && !pair[1].isEmpty && isName(name) && name.utf8.count <= 16 ? name : nil
        }
    }

    /// What may stand before a code in a value: nothing, or a word that ends in `=`, a space, a comma or a colon.
    static func prefixes(of value: String) -> [String] {
        [""] + value.indices.filter { "= ,:".contains(value[$0]) }.prefix(3).map { String(value[...$0]) }.filter { $0.count <= 16 }
    }
}
