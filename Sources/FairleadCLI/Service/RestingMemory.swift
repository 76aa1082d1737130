import Foundation

/// Gives memory back that a host at rest does not need.
enum RestingMemory {
    /// How often is looked whether the host rests, and how much of that time it may work and still rest.
    private static let look = Duration.seconds(1), resting = Duration.milliseconds(30)
    /// So much work makes it worth while to give back what it left.
    private static let burst = Duration.seconds(1)
    /// How long others are given to let go of what they keep.
    private static let moment = Duration.milliseconds(100)

    /// Gives back what a start needed, and then what each burst of work left, once a second has passed in which hardly anything was done. Ends when cancelled.
    /// - Parameter others: let go of what they keep, soon after they are asked.
    static func keep(_ others: () -> Void) async {
        var last = processorTime()
        // The start was one.
        var worked = burst
        while true {
            do { try await Task.sleep(for: look) } catch { return }
            let now = processorTime()
            worked += now - last
            if now - last < resting, worked >= burst {
                others()
                do { try await Task.sleep(for: moment) } catch { return }
                giveBack()
                worked = .zero
            }
            last = processorTime()
        }
    }

    /// Gives back what can be had again: code from the program's file, and memory that is free. Calling it twice is harmless.
    static func giveBack() {
        letGoOfCode()
        letGoOfFreeMemory()
    }

    /// What was freed and not given back to the kernel. The function is asked for by its name: not every C library has it, and Swift's imports leave it out.
    private static func letGoOfFreeMemory() {
        guard let trim = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> CInt).self)(0)
    }

    /// In microseconds, by POSIX.
    private static func processorTime() -> Duration { .microseconds(clock()) }

    /// Lets go of the program's machine code, more than half of its resident memory: starting runs through most of it, working through little. What is needed
    /// again is mapped again from the page cache, without the disk. Only what is mapped to be run and not to be written is let go, so nothing can be lost;
    /// where the kernel does not say what is mapped, nothing is.
    private static func letGoOfCode() {
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
