/// What `fairlead init` writes: a settings file with one account and one connection, explained line by line.
public enum StarterSettings {
    /// The environment variables that the file names.
    public static let variables = ["FAIRLEAD_KEY", "FAIRLEAD_ADMIN_TOKEN", "ZINC_API_KEY", "ZINC_SIGNING_TOKEN", "FIRST_SIGNING_SECRET"]

    /// The file's text. `Settings.read` takes it once its ``variables`` are set and a folder `plugins` stands beside it.
    public static let text = """
        # Fairlead's settings. `fairlead check` reads this file and says everything that is wrong with it.
        # ${env:NAME} stands for an environment variable, ${file:PATH} for a file's text; relative paths are relative to this file.
        # Plain keys can also be set by the environment: FAIRLEAD_SERVER_PORT=9090 stands before server.port.

        server:
          host: 127.0.0.1
          port: 8080
          # How ATSs and providers reach this host. Without it, providers are polled and get no callback address.
          # public_url: https://screening.example.test

        store:
          # One file, nothing to install. For several replicas: postgres://user@host/database
          url: "sqlite:fairlead.db"

        encryption:
          # 32 bytes in base64 (`fairlead key new` prints some). The first encrypts, all decrypt. Keep a copy: without it the data is lost.
          keys: ["${env:FAIRLEAD_KEY}"]

        admin:
          # For the API and the dashboard. `fairlead token create` makes further ones.
          token: "${env:FAIRLEAD_ADMIN_TOKEN}"

        plugins:
          paths: [plugins]

        network:
          # Addresses outside the public internet that may be called, such as 127.0.0.0/8 while trying things out with `fairlead simulate`.
          allow: []

        accounts:
          # Credentials at a provider. Staging and production are separate accounts.
          zinc-staging:
            provider: zinc
            environment: staging
            # base_url: http://127.0.0.1:9000/zinc/partner/v2    # the stand-in of `fairlead simulate --port 9000`
            api_key: "${env:ZINC_API_KEY}"
            webhook_tokens: ["${env:ZINC_SIGNING_TOKEN}"]
            # poll: 15m

        connections:
          # One customer's use of an ATS plugin. It is called at /ats/first/hmac, with an HMAC of the body in X-Signature.
          first:
            plugin: webhook
            accounts: [zinc-staging]
            secrets:
              signing: "${env:FIRST_SIGNING_SECRET}"
            settings:
              # The provider's package when the payload names none.
              default_package: standard
            # script: custom/first.lua    # a change to the plugin's hooks, in a few lines of Lua

        """
}
