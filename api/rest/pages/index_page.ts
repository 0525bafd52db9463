/** The start page of a node. */
import { makePage } from "./page.ts";
import { PAGE_STYLE } from "./page_style.ts";

const BODY = `<main><h1>dtask</h1>
<p>This node schedules tasks. It is used through its API:</p>
<ul><li><a href="/docs">Documentation of the REST API</a></li>
<li><a href="/openapi.json">The same as OpenAPI 3.1</a></li>
<li><a href="/readyz">Is it ready?</a></li></ul>
<p>A first task:</p>
<pre>curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"method":"add","args":[1,2]}' http://127.0.0.1:8080/api/tasks</pre>
<p><code>dtask token</code> prints a token.</p></main>`;

/** The start page, until there is a dashboard. */
export const INDEX_PAGE = makePage({ title: "dtask", style: PAGE_STYLE, body: BODY });
