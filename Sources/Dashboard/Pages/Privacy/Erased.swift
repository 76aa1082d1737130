import HTTPTypes
import Screening
import Web

/// Who was erased: a certificate for each, which names nobody.
enum Erased {
    static let handlers = [
        PageHandler.get("/erasures", .admin) { visit in .page(try await list(visit)) },
        PageHandler.get("/erasures/{id}", .admin) { visit in .page(try await page(visit)) },
        PageHandler.get("/erasures/{id}/certificate.json", .admin) { visit in
            let erasure = try await visit.get("erasures", visit.parameter("id"))
            let name = "attachment; filename=\"certificate-\(erasure["id"]?.text ?? "erasure").json\""
            return .file(WireResponse(200, headers: [.contentType: "application/json", .contentDisposition: name], body: erasure.bytes()))
        },
    ]

    private static func list(_ visit: Visit) async throws -> Page {
        let erasures = try await visit.get("erasures")["items"]?.items ?? []
        let model: Model = [
            "erasures": erasures.prefix(200).map { row($0, visit) }, "is_empty": erasures.isEmpty,
            "more": erasures.count > 200 ? [["more_count": Format.number(erasures.count - 200)] as Model] : [Model](),
            "empty": [
                "heading": "Nobody was erased yet",
                "text": "Whoever asks for it is erased on the page of one of their orders, or by an e-mail address above.",
            ] as Model,
        ]
        return Page("Erasures", .audit, content: visit.render("erasures", model))
    }

    private static func row(_ erasure: JSON, _ visit: Visit) -> Model {
        let id = erasure["id"]?.text ?? ""
        let isDone = erasure["done_at"]?.text != nil
        var row: Model = [
            "erasure": id, "erased_state": ["tone": isDone ? "good" : "warn", "label": isDone ? "done" : "under way"] as Model,
            "erased_count": Format.number(Int((erasure["counts"]?.members?.pairs ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) })),
        ]
        row["asked"] = visit.format.time(erasure["requested_at"])
        return row
    }

    private static func page(_ visit: Visit) async throws -> Page {
        let erasure = try await visit.get("erasures", visit.parameter("id"))
        var model = row(erasure, visit)
        model["kinds"] = (erasure["counts"]?.members?.pairs ?? []).map {
            ["kind": ErasePage.words($0.name), "kind_count": Format.number(Int($0.value.integer ?? 0))] as Model
        }
        model["person_told"] = told(erasure["told"])
        model["is_done"] = erasure["done_at"]?.text != nil
        model["subject"] = erasure["subject"]?.text ?? ""
        model["chain"] = erasure["chain"]?.text
        model["fingerprint"] = erasure["fingerprint"]?.text
        model["done_time"] = visit.format.time(erasure["done_at"])
        model["copies"] = visit.format.time(erasure["copies_until"])
        return Page("Erasure", .audit, content: visit.render("erasure", model))
    }

    /// Who was told, or is to be.
    static func told(_ told: JSON?) -> [Model] {
        (told?.members?.pairs ?? []).map { ["told_whom": $0.name.replacing(":", with: " "), "told_how": $0.value.text ?? ""] as Model }
    }

    static let templates = [
        "erased-told": #"""
        <dl class="facts">{{#person_told}}<dt>{{told_whom}}</dt><dd>{{told_how}}</dd>{{/person_told}}</dl>
        """#,
        "erasures": #"""
        <p class="crumb"><a href="/audit">Audit</a></p>
        <div class="title"><h1>Erasures</h1><span class="soft">who was erased, without a name</span></div>
        <section class="card stack" aria-labelledby="look-title"><header><h2 id="look-title">Erase somebody</h2></header>
        <form method="post" action="/person" class="stack">{{>form}}<div class="field"><label for="person-email">An e-mail address of theirs</label>
        <input id="person-email" name="email" type="email" value="" required autocomplete="off" spellcheck="false"></div>
        <div class="actions"><button type="submit">What is stored of this person?</button></div></form>
        <p class="soft small">Nothing is done yet: what would be destroyed is counted first.</p></section>
        <div id="erasures" data-live>{{#is_empty}}<div class="card">{{#empty}}{{>empty}}{{/empty}}</div>{{/is_empty}}
        {{^is_empty}}<div class="card list"><table class="cards"><caption class="sr">Erasures, newest first</caption>
        <thead><tr><th scope="col">Asked for</th><th scope="col">Erasure</th><th scope="col">Destroyed</th><th scope="col">State</th></tr></thead>
        <tbody>{{#erasures}}<tr><td data-label="Asked for">{{#asked}}{{>time}}{{/asked}}</td><td data-label="Erasure"><a data-row href="/erasures/{{erasure}}">{{erasure}}</a></td>
        <td data-label="Destroyed">{{erased_count}}</td><td data-label="State">{{#erased_state}}{{>state}}{{/erased_state}}</td></tr>{{/erasures}}</tbody></table></div>
        {{#more}}<p class="soft">{{more_count}} older ones are not shown; <code>fairlead erasure list</code> has all.</p>{{/more}}{{/is_empty}}</div>
        """#,
        "erasure": #"""
        <p class="crumb"><a href="/audit">Audit</a> / <a href="/erasures">Erasures</a></p>
        <div class="title"><h1>Erasure <code>{{erasure}}</code></h1>{{#erased_state}}{{>state}}{{/erased_state}}</div>
        <div id="erasure" data-live>
        {{#is_done}}<p class="said good" role="status">It is done. Keep the certificate: it is signed, and names nobody.</p>{{/is_done}}
        {{^is_done}}<p class="said warn" role="status">Under way: this page says when it is through. It is finished even if the host is stopped meanwhile.</p>{{/is_done}}
        <section class="card stack" aria-labelledby="destroyed-title"><header><h2 id="destroyed-title">What was destroyed</h2></header>
        <dl class="facts">{{#kinds}}<dt>{{kind}}</dt><dd>{{kind_count}}</dd>{{/kinds}}
        <dt>Asked for</dt><dd>{{#asked}}{{>time}}{{/asked}}</dd>{{#done_time}}<dt>Done</dt><dd>{{>time}}</dd>{{/done_time}}
        {{#copies}}<dt>Older copies of the keys may be kept until</dt><dd>{{absolute}}</dd>{{/copies}}
        <dt>Whose, as a keyed hash</dt><dd><code>{{subject}}</code></dd>
        {{#chain}}<dt>The audit ended then with</dt><dd><code>{{chain}}</code></dd>{{/chain}}
        {{#fingerprint}}<dt>Signed by the key</dt><dd><code>{{fingerprint}}</code></dd>{{/fingerprint}}</dl></section>
        <section class="card stack" aria-labelledby="told-title"><header><h2 id="told-title">Who else has data of this person</h2></header>{{>erased-told}}
        <p class="soft small">Providers and ATSs have data of their own: ask those that were not told.</p></section></div>
        <p class="row"><a class="button" href="/erasures/{{erasure}}/certificate.json">Download the certificate</a> <span class="soft small">Verify it with <code>fairlead erasure verify FILE</code></span></p>
        """#,
    ]
}
