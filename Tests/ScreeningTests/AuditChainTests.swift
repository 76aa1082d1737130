import Screening
import Testing

@Suite("A chain that somebody tampered with")
struct AuditChainTests {
    /// Five entries that follow one another.
    private func chain(_ count: Int = 5, action: String = "orders.read", after head: AuditHead = .empty) -> [AuditEntry] {
        var (entries, head) = ([AuditEntry](), head)
        for number in 0..<count {
            func entry(_ hash: [UInt8]) -> AuditEntry {
                AuditEntry(
                    seq: head.seq + 1,
                    at: Timestamp(milliseconds: 1_700_000_000_000 + Int64(number)),
                    actorKey: "token:desk",
                    action: action,
                    subject: "ord_\(number)",
                    outcome: "done",
                    details: ["count": 2, "a": 1],
                    content: [UInt8](repeating: 7, count: 32),
                    previous: head.hash,
                    hash: hash
                )
            }
            let made = entry(entry([]).computedHash)
            entries.append(made)
            head = AuditHead(seq: made.seq, hash: made.hash)
        }
        return entries
    }

    private func head(_ entry: AuditEntry) -> AuditHead { AuditHead(seq: entry.seq, hash: entry.hash) }

    private func verify(_ entries: [AuditEntry], head: AuditHead, anchors: [AuditHead] = []) -> AuditVerification {
        var verifier = AuditVerifier(anchors: anchors)
        for entry in entries { verifier.check(entry) }
        return verifier.finish(head: head)
    }

    @Test("A whole chain is whole, with and without anchors")
    func whole() {
        let entries = chain()
        #expect(verify(entries, head: head(entries[4]), anchors: [head(entries[2]), .empty]).isWhole)
        #expect(verify([], head: .empty).isWhole)
    }

    @Test("An entry that was changed is named")
    func changed() throws {
        let entries = chain()
        var json = entries[2].json
        json["subject"] = "ord_9"
        var tampered = entries
        tampered[2] = try #require(AuditEntry(json: json))
        let found = verify(tampered, head: head(entries[4])).findings
        #expect(found.map(\.kind) == [.changed] && found.map(\.seq) == [3])
    }

    @Test("An entry that was changed and hashed anew is named by the one behind it, or by an anchor")
    func rewritten() {
        let entries = chain()
        let other = chain(5, action: "order.read")
        #expect(verify(Array(entries[..<2]) + Array(other[2...]), head: head(other[4])).findings.map(\.kind) == [.forked])
        let anew = verify(other, head: head(other[4]), anchors: [head(entries[3])])
        #expect(anew.findings.map(\.kind) == [.forked] && anew.findings[0].seq == 4)
        #expect(verify(other, head: head(other[4])).isWhole)
    }

    @Test("Entries that are missing in the middle and at the beginning are named")
    func dropped() {
        let entries = chain()
        let middle = verify([entries[0], entries[3], entries[4]], head: head(entries[4]))
        #expect(middle.findings.map(\.kind) == [.dropped] && middle.findings[0].explanation.contains("Entries 2 to 3 are missing"))
        #expect(verify(Array(entries[2...]), head: head(entries[4])).findings.map(\.kind) == [.dropped])
    }

    @Test("An end that was cut off is told by the store's own word, or by an anchor where that was set back, too")
    func cut() {
        let entries = chain()
        let short = Array(entries[..<3])
        #expect(verify(short, head: head(entries[4])).findings.map(\.kind) == [.cutOff])
        #expect(verify(short, head: head(entries[2])).isWhole)
        let anchored = verify(short, head: head(entries[2]), anchors: [head(entries[4])])
        #expect(anchored.findings.map(\.kind) == [.cutOff] && anchored.findings[0].seq == 4)
        #expect(verify([], head: .empty, anchors: [head(entries[4])]).findings.map(\.kind) == [.cutOff])
    }

    @Test("A head written down as text comes back, and anything else is none")
    func heads() {
        let present = head(chain()[4])
        #expect(AuditHead("\(present)") == present)
        for text in ["", "7", "7:", "7:ff", "-1:" + present.hash.hex, "x:" + present.hash.hex] { #expect(AuditHead(text) == nil) }
    }
}
