package import FairleadHost

extension Settings {
    /// Where a host with these settings is reached from this machine: `FAIRLEAD_URL` where it is set.
    package func address(_ environment: [String: String]) -> String {
        if let named = environment["FAIRLEAD_URL"], !named.isEmpty { return named }
        return server.localURL
    }
}

extension Settings.Server {
    /// Where the host listens, as a URL; an IPv6 address stands in brackets.
    /// - Parameter port: the port it really listens on, where the settings leave that to the system.
    package func url(port: Int? = nil) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port ?? self.port)" }

    /// Where this machine reaches the host: one that listens on every address is reached on loopback.
    package var localURL: String { host == "0.0.0.0" || host == "::" ? "http://127.0.0.1:\(port)" : url() }
}
