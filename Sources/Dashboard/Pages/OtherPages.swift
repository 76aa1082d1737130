/// The pages about everything but orders: what came in, what the scripts did, what needs a person, and what is set up.
enum OtherPages {
    static let handlers: [PageHandler] =
        EventsPage.handlers + EventPage.handlers + RunsPage.handlers + RunPage.handlers + IssuesPage.handlers + IssuePage.handlers + DeadPage.handlers
        + PlanPage.handlers + BulkPage.handlers + ConnectionsPage.handlers + ConnectionPage.handlers + AccountsPage.handlers + AccountPage.handlers
        + PluginsPage.handlers + WebhooksPage.handlers + WebhookPage.handlers + AuditPage.handlers + SettingsPage.handlers + HoldPage.handlers
        + ErasePage.handlers + Erased.handlers

    /// Their templates, by name.
    static let templates: [String: String] = [
        ListView.templates, NamedList.templates, Facts.templates, Done.templates, EventsPage.templates, EventPage.templates, RunsPage.templates,
        RunPage.templates,
        RunError.templates, RunScripts.templates, IssuesPage.templates, IssuePage.templates, DeadPage.templates, PlanPage.templates,
        BulkPage.templates,
        ConnectionsPage.templates, ConnectionPage.templates, Contact.templates, Rhythms.templates, SetupChecks.templates, AccountsPage.templates,
        AccountPage.templates, Packages.templates, PluginsPage.templates, WebhooksPage.templates, WebhookPage.templates, AuditPage.templates,
        SettingsPage.templates, HoldPage.templates, HoldAnswers.templates, ErasePage.templates, Erased.templates,
    ].reduce(into: [:]) { all, own in all.merge(own) { $1 } }
}
