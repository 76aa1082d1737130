import Foundation
import NIOCore
import NIOPosix
import Screening

/// Keeps outgoing calls from reaching the internal network.
///
/// A host is resolved once, every address it has must be public or allowed, and the connection is made to an address that was judged: a name that
/// points elsewhere a moment later gains nothing.
struct AddressGuard: Sendable {
    /// Finds the addresses of a host name. Throws, or returns nothing, where there are none.
    typealias Resolver = @Sendable (_ host: String) async throws -> [IPAddress]

    /// Whether an address outside the public internet may be called; asked of the address that is reached in the end.
    let allow: @Sendable (_ address: IPAddress) -> Bool
    /// Finds the addresses of a host name.
    let resolve: Resolver

    /// The addresses that may be connected to, in the resolver's order, without repeats.
    /// - Throws: ``TransportError``: `refused` where any address may not be called, `cannotConnect` where there is none or it is not found in time.
    func addresses(of destination: URLParts, by deadline: NIODeadline = .distantFuture) async throws -> [IPAddress] {
        if let literal = IPAddress(destination.host) {
            guard permits(literal) else { throw AddressGuard.notPermitted(destination) }
            return [literal]
        }
        let found: [IPAddress]
        do {
            found = try await resolved(destination.host, by: deadline)
        } catch let error as TransportError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw TransportError(.cannotConnect, "\(destination.host) cannot be found")
        }
        guard !found.isEmpty else { throw TransportError(.cannotConnect, "\(destination.host) cannot be found") }
        guard found.allSatisfy(permits) else { throw AddressGuard.notPermitted(destination) }
        var seen: Set<IPAddress> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// Asks the resolver and gives up waiting at a deadline; the look-up itself runs on until it ends, since a resolver cannot be interrupted.
    private func resolved(_ host: String, by deadline: NIODeadline) async throws -> [IPAddress] {
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [IPAddress].self)
        let alarm = promise.futureResult.eventLoop.scheduleTask(deadline: deadline) {
            promise.fail(TransportError(.cannotConnect, "\(host) could not be found in time"))
        }
        defer { alarm.cancel() }
        promise.completeWithTask { try await resolve(host) }
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }

    private func permits(_ address: IPAddress) -> Bool { address.isPublic || allow(address.unwrapped) }

    private static func notPermitted(_ destination: URLParts) -> TransportError {
        TransportError(.refused, "\(destination.host) is not on the public internet, and network.allow does not name its address")
    }

    /// The resolver has threads of its own: names that are slow to resolve delay only other look-ups.
    private static let resolvers: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    /// The system's resolver, on a thread that may block.
    static let system: Resolver = { host in
        try await resolvers.runIfActive {
            var hints = addrinfo()
            hints.ai_family = AF_UNSPEC
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
            defer { freeaddrinfo(list) }
            return sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { entry in
                guard let entry, let address = entry.pointee.ai_addr else { return nil }
                switch entry.pointee.ai_family {
                case AF_INET:
                    return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                        withUnsafeBytes(of: pointer.pointee.sin_addr) { IPAddress(bytes: Array($0)) }
                    }
                case AF_INET6:
                    return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                        withUnsafeBytes(of: pointer.pointee.sin6_addr) { IPAddress(bytes: Array($0)) }
                    }
                default: return nil
                }
            }
        }
    }
}
