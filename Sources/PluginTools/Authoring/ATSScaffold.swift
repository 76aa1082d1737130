/// The files of a new ATS plugin; `NAME` stands for its name.
enum ATSScaffold {
    static let files = [
        "plugin.yaml": manifest, "main.lua": script, "README.md": readme, "fixtures/order.yaml": order, "fixtures/other_stage.yaml": otherStage,
        "fixtures/no_email.yaml": noEmail, "fixtures/update_completed.yaml": update,
    ]

    private static let manifest = #"""
        # What the plugin is and may do: data only, read without running anything. docs/plugin-manifest.md explains every key.
        name: NAME
        version: 0.1.0
        contract: 1
        kind: ats
        title: NAME
        settings:                       # a JSON Schema: what a connection may set
          type: object
          required: [base_url, package]
          properties:
            base_url: { type: string, pattern: "^https?://", title: "The ATS's API, such as https://api.ats.example.com" }
            stage: { type: string, default: Screening, title: The stage whose applications are screened }
            package: { type: string, title: The provider's package to order }
            phone_country: { type: string, pattern: "^[A-Za-z]{2}$", default: GB, title: Country of telephone numbers without one (ISO 3166) }
        secrets:                        # used as ctx.secret.…; scripts never see the values
          signing: { required: true, title: What the ATS signs its webhooks with }
          api_key: { required: true, title: Key for the ATS's API }
        inbound:                        # at https://HOST/ats/CONNECTION/webhook
          - path: /webhook
            verify: { scheme: hmac, secret: signing, header: X-Signature, algorithm: sha256, encoding: hex }
        permissions:
          http: ["${settings.base_url}"]

        """#

    private static let script = #"""
        -- NAME: an application in the stage that screens becomes an order; what becomes of the order goes back as a note.
        local map, text = require "map", require "text"

        ---@param event fairlead.event
        ---@param ctx fairlead.ctx
        local function on_event(event, ctx)
            local application = map(event.body)
            if application:text("stage") ~= ctx.settings.stage then
                ctx.skip("the application is not in the stage that screens")
            end
            if not application:text("candidate.email") then
                ctx.reject("The candidate has no e-mail address.")
            end
            local order = ctx.orders.place {
                external_id = application:required("id"),
                package = ctx.settings.package,
                candidate = {
                    first_name = application:text("candidate.first_name"),
                    last_name = application:text("candidate.last_name"),
                    email = application:text("candidate.email"),
                    phone = text.phone_e164(application:text("candidate.phone"), ctx.settings.phone_country),
                },
            }
            return { order = order.id }
        end

        -- What a recruiter reads. A result is advice: a person decides.
        local words = {
            awaiting_candidate = "the candidate has been asked for details",
            in_progress = "the checks have begun",
            attention_needed = "the provider needs your attention",
            cancelled = "cancelled",
            refused = "the provider refused the order",
        }

        ---@param update fairlead.update
        ---@param ctx fairlead.ctx
        local function on_update(update, ctx)
            local order = update.order
            local word = order.outcome and ("finished, result: " .. order.outcome) or words[order.state] or ("state: " .. order.state)
            ctx.http.post(ctx.settings.base_url .. "/applications/" .. order.external_id .. "/notes", {
                auth = { bearer = ctx.secret.api_key },
                json = { text = "Screening: " .. word, link = order.report_url },
            })
        end

        return { on_event = on_event, on_update = on_update }

        """#

    private static let order = #"""
        # An application that reaches the stage becomes an order.
        hook: on_event
        input:
          path: /webhook
          body:
            id: application-101
            stage: Screening
            candidate: { first_name: Ana, last_name: Roe, email: ana@example.test, phone: 01632 960000 }
        settings: { base_url: "https://api.ats.example.test", package: pkg_1 }
        expect:
          orders:
            - external_id: application-101
              package: pkg_1
              candidate: { first_name: Ana, last_name: Roe, email: ana@example.test, phone: "+441632960000" }
          result: done

        """#

    private static let otherStage = #"""
        hook: on_event
        input: { path: /webhook, body: { id: application-101, stage: Interview, candidate: { first_name: Ana, last_name: Roe } } }
        settings: { base_url: "https://api.ats.example.test", package: pkg_1 }
        expect: { orders: [], result: skipped }

        """#

    private static let noEmail = #"""
        hook: on_event
        input: { path: /webhook, body: { id: application-101, stage: Screening, candidate: { first_name: Ana, last_name: Roe } } }
        settings: { base_url: "https://api.ats.example.test", package: pkg_1 }
        expect: { orders: [], result: rejected, reason: The candidate has no e-mail address. }

        """#

    private static let update = #"""
        hook: on_update
        input:
          order: { id: ord_1, external_id: application-101, state: completed, outcome: clear, report_url: "https://reports.example.test/1" }
          previous: { state: in_progress, outcome: null }
          cause: webhook
        settings: { base_url: "https://api.ats.example.test", package: pkg_1 }
        steps:
          - expect:
              http.post:
                url: https://api.ats.example.test/applications/application-101/notes
                json: { text: "Screening: finished, result: clear", link: "https://reports.example.test/1" }
            reply: { status: 201 }
        expect: { result: done }

        """#

    private static let readme = #"""
        # NAME

        What it does: an application in the stage that screens becomes an order, and each change of the order becomes a note on the application.

        ## Set it up
        1. Add a connection to `fairlead.yaml`. Its name (here `acme`) becomes part of the URL:
           ```yaml
           connections:
             acme:
               plugin: NAME
               accounts: [zinc-uk]
               secrets: { signing: "${env:ACME_SIGNING}", api_key: "${env:ACME_API_KEY}" }
               settings: { base_url: "https://api.ats.example.com", package: pkg_1 }
           ```
        2. In the ATS, add a webhook for stage changes to `https://HOST/ats/acme/webhook`, with the secret that `ACME_SIGNING` holds.
        3. Save one real payload as `event.json`, and see what it would order. Nothing is sent:
           ```
           fairlead map acme event.json
           ```

        ## Change it
        ```
        fairlead plugin check NAME
        fairlead plugin test NAME --watch
        ```

        """#
}
