import Screening

/// The settings of a demonstration: a real settings file, in a folder of its own.
enum DemoSettings {
    /// Who may use the API and the dashboard while the demonstration stays up.
    static let adminToken = "demo-admin-token"

    /// The text of `fairlead.yaml`.
    /// - Parameters:
    ///   - port: where the host listens.
    ///   - simulators: where the simulators listen.
    ///   - plugins: the folder of the plugins.
    static func text(port: Int, simulators: Int, plugins: String) -> String {
        """
        server: { host: 127.0.0.1, port: \(port), public_url: "http://127.0.0.1:\(port)" }
        store: { url: "sqlite:fairlead.db" }
        encryption: { keys: ["\(SystemRandom().bytes(32).base64)"] }
        admin: { token: \(adminToken) }
        plugins: { paths: ["\(plugins)"] }
        network: { allow: ["127.0.0.0/8"] }

        accounts:
          zinc-demo:
            provider: zinc
            environment: staging
            base_url: http://127.0.0.1:\(simulators)/zinc/partner/v2
            api_key: simulated-zinc-key
            webhook_tokens: [simulated-zinc-signing-token]
          workerchecks-demo:
            provider: workerchecks
            base_url: http://127.0.0.1:\(simulators)/workerchecks
            widget_secret: simulated-widget-secret
            poll: 2s

        connections:
          greenhouse-demo:
            plugin: greenhouse
            accounts: [zinc-demo]
            secrets: { api_key: simulated-assessment-key }
            settings: { phone_country: GB }
            callback_hosts: ["127.0.0.1:\(simulators)"]
          webhook-demo:
            plugin: webhook
            accounts: [workerchecks-demo]
            secrets:
              signing: whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE=
              callback: whsec_c2ltdWxhdGVkLWNhbGxiYWNrLXNlY3JldC0x
            settings:
              paths:
                external_id: data.application.id
                first_name: data.candidate.first_name
                last_name: data.candidate.last_name
                email: data.candidate.email
                phone: data.candidate.phone
                package: data.package
                callback_url: data.callback_url
              phone_country: AU
            callback_hosts: ["127.0.0.1:\(simulators)"]

        """
    }
}
