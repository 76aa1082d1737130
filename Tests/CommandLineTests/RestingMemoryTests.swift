import Foundation
import Testing

@testable import FairleadCLI

@Suite("What a host at rest keeps in memory", .serialized) struct RestingMemoryTests {
    /// Kilobytes of the program's own code that are resident.
    private static func residentCode() throws -> Int {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var isCode = false
        var kilobytes = 0
        for line in try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8).split(separator: "\n") {
            if line.contains("-"), line.first?.isHexDigit == true { isCode = line.contains(" r-xp ") && line.hasSuffix(program) }
            if isCode, line.hasPrefix("Rss:") { kilobytes += Int(line.split(separator: " ")[1]) ?? 0 }
        }
        return kilobytes
    }

    @Test("the code that only starting needed is let go, and the program goes on") func letGo() throws {
        let before = try Self.residentCode()
        RestingMemory.giveBack()
        RestingMemory.giveBack()
        let after = try Self.residentCode()
        #expect(before > 0)
        #expect(after < before)
    }
}
