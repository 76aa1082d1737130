import Foundation
import Screening
import ScreeningTesting

@testable import Stores

/// A temporary folder for one test's databases; gone with it.
final class SQLiteFolder: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-stores-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String = "fairlead.db") -> String { path + "/" + name }

    func open(_ name: String = "fairlead.db", keys: [Secret] = [], clock: any WallClock = ManualClock()) throws -> SQLiteStore {
        try SQLiteStore(path: file(name), keys: keys, clock: clock, random: SeededRandom())
    }

    /// The size of a file in bytes; 0 where there is none.
    func size(_ name: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file(name))
        return attributes?[.size] as? Int ?? 0
    }
}

/// An event as an ATS sends it.
func sampleEvent(_ id: String, body: [UInt8] = Array("{}".utf8), order: String? = nil) -> Event {
    let request = ReceivedRequest(method: "POST", path: "/webhook", body: body)
    return Event(id: id, kind: .ats, connection: "acme", order: order, request: request, receivedAt: Timestamp(milliseconds: 1_772_357_400_000))
}
