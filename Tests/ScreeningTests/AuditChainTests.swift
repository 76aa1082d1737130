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

    @Test("Entries that changed places, and one that stands there twice, are not said to be missing alone")
    func places() {
        let entries = chain(6)
        let swapped = verify([0, 2, 1, 3, 4, 5].map { entries[$0] }, head: head(entries[5])).findings
        #expect(swapped.contains { $0.kind == .forked && $0.seq == 2 && $0.explanation.contains("stands behind entry 3") })
        #expect(!swapped.contains { $0.seq == 4 })
        let twice = verify([0, 1, 1, 2, 3, 4, 5].map { entries[$0] }, head: head(entries[5])).findings
        #expect(twice.map(\.kind) == [.forked] && twice[0].explanation.contains("Entry 2 stands there twice"))
    }

    @Test("What does not open with the store's keys is of another store, or was changed")
    func foreign() {
        let entries = chain(6)
        func findings(_ closed: Set<Int64>) -> [AuditVerification.Finding] {
            var verifier = AuditVerifier()
            for entry in entries { verifier.check(entry, opens: !closed.contains(entry.seq)) }
            return verifier.finish(head: head(entries[5])).findings
        }
        #expect(findings([]).isEmpty)
        let all = findings([1, 2, 3, 4])
        #expect(all.map(\.kind) == [.forked])
        #expect(all[0].explanation.contains("Entries 1 to 4 do not open") && all[0].explanation.contains("another store"))
        #expect(findings([3, 5]).map(\.seq) == [3, 5] && findings([3]).map(\.kind) == [.changed])
    }

    @Test("Where a backup was restored, an anchor of the time between is explained by it")
    func restored() {
        let before = chain(4)
        let lost = chain(3, after: head(before[3]))
        let after = chain(2, action: AuditVerifier.restored, after: head(before[3]))
        let found = verify(before + after, head: head(after[1]), anchors: [head(lost[0]), head(lost[2])]).findings
        #expect(found.map(\.kind) == [.forked, .cutOff] && found.allSatisfy { $0.explanation.contains("was restored at") })
        let rewritten = verify(chain(4, action: "order.read"), head: head(chain(4, action: "order.read")[3]), anchors: [head(before[2])]).findings
        #expect(rewritten.allSatisfy { !$0.explanation.contains("was restored") } && rewritten.count == 1)
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
