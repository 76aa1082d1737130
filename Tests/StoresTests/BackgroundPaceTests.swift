import Foundation
import Screening
import Synchronization
import Testing

@testable import Stores

@Suite("How a backup leaves room to others") struct BackgroundPaceTests {
    /// Rests after some work, where the looks at what was written end so.
    private func rests(_ looks: [Result<String, StoreError>]) -> [Bool] {
        let left = Mutex(looks[...])
        let pace = BackgroundPace { try left.withLock { $0.removeFirst() }.get() }
        return looks.dropFirst().map { _ in
            Thread.sleep(forTimeInterval: 0.011)
            return pace.pass() > .zero
        }
    }

    @Test("It rests while somebody writes, and where nobody can tell whether somebody does")
    func rests() {
        let gone = Result<String, StoreError>.failure(.unavailable("the server is gone"))
        #expect(rests([.success("1"), .success("1"), .success("2"), .success("2")]) == [false, true, false])
        #expect(rests([.success("1"), gone, .success("1"), .success("1")]) == [true, true, false])
        #expect(rests([gone, gone, gone]) == [true, true])
    }

    private func rests(beside place: StoreURL.Place, _ meanwhile: () async throws -> Void = {}) async throws -> Bool {
        let pace = BackgroundPace.beside(place)
        try await meanwhile()
        try await Task.sleep(for: .milliseconds(11))
        return pace.pass() > .zero
    }

    @Test("Beside a store that is written to it rests, and beside one at rest it does not", arguments: BackupBed.Kind.allCases)
    func stores(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let place = try StoreURL.Place(bed.url, relativeTo: bed.folder.path)
        #expect(try await rests(beside: place) { try await bed.fill(store, 0..<3) })
        // The database's server may be at work for others.
        if kind == .sqlite { #expect(try await !rests(beside: place)) }
        await store.close()
    }

    @Test("Beside a file that nobody has open it does not rest, and beside a server that is gone it does")
    func places() async throws {
        #expect(try await !rests(beside: .sqlite(SQLiteFolder().file())))
        #expect(try await rests(beside: .postgres("postgres://nobody@127.0.0.1:1/none")))
    }
}
