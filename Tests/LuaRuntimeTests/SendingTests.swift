import CLuaSandbox
import Foundation
import Testing

/// What the host sends to a worker that does not want to read it.
@Suite("Sending to a worker")
struct SendingTests {
    /// Sends more than a socket takes to somebody who reads so many bytes every few milliseconds. Returns whether it was sent.
    private func send(reading bytes: Int, within milliseconds: Int32) async -> Bool {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { return false }
        let (host, worker) = (ends[0], ends[1])
        let reader = Thread {
            var buffer = [UInt8](repeating: 0, count: max(bytes, 1))
            while bytes > 0, read(worker, &buffer, bytes) > 0 { usleep(5000) }
        }
        reader.start()
        defer {
            close(host)
            close(worker)
        }
        let payload = [UInt8](repeating: 1, count: 4 << 20)
        return await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: fls_send(host, payload, payload.count, milliseconds)) }.start()
        }
    }

    @Test("A worker that reads a little now and then does not hold the host beyond its deadline", arguments: [0, 1, 4096])
    func endsAtItsDeadline(_ bytes: Int) async { #expect(await !send(reading: bytes, within: 200)) }

    @Test("A worker that reads is sent everything, however often it has to be waited for")
    func sendsEverything() async { #expect(await send(reading: 1 << 20, within: 60_000)) }
}
