package import Plugins
import Screening

extension Settings {
    /// What addresses that orders and deliveries name may be for a connection: what it lists, else the hosts that its plugin knows the ATS by, and this
    /// machine where `network.allow` opens it (for a stand-in beside the host, which nobody elsewhere can be). Nil where deliveries name none.
    package func callbackHosts(of connection: ConnectionSettings, _ manifest: PluginManifest) -> [HostPattern]? {
        if let given = connection.callbackHosts { return given }
        guard manifest.callback(connection.permissions, settings: connection.settings) != nil else { return nil }
        return manifest.callbacks.hosts + openedAddresses
    }

    /// This machine's own addresses that `network.allow` opens, by every usual name.
    package var openedAddresses: [HostPattern] {
        let names = [("127.0.0.1", ["127.0.0.1", "localhost"]), ("::1", ["[::1]"])]
        return names.filter { IPAddress($0.0).map(allows) ?? false }.flatMap(\.1).compactMap { HostPattern($0) }
    }

    /// What is wrong where deliveries may name an address to be called back and nothing says which; nil where nothing is.
    func callbackFinding(of connection: ConnectionSettings, _ manifest: PluginManifest) -> (place: String, message: String, hint: String?)? {
        guard connection.callbackHosts == nil, callbackHosts(of: connection, manifest)?.isEmpty == true else { return nil }
        let origin = manifest.callback(connection.permissions, settings: connection.settings)?.description ?? ""
        return (
            "callback_hosts",
            "is missing: results and credentials go to the address that a delivery names (\(origin)), and nothing says which it may be",
            "Write the hosts of the ATS, such as callback_hosts: [\"hooks.example.com\", \"*.example.com\"], or [] for none."
        )
    }
}
