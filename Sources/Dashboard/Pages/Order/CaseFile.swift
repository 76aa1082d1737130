import Crypto
import Foundation
import HTTPTypes
import Screening
import Web

/// `/orders/{id}/case`: the whole story of one order as one page that stands alone, signed, so that it can be shown years later.
enum CaseFile {
    static let handlers = [
        PageHandler.get("/orders/{id}/case", isExport: true) { visit in
            let record = try await record(visit)
            return .file(response(record, visit))
        }
    ]

    /// What is signed: everything that the page says, as the viewer may see it.
    static func record(_ visit: Visit) async throws -> JSON {
        let facts = try await OrderPage.facts(visit, mostRuns: mostRuns, within: mostBytes)
        let id = facts.order["id"]?.text ?? ""
        // Retention may have taken away when it was sent, but not that it was.
        let attempts = facts.timeline.filter { $0.kind == "submitting" }
        let answers = facts.timeline.compactMap { $0.kind == "submitted" ? $0.details["provider_ref"]?.text : nil }
        var record: JSON = [
            "format": "fairlead-case-1", "store": .string(visit.site.parts.store.identity.id), "made_at": JSON(visit.now),
            "made_by": .string(visit.viewer.name),
            "order": facts.order,
            "statement": [
                "order": .string(id), "external_id": facts.order["external_id"] ?? .null, "connection": facts.order["connection"] ?? .null,
                "times_sent": attempts.isEmpty && wasSent(facts.order) ? .null : .int(Int64(attempts.count)),
                "sent_at": .array(attempts.map { JSON($0.at) }),
                "provider_refs": .array(Set(answers).sorted().map { .string($0) }), "present_ref": facts.order["provider_ref"] ?? .null,
            ],
        ]
        record["timeline"] = facts.record
        record["event"] = facts.event
        record["runs"] = .array(facts.runs)
        if facts.hasOlderRuns { record["runs_left_out"] = .string("older than the newest \(min(mostRuns, facts.runs.count))") }
        return record
    }

    /// Of an order's runs these stand in the file with their calls; what happened is whole in any case.
    private static let mostRuns = 100
    /// They take no more than this together: the file is held whole, several times over, while it is made.
    private static let mostBytes = 4 << 20

    private static func wasSent(_ order: JSON) -> Bool {
        order["provider_ref"]?.text != nil || ![OrderState.accepted.rawValue, OrderState.refused.rawValue].contains(order["state"]?.text ?? "")
    }

    /// Who signs: a key that follows from the host's first encryption key.
    struct Signer: Sendable {
        private let key: Curve25519.Signing.PrivateKey

