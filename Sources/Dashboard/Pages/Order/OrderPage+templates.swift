extension OrderPage {
    static let templates = [
        "order": #"""
        <p class="crumb"><a href="/orders">Orders</a> / {{external}}</p>
        <div class="title"><h1>{{heading}}</h1><span class="row">{{#chip}}{{>state}}{{/chip}}{{#outcome}}{{>state}}{{/outcome}}{{#waits_for}}<span class="small">with {{>party}}</span>{{/waits_for}}</span></div>
        {{#done}}<p class="said good" role="status">{{done}}</p>{{/done}}
        {{#refused}}<p class="said bad" role="alert">Nothing was done. {{refused}}</p>{{/refused}}
        {{#forced}}<div class="actions">{{>action}}</div>{{/forced}}
        <div id="order-top" data-live>
        <section class="card" aria-label="Where it stands"><p class="sentence">{{sentence}}</p>
        {{#trouble}}<p class="note small">{{code}}{{#message}}: {{message}}{{/message}}</p>{{/trouble}}
        <div class="actions">{{#actions}}{{>action}}{{/actions}}<a class="button" href="{{case}}">Case file</a>{{#person}}<a class="button" href="{{person_href}}">This person</a>{{/person}}</div></section>
        {{#desk}}{{>desk}}{{/desk}}
        <section class="card"><header><h2>The way it took</h2></header>
        {{#machine}}<div class="scroll" tabindex="0" role="region" aria-label="States, with the way it took">{{{picture}}}</div>
        <details id="machine-table"><summary>As a table</summary><table><thead><tr><th scope="col">State</th><th scope="col">When, UTC</th></tr></thead><tbody>
        {{#visits}}<tr><td>{{visited}}</td><td>{{#when}}{{>moment}}{{/when}}</td></tr>{{/visits}}</tbody></table></details>{{/machine}}</section>
        <section class="card"><header><h2>Who spoke to whom</h2><span class="small soft">idle time is folded; each arrow leads to what was said</span></header>
        {{#lanes}}<div class="scroll" tabindex="0" role="region" aria-label="Lanes of ATS, Fairlead, provider and people over time">{{{picture}}}</div>
        <details id="lanes-table"><summary>As a table</summary><table class="cards"><thead><tr><th scope="col">When, UTC</th><th scope="col">From</th><th scope="col">To</th><th scope="col">What</th></tr></thead><tbody>
        {{#arrows}}<tr><td data-label="When">{{#when}}{{>moment}}{{/when}}</td><td data-label="From">{{from}}</td><td data-label="To">{{to}}</td><td data-label="What">{{#href}}<a href="{{href}}">{{words}}</a>{{/href}}{{^href}}{{words}}{{/href}}</td></tr>{{/arrows}}</tbody></table></details>{{/lanes}}</section>
        <div class="two"><div>
        <section class="card"><header><h2>What the ATS was told</h2></header>
        {{#told}}<div class="stack told"><p class="row">{{#said}}{{>state}}{{/said}} {{#change}}<span class="strong">{{change}}:</span> {{/change}}<a href="/runs/{{run}}">{{why}}</a></p>
        {{#answers}}<p class="small soft"><a href="/runs/{{run}}#step-{{number}}">{{call}}</a>{{#is_failed}} <span class="chip bad">failed</span>{{/is_failed}}{{#url}} <span class="mono">{{url}}</span>{{/url}}</p>{{/answers}}</div>{{/told}}
        {{#has_older}}<p class="small soft">Older ones stand among its <a href="/runs?order_id={{id}}">runs</a>.</p>{{/has_older}}
        {{^told}}<p class="soft">Nothing yet. It is told of every change of the state or the outcome.</p>{{/told}}</section>
        <section class="card"><header><h2>What happened</h2><span class="small soft">UTC</span><span class="more"><a href="/events?external_id={{external_query}}">Events</a> · <a href="/runs?order_id={{id}}">Runs</a></span></header>
        <ol class="timeline" reversed>{{#entries}}<li id="{{entry_id}}"><span class="soft">{{#when}}{{>moment}}{{/when}}</span><span>{{text}}{{#who}} <span class="soft">by {{who}}</span>{{/who}}{{#cause}} <span class="soft">({{cause}})</span>{{/cause}}{{#code}} <code>{{code}}</code>{{/code}}{{#event}} <a href="/events/{{event}}">event</a>{{/event}}{{#run}} <a href="/runs/{{run}}">run</a>{{/run}}{{#exchange}}<br><span class="small soft">{{exchange}}</span>{{/exchange}}{{#note}}<br><span class="note">{{note}}</span>{{/note}}</span></li>{{/entries}}</ol>{{#older_entries}}<p class="small soft">{{older_count}} older ones are not shown; the <a href="{{case}}">case file</a> has all.</p>{{/older_entries}}</section>
        </div><div>
        <section class="card"><header><h2>Whose time it was</h2></header>{{#bar}}{{{picture}}}{{/bar}}
        {{^times}}<p class="soft">Less than a second in all.</p>{{/times}}<dl class="facts">{{#times}}<dt>{{#party}}{{>party}}{{/party}}</dt><dd>{{span}}</dd>{{/times}}</dl></section>
        <section class="card"><header><h2>Checks</h2></header>
        {{#checks}}<p class="row between check"><span>{{title}}</span>{{#said}}{{>state}}{{/said}}</p>{{/checks}}{{^checks}}<p class="soft">{{no_checks}}</p>{{/checks}}</section>
        <section class="card"><header><h2>Particulars</h2></header><dl class="facts">
        {{#email}}<dt>E-mail</dt><dd>{{email}}</dd>{{/email}}{{#phone}}<dt>Telephone</dt><dd>{{phone}}</dd>{{/phone}}
        {{#revealed}}<dt>{{title}}</dt><dd><strong>{{value}}</strong></dd>{{/revealed}}
        {{#covered}}<dt>{{title}}</dt><dd>{{#action}}{{>action}}{{/action}}</dd>{{/covered}}
        <dt>External id</dt><dd><code>{{external}}</code></dd>
        <dt>Order</dt><dd><code id="order-id">{{id}}</code> <button class="plain small" type="button" data-copy="order-id">copy</button></dd>
        {{#reference}}<dt>Reference</dt><dd><code>{{reference}}</code></dd>{{/reference}}
        {{#report}}<dt>Report</dt><dd><a href="{{report}}" rel="noreferrer noopener">at the provider</a></dd>{{/report}}
        <dt>Connection</dt><dd><a href="/connections/{{connection}}">{{connection}}</a></dd>
        <dt>Account</dt><dd><a href="/accounts/{{account}}">{{account}}</a></dd>
        <dt>Package</dt><dd>{{package}}</dd>
        {{#expected}}<dt>Expected</dt><dd>{{expected}}</dd>{{/expected}}
        {{#sent}}<dt>Sent</dt><dd>{{sent}}</dd>{{/sent}}
        <dt>Accepted</dt><dd>{{#made}}{{>time}}{{/made}}</dd><dt>Changed</dt><dd>{{#changed}}{{>time}}{{/changed}}</dd>
        {{#from_event}}<dt>Came from</dt><dd><a href="/events/{{from_event}}">event</a>{{#from_run}}, <a href="/runs/{{from_run}}">run</a>{{/from_run}}</dd>{{/from_event}}
        {{#previous}}<dt>In place of</dt><dd><a href="/orders/{{previous}}">{{previous}}</a></dd>{{/previous}}
        {{#replaced_by}}<dt>Replaced by</dt><dd><a href="/orders/{{replaced_by}}">{{replaced_by}}</a></dd>{{/replaced_by}}
        </dl>{{#is_withheld}}<p class="small soft">Names, links and free texts take the scope read_personal.</p>{{/is_withheld}}</section>
        {{#looks}}<section class="card"><header><h2>Who looked, who did what</h2><span class="small soft">UTC</span></header>
        <ol class="timeline">{{#list}}<li><span class="soft">{{#when}}{{>moment}}{{/when}}</span><span>{{who}} <span class="soft">{{what}}</span></span></li>{{/list}}</ol>
        {{#more_looks}}<p class="small soft">The newest 20; {{#may_admin}}<a href="{{audit_href}}">the audit has all</a>{{/may_admin}}{{^may_admin}}the audit has all{{/may_admin}}.</p>{{/more_looks}}
        {{^list}}<p class="soft">Nobody yet.</p>{{/list}}</section>{{/looks}}
        </div></div></div>
        """#
    ]
}
