import Foundation

import Foundation
/// A settings file for tests: a webhook connection and a Zinc account that nobody answers for.
enum SampleSettings {
    static func text(port: Int = 0, store: String = "sqlite:fairlead.db") -> String {
        """
        server: { host: 127.0.0.1, port: \(port) }
        store: { url: "\(store)" }
        admin: { token: test-admin-token }
        plugins: { paths: ["\(Program.repository.appending(path: "plugins").path)"] }
        network: { allow: ["127.0.0.0/8"] }
        workers: { count: 1, confinement: best_effort }
        accounts:
          zinc-test:
            provider: zinc
            environment: staging
            base_url: http://127.0.0.1:9/zinc/partner/v2
            api_key: test-key
            webhook_tokens: [test-signing-token]
        connections:
          acme:
            plugin: webhook
            accounts: [zinc-test]
            secrets: { signing: whsec_dGVzdC1zaWduaW5nLXNlY3JldA== }
            settings: { default_package: pkg_1 }

        """
    }
}