        /// Nil where the secret is too short to keep anything.
        init?(_ secret: Secret) {
            guard secret.value.utf8.count >= 16 else { return nil }
            let seed = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: Array(secret.value.utf8)),
                info: Array("fairlead:case-file:1".utf8),
                outputByteCount: 32
            )
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed.withUnsafeBytes { Array($0) }) else { return nil }
            self.key = key
        }

        /// The public key as PEM, which openssl reads.
        var publicKey: String {
            // The fixed beginning of an ed25519 key in its container.
            let container: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
            return "-----BEGIN PUBLIC KEY-----\n\((container + Array(key.publicKey.rawRepresentation)).base64)\n-----END PUBLIC KEY-----"
        }

        /// The signature of a text, base64; nil where it cannot be made.
        func signature(_ text: String) -> String? { (try? key.signature(for: Array(text.utf8))).map { Array($0).base64 } }
    }

    private static func response(_ record: JSON, _ visit: Visit) -> WireResponse {
        let text = String(decoding: record.bytes(), as: UTF8.self)
        let order = record["order"] ?? [:]
        let format = visit.format
        let timeline = (record["timeline"]?.items ?? []).compactMap { TimelineItem($0) }
        let sent = record["statement"]?["times_sent"]?.integer
        var model: Model = [
            "id": order["id"]?.text ?? "", "heading": OrderText.name(order) ?? order["external_id"]?.text ?? "",
            "external": order["external_id"]?.text ?? "",
            "sentence": order["explanation"]?.text ?? "", "style_text": style, "made_at": Format.absolute(visit.now), "made_by": visit.viewer.name,
            "connection": order["connection"]?.text ?? "", "provider": order["provider"]?.text ?? "", "account": order["account"]?.text ?? "",
            "package": order["package"]?.text ?? "", "store": record["store"]?.text ?? "",
            "sent": sent == 0
                ? "It was never sent"
                : sent == 1
                    ? "It was sent once"
                    : sent == nil
                        ? "When and how often it was sent is not kept any more"
                        : "It was tried \(sent ?? 0) times, each only once it was known that the one before had ordered nothing, or by a person's word",
            "entries": timeline.map { item -> Model in
                var model = item.model(format)
                model["at"] = Format.absolute(item.at)
                return model
            },
            "record": text, "hash": SHA256.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(),
            "times": OrderText.time(order).map { ["party_name": $0.party, "span": Format.span($0.milliseconds)] as Model },
            "is_withheld": order["withheld"]?.items?.isEmpty == false,
            "calls": (record["runs"]?.items ?? []).flatMap { run in
                (run["steps"]?.items ?? []).compactMap { ScriptCall($0) }.map { call -> Model in
                    ["at": call.at.map(Format.absolute) ?? "", "hook": run["hook"]?.text ?? "", "words": call.words, "url": call.url ?? ""]
                }
            },
        ]
        model["reference"] = order["provider_ref"]?.text
        model["left_out"] = record["runs_left_out"]?.text
        if let signer = visit.site.parts.signingSecret().flatMap({ Signer($0) }), let signature = signer.signature(text) {
            model["signed"] = ["signature": signature, "public_key": signer.publicKey] as Model
        }
        var response = Headers.page(200, Templates.render("case_file", model))
        if let policy = HTTPField.Name("Content-Security-Policy") {
            // It stands alone: its style is within it, and named by its hash.
            let hash = Array(SHA256.hash(data: Array(style.utf8))).base64
            response.headers[policy] = "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        }
        if visit.query("download") != nil {
            response.headers[.contentDisposition] = "attachment; filename=\"case-\(order["id"]?.text ?? "order").html\""
        }
        return response
    }

    /// Has no character that is escaped in a page, so that its hash stays right.
    static let style = """
        body{font:15px/1.5 system-ui,sans-serif;color:#1b2430;background:#fff;max-width:56rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
        h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}table{border-collapse:collapse;width:100%}
        td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #dfe3e8}th{font-size:.85rem;color:#55606e}
        pre{font-size:.78rem;background:#f2f4f7;padding:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
        dt{color:#55606e}dd{margin:0}.soft{color:#55606e}a{color:#1d5fa8}
        """

    static let templates = [
        "case_file": #"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Case file {{id}}</title>
        <style>{{style_text}}</style></head><body><main>
        <p class="soft">Case file of a screening order · made {{made_at}} by {{made_by}} · store {{store}}</p>
        <h1>{{heading}}</h1><p>{{sentence}}</p>
        <dl><dt>Order</dt><dd>{{id}}</dd><dt>External id</dt><dd>{{external}}</dd><dt>Connection</dt><dd>{{connection}}</dd><dt>Provider</dt><dd>{{provider}}, account {{account}}</dd><dt>Package</dt><dd>{{package}}</dd>{{#reference}}<dt>Reference</dt><dd>{{reference}}</dd>{{/reference}}</dl>
        <h2>How often it was ordered</h2><p>The store holds one order by the name {{external}} on the connection {{connection}} that is not replaced by another. {{sent}}. {{#reference}}The provider knows it as {{reference}}.{{/reference}}</p>
        <h2>Whose time it was</h2><dl>{{#times}}<dt>{{party_name}}</dt><dd>{{span}}</dd>{{/times}}</dl>
        <h2>What happened</h2><table><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Who</th></tr></thead><tbody>{{#entries}}<tr><td>{{at}}</td><td>{{text}}{{#code}} ({{code}}){{/code}}{{#exchange}}<br>{{exchange}}{{/exchange}}{{#note}}<br>{{note}}{{/note}}</td><td>{{#who}}{{who}}{{/who}}{{^who}}Fairlead{{/who}}</td></tr>{{/entries}}</tbody></table>
        <h2>What scripts called</h2><table><thead><tr><th scope="col">When</th><th scope="col">Hook</th><th scope="col">Call</th></tr></thead><tbody>{{#calls}}<tr><td>{{at}}</td><td>{{hook}}</td><td>{{words}} {{url}}</td></tr>{{/calls}}{{^calls}}<tr><td colspan="3">Nothing that is kept.</td></tr>{{/calls}}</tbody></table>
        {{#left_out}}<p class="soft">Of its scripts' runs those are left out that are {{left_out}}.</p>{{/left_out}}
        {{#is_withheld}}<p class="soft">Names, links and free texts are left out: whoever made this file may not read them.</p>{{/is_withheld}}
        <h2>Proof</h2>
        {{#signed}}<p>The record at the end is signed by the host with ed25519. To verify, save the record's text to <code>record.json</code> without a line break at its end, the public key to <code>key.pem</code>, and run:</p>
        <pre>echo '{{signature}}' | base64 -d &gt; record.sig
        openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in record.json -sigfile record.sig</pre>
        <p>Hold the key against the one that whoever runs the host names: it stands on its page of settings, and on every case file of it.</p>
        <h3>Signature</h3><pre id="signature">{{signature}}</pre><h3>Public key</h3><pre id="public-key">{{public_key}}</pre>{{/signed}}
        {{^signed}}<p>Not signed: the host has no encryption key to sign with.</p>{{/signed}}
        <h3>SHA-256 of the record</h3><pre id="hash">{{hash}}</pre>
        <h2>Record</h2><pre id="record">{{record}}</pre>
        </main></body></html>
        """#
    ]
}
