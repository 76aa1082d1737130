public import Screening

/// The providers that come with Fairlead. A new one is a folder beside these and a line here.
public enum Catalog {
    /// Every built-in provider, in the order the docs and the API list them.
    public static let builtIn: [any ScreeningProvider] = [
        ZincProvider(),
        WorkerChecksProvider(),
    ]
}
