extension OrdersPage {
    static let templates = [
        "orders": #"""
        <div class="title"><h1>Orders</h1>{{#found_for}}<span class="soft">for “{{found_for}}”</span>{{/found_for}}
        <span class="as-of row">{{#has_csv}}<a href="{{csv}}">Export as CSV</a>{{/has_csv}}</span></div>
        <nav class="views" aria-label="Views"><ul>{{#views}}<li><a href="{{view_href}}"{{#is_view}} aria-current="page"{{/is_view}}>{{view_name}}</a></li>{{/views}}</ul>
        {{>kept-views}}{{>keep-view}}</nav>
        {{>reasoned-search}}
        {{#look}}{{>person-look}}{{/look}}
        <div class="facets" role="group" aria-label="Filters">
        {{#facets}}<div class="set"><span class="name">{{set_name}}</span>
        {{#choices}}<a class="facet" href="{{href}}"{{#is_set}} aria-current="true"{{/is_set}}>{{#dot_class}}<span class="dot {{dot_class}}"></span>{{/dot_class}}{{name}}{{#count}} <span class="n">{{count}}</span>{{/count}}</a>
        {{/choices}}</div>{{/facets}}
        {{#is_filtered}}<div class="set"><span class="name"></span><a href="{{clear}}">Clear all filters</a></div>{{/is_filtered}}
        </div>
        <div class="card list" id="order-list" data-live>
        {{>unread}}{{#none}}{{>empty}}{{/none}}
        {{#cut}}<p class="said small">{{said}} <a href="{{on}}">Look on</a></p>{{/cut}}
        {{^none}}
        <table class="cards"><caption class="sr">Orders, newest first</caption>
        <thead><tr><th scope="col">Who</th><th scope="col">State</th><th scope="col">Life</th><th scope="col">Age</th><th scope="col">Next</th><th scope="col">Where</th></tr></thead>
        <tbody>{{#rows}}<tr>
        <td data-label="Who"><div><a class="strong" data-row id="row-{{id}}" href="{{href}}">{{#who}}{{who}}{{/who}}{{^who}}{{external}}{{/who}}</a>{{#who}}<div class="small soft">{{external}}</div>{{/who}}</div></td>
        <td data-label="State"><div class="row">{{#chip}}{{>state}}{{/chip}}{{#outcome}}{{>state}}{{/outcome}}</div></td>
        <td data-label="Life">{{{strip}}}{{#waits_for}}<span class="small">with {{>party}}</span>{{/waits_for}}</td>
        <td data-label="Age" class="nowrap">{{#made}}<time datetime="{{iso}}" title="{{absolute}}">{{age}}</time>{{/made}}{{#late}}<div class="small warn-text">{{late}}</div>{{/late}}</td>
        <td data-label="Next">{{next}}</td>
        <td data-label="Where"><div class="small">{{connection}}<div class="soft">{{account}} · {{package}}</div></div></td>
        </tr>{{/rows}}</tbody></table>
        <nav class="pager" aria-label="More orders"><span>{{#newest}}<a href="{{newest}}">← Newest</a>{{/newest}}</span><span>{{#older}}<a rel="next" href="{{older}}">Older →</a>{{/older}}</span></nav>
        <details id="lives-table" class="as-table"><summary>The lives as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Whose time it was"><table><caption class="sr">Whose time it was, by order, and how long such orders take</caption>
        <thead><tr><th scope="col">Order</th><th scope="col">us</th><th scope="col">candidate</th><th scope="col">provider</th><th scope="col">recruiter</th><th scope="col">Expected within</th><th scope="col">Half take</th><th scope="col">Nine of ten take</th></tr></thead>
        <tbody>{{#rows}}<tr><th scope="row">{{external}}</th>{{#life}}<td class="number nowrap">{{life_span}}</td>{{/life}}</tr>
        {{/rows}}</tbody></table></div></details>
        {{/none}}
        </div>
        {{^none}}<ul class="legend" aria-label="Colours of a life"><li><span class="dot us"></span>us</li><li><span class="dot candidate"></span>candidate</li><li><span class="dot provider"></span>provider</li><li><span class="dot recruiter"></span>recruiter</li><li class="soft">from left to right, as it came; dashed: until when it is expected; line below: when half to nine of ten such orders are done</li></ul>{{/none}}
        """#
    ]
}
