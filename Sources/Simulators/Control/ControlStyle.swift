/// How the page looks.
enum ControlStyle {
    static let css = """
        :root{color-scheme:light dark;--line:#d5dbe1;--soft:#f4f6f8;--ink:#1c2733;--accent:#0b6b6b;--paper:#fff}
        @media(prefers-color-scheme:dark){:root{--line:#33404d;--soft:#1b242d;--ink:#e4eaf0;--accent:#5cc4c0;--paper:#12181e}}
        body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--soft)}
        header{display:flex;justify-content:space-between;align-items:baseline;padding:1rem 2rem;background:var(--paper);border-bottom:1px solid var(--line)}
        h1{font-size:1.3rem;margin:0}h2{font-size:1.05rem;margin:0 0 .6rem}a{color:var(--accent)}
        main{max-width:84rem;margin:1rem auto;padding:0 1rem}
        section{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:1rem;margin-bottom:1rem}
        section div{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
        th{font-weight:600;font-size:.85rem}code{font-size:.85em;overflow-wrap:anywhere}
        form{display:inline-flex;flex-wrap:wrap;gap:.3rem;margin:.2rem .4rem .2rem 0}.none{opacity:.7;margin:.2rem 0}
        input,select,button{font:inherit;font-size:.85rem;padding:.15rem .45rem;border:1px solid var(--line);border-radius:5px;background:var(--soft);color:inherit}
        button{color:var(--accent);cursor:pointer}:focus-visible{outline:2px solid var(--accent)}
        """
}
