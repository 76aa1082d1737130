/// The files of a new notifier plugin; `NAME` stands for its name.
enum NotifierScaffold {
    static let files = [
        "plugin.yaml": manifest, "main.lua": script, "README.md": readme, "fixtures/opened.yaml": opened, "fixtures/resolved.yaml": resolved,
        "fixtures/not_told.yaml": notTold,
    ]

    private static let manifest = #"""
        # What the plugin is and may do: data only, read without running anything. docs/plugin-manifest.md explains every key.
        name: NAME
        version: 0.1.0
        contract: 1
        kind: notifier
        title: NAME
        secrets:                        # used as ctx.secret.…; scripts never see the values
          url: { required: true, title: The address that messages are posted to }
        permissions:
          http: ["${secret.url}"]

        """#

    private static let script = #"""
        -- NAME: what happens becomes a message.

        ---@param notification fairlead.notification
        ---@param ctx fairlead.ctx
        local function on_notification(notification, ctx)
            local issue = notification.issue
            if not issue then ctx.skip("only issues are told") end
            local verb = notification.type == "issue.resolved" and "Resolved" or "Needs a person"
            local reply = ctx.http.post(ctx.secret.url, {
                json = { id = issue.id, text = ("%s: %s"):format(verb, issue.title or issue.code or issue.id) },
            })
            if reply.status == 429 then ctx.retry { after = reply.headers["retry-after"], reason = "asked to wait" } end
            if reply.status >= 500 then ctx.retry { reason = "answered " .. reply.status } end
            if reply.status >= 300 then error("answered " .. reply.status) end
        end

        return { on_notification = on_notification }

        """#

    private static let opened = #"""
        hook: on_notification
        input:
          id: ntf_iss_1_1_opened
          type: issue.opened
          at: "2026-01-02T03:04:05Z"
          issue: { id: iss_1, code: credentials_rejected, title: "The key of zinc-uk is rejected" }
        steps:
          - expect: { http.post: { json: { id: iss_1, text: "Needs a person: The key of zinc-uk is rejected" } } }
            reply: { status: 200 }
        expect: { result: done }

        """#

    private static let resolved = #"""
        hook: on_notification
        input:
          id: ntf_iss_1_2_resolved
          type: issue.resolved
          at: "2026-01-02T04:04:05Z"
          issue: { id: iss_1, code: credentials_rejected, title: "The key of zinc-uk is rejected" }
        steps:
          - expect: { http.post: { json: { id: iss_1, text: "Resolved: The key of zinc-uk is rejected" } } }
            reply: { status: 429, headers: { retry-after: 30 } }
        expect: { result: retry, after: 30 }

        """#

    private static let notTold = #"""
        hook: on_notification
        input: { id: ntf_ord_1_3_updated, type: order.updated, at: "2026-01-02T03:04:05Z", order: { order: ord_1, state: completed } }
        expect: { result: skipped, reason: only issues are told }

        """#

    private static let readme = #"""
        # NAME

        Tells NAME of what needs a person.

        1. Make an incoming address in NAME.
        2. In `fairlead.yaml`:

           ```yaml
           notifiers:
             ops: { plugin: NAME, secrets: { url: "${env:NAME_URL}" }, on: [issue.opened, issue.resolved] }
           ```

        3. `fairlead check`, then reload.

        """#
}
