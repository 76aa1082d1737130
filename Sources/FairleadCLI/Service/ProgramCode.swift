import Foundation

/// The machine code of this program, as it is mapped into the process.
enum ProgramCode {
    /// Lets go of what starting ran through and a host at rest does not: more than half of its resident memory. What is needed again is mapped again from the
    /// page cache, without the disk. Only what is mapped to be run and not to be written is let go, so nothing can be lost; where the kernel does not say what
    /// is mapped, nothing is. Calling it twice is harmless.
    static func letGo() {
        guard
            let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        else { return }
        // A line: "55d0a000-55d0f000 r-xp 00001000 fe:00 4711    /usr/bin/fairlead".
        for line in maps.split(separator: "\n") where line.hasSuffix(" " + program) {
            let fields = line.split(separator: " ", maxSplits: 2)
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard fields.count == 3, fields[1] == "r-xp", ends.count == 2, ends[0] < ends[1] else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: ends[0]), Int(ends[1] - ends[0]), Int32(MADV_DONTNEED))
        }
    }
}
