"""The page a browser gets at /graphql: GraphiQL, with operations of this graph to start from.

The page is strawberry's; its scripts come from a content delivery network. Where that cannot be reached the page says
so and offers a plain console, so that an installation without the internet has one too.
"""

from strawberry.http.ides import get_graphql_ide_html

EXAMPLE = """\
# Welcome to Skein. Set your credential below under Headers, then run this:
#
#   {"Authorization": "Bearer ..."}        skein token --user buyer
#
# A link may carry it: /graphql#token=...  The part after # never leaves the browser.

query Start {
  viewer { name audience roles companies }
  purchaseOrders(first: 3) {
    totalCount
    nodes { number orderedOn status totalDue { amount currency } supplier { code name } }
  }
}
"""

# A token in the fragment of the address becomes a header, and is taken out of the address.
_TOKEN = """
      const given = new URLSearchParams(window.location.hash.slice(1)).get("token");
      if (given) {
        parameters.headers = JSON.stringify({ Authorization: "Bearer " + given }, null, 2);
        history.replaceState(null, null, window.location.pathname + window.location.search);
      }
"""

_CONSOLE = """
    <template id="console">
      <style>
        body { font: 14px/1.5 sans-serif; margin: 1rem; overflow: auto !important; }
        textarea, input, pre { box-sizing: border-box; font: 13px/1.4 monospace; width: 100%; }
        textarea { height: 16rem; } #variables { height: 4rem; }
        pre { background: #f4f4f4; padding: .5rem; white-space: pre-wrap; }
      </style>
      <p>GraphiQL could not be loaded from its network; this plain console works without it.</p>
      <label>Bearer token <input id="token" autocomplete="off"></label>
      <label>Operation <textarea id="query"></textarea></label>
      <label>Variables <textarea id="variables">{}</textarea></label>
      <p><button id="run">Run</button></p>
      <pre id="answer"></pre>
    </template>
    <script>
      if (!window.GraphiQL) {
        document.body.replaceChildren(document.getElementById("console").content.cloneNode(true));
        const part = (id) => document.getElementById(id);
        part("token").value = new URLSearchParams(window.location.hash.slice(1)).get("token") || "";
        part("query").value = EXAMPLE;
        part("run").onclick = async () => {
          const headers = { "content-type": "application/json" };
          if (part("token").value) headers.authorization = "Bearer " + part("token").value;
          try {
            const body = { query: part("query").value, variables: JSON.parse(part("variables").value || "{}") };
            const sent = { method: "POST", headers, body: JSON.stringify(body) };
            const answer = await fetch(window.location.pathname, sent);
            part("answer").textContent = JSON.stringify(await answer.json(), null, 2);
          } catch (fault) {
            part("answer").textContent = String(fault);
          }
        };
      }
    </script>
"""


class PageChanged(Exception):
    """The page that strawberry ships is not the one this release was written for."""


def graphiql_page() -> bytes:
    """The page's HTML. Raises: PageChanged."""
    page = get_graphql_ide_html("graphiql")
    page = _replaced(page, "<title>Strawberry GraphiQL</title>", "<title>Skein</title>")
    start, end = page.index("const EXAMPLE_QUERY = `"), page.index("`;\n", page.index("const EXAMPLE_QUERY = `"))
    page = f"{page[:start]}const EXAMPLE_QUERY = `{EXAMPLE}{page[end:]}"
    page = _replaced(page, "      function updateURL(data) {", f"{_TOKEN}\n      function updateURL(data) {{")
    console = _replaced(_CONSOLE, "= EXAMPLE;", f"= `{EXAMPLE}`;")
    return _replaced(page, "</body>", f"{console}  </body>").encode()


def _replaced(page: str, old: str, new: str) -> str:
    if page.count(old) != 1:
        raise PageChanged(f"strawberry's GraphiQL page has no single {old!r}")
    return page.replace(old, new)
