package import FairleadHost

extension Settings {
    /// Where a host with these settings is reached from this machine: `FAIRLEAD_URL` where it is set.
    package func address(_ environment: [String: String]) -> String {
        if let named = environment["FAIRLEAD_URL"], !named.isEmpty { return named }
        let host = server.host
        let isAnywhere = host == "0.0.0.0" || host == "::"
        return "http://\(isAnywhere ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host):\(server.port)"
    }
}
