/// The files of a new provider plugin; `NAME` stands for its name.
enum ProviderScaffold {
    static let files = [
        "plugin.yaml": manifest, "main.lua": script, "README.md": readme, "fixtures/submit.yaml": submit, "fixtures/submit_refused.yaml": refused,
        "fixtures/report.yaml": report, "fixtures/report_missing.yaml": missing, "fixtures/packages.yaml": packages, "fixtures/webhook.yaml": webhook,
        "fixtures/webhook_of_nothing.yaml": nothing,
    ]

    private static let manifest = #"""
        # What the plugin is and may do: data only, read without running anything. docs/plugin-manifest.md explains every key.
        name: NAME
        version: 0.1.0
        contract: 1
        kind: provider
        title: NAME
        capabilities:                   # what is not listed is never called
          packages: true
          report: true
          webhooks: true
          signed_webhooks: true
        poll: 15m                       # how often an order is read that changed within a day
        secrets:                        # an account's credentials; used as ctx.secret.…
          api_key: { required: true, title: Key that the provider issued }
          signing_key: { required: true, title: Key that the provider signs its webhooks with }
        inbound:                        # webhooks come to /providers/ACCOUNT/TOKEN
          - path: /
            verify: { scheme: hmac, secret: signing_key, header: X-Signature, algorithm: sha256, encoding: hex }

        """#

    private static let script = #"""
        -- NAME: places orders at the provider, and says what becomes of them.

        -- What the provider's words mean. A word that is not here is shown to people, and changes nothing.
        local states = {
            invited = "awaiting_candidate",
            working = "in_progress",
            done = "completed",
            stopped = "cancelled",
        }
        local outcomes = { clear = "clear", review = "consider" }

        local function call(ctx, method, path, body)
            return ctx.http.request {
                method = method,
                url = ctx.account.base_url .. path,
                auth = { bearer = ctx.secret.api_key },
                json = body,
            }
        end

        local function report_of(check)
            return {
                status = check.status,
                state = states[check.status],
                result = check.result,
                outcome = outcomes[check.result or ""],
                report_url = check.report_url,
            }
        end

        ---@param ctx fairlead.ctx
        local function packages(ctx)
            return ctx.ok(call(ctx, "GET", "/packages"), "message").packages
        end

        -- Called at most once for an attempt: where its answer is lost, the order waits for a person and is not sent again.
        ---@param order fairlead.order
        ---@param ctx fairlead.ctx
        local function submit(order, ctx)
            local reply = call(ctx, "POST", "/checks", {
                package = order.package,
                first_name = order.candidate.first_name,
                last_name = order.candidate.last_name,
                email = order.candidate.email,
                callback_url = order.callback_url,
            })
            return { reference = ctx.ok(reply, "message").id }
        end

        ---@param reference string
        ---@param ctx fairlead.ctx
        local function report(reference, ctx)
            local reply = call(ctx, "GET", "/checks/" .. reference)
            if reply.status == 404 then
                return nil
            end
            return report_of(ctx.ok(reply, "message"))
        end

        ---@param webhook fairlead.event
        local function interpret(webhook)
            local check = webhook.body
            if type(check) ~= "table" or not check.id then
                return {}
            end
            return { { reference = check.id, report = check.status and report_of(check) or nil } }
        end

        return { packages = packages, submit = submit, report = report, interpret = interpret }

        """#

    private static let packages = #"""
        hook: packages
        input: []
        steps:
          - expect: { http.get: { url: https://provider.example.test/packages } }
            reply: { status: 200, json: { packages: [{ id: pkg_1, name: Standard }] } }
        expect: { reply: [{ id: pkg_1, name: Standard }], result: done }

        """#

    private static let submit = #"""
        hook: submit
        input:
          - id: ord_1
            package: pkg_1
            candidate: { first_name: Ana, last_name: Roe, email: ana@example.test }
            callback_url: https://fairlead.example.test/providers/account/token
        steps:
          - expect:
              http.post:
                url: https://provider.example.test/checks
                json:
                  package: pkg_1
                  first_name: Ana
                  last_name: Roe
                  email: ana@example.test
                  callback_url: https://fairlead.example.test/providers/account/token
            reply: { status: 201, json: { id: chk_1, status: invited } }
        expect: { reply: { reference: chk_1 }, result: done }

        """#

    private static let refused = #"""
        hook: submit
        input:
          - { id: ord_1, package: pkg_9, candidate: { first_name: Ana, last_name: Roe, email: ana@example.test } }
        steps:
          - expect: { http.post: { url: https://provider.example.test/checks } }
            reply: { status: 422, json: { message: there is no such package } }
        expect: { result: failed, error: { message: there is no such package } }

        """#

    private static let report = #"""
        hook: report
        input: [chk_1]
        steps:
          - expect: { http.get: { url: https://provider.example.test/checks/chk_1 } }
            reply: { status: 200, json: { id: chk_1, status: done, result: review, report_url: "https://app.example.test/chk_1" } }
        expect:
          reply: { status: done, state: completed, result: review, outcome: consider, report_url: "https://app.example.test/chk_1" }
          result: done

        """#

    private static let missing = #"""
        hook: report
        input: [chk_1]
        steps:
          - expect: { http.get: { url: https://provider.example.test/checks/chk_1 } }
            reply: { status: 404, json: { message: there is no such check } }
        expect: { reply: null, result: done }

        """#

    private static let webhook = #"""
        hook: interpret
        input:
          - { body: { id: chk_1, status: working } }
        expect: { reply: [{ reference: chk_1, report: { status: working, state: in_progress } }], result: done }

        """#

    private static let nothing = #"""
        hook: interpret
        input:
          - { body: { hello: there } }
        expect: { reply: {}, result: done }

        """#

    private static let readme = #"""
        # NAME

        A screening provider: orders are placed at `POST /checks`, read at `GET /checks/ID`, and told of by signed webhooks.

        ## Set it up
        Add an account to `fairlead.yaml`, and name it in a connection's `accounts`:
        ```yaml
        accounts:
          NAME-staging:
            provider: NAME
            base_url: https://staging.provider.example.com
            api_key: "${env:PROVIDER_API_KEY}"
            signing_key: "${env:PROVIDER_SIGNING_KEY}"
        ```

        ## Change it
        ```
        fairlead plugin check NAME
        fairlead plugin test NAME --watch
        ```

        """#
}
