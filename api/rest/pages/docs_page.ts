/** The documentation for people: a page that lays out `/openapi.json`, without anything from elsewhere. */
import { makePage } from "./page.ts";
import { PAGE_STYLE } from "./page_style.ts";

const BODY = `<main><h1>dtask REST API</h1>
<p class="muted" id="about">Loading …</p><div id="operations"></div><h2>Schemas</h2>
<div id="schemas"></div><noscript>The same is in <a href="/openapi.json">/openapi.json</a>.</noscript></main>`;

const SCRIPT = `
const make = (tag, text = "", className = "") => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
};
const nameOf = (schema) => schema?.$ref?.split("/").pop();
const shape = (schema) => make("pre", JSON.stringify(schema, null, 2));
const table = (rows) => {
  const element = make("table");
  for (const cells of rows) {
    const row = element.insertRow();
    for (const cell of cells) row.insertCell().append(cell);
  }
  return element;
};
const bodyOf = (content) => {
  const [type, { schema } = {}] = Object.entries(content ?? {})[0] ?? [];
  if (!schema) return make("span", type ?? "");
  const name = nameOf(schema);
  if (!name) return shape(schema);
  const link = make("a", name);
  link.href = "#schema-" + name;
  return link;
};
const operation = (method, path, about) => {
  const details = make("details");
  const summary = make("summary");
  summary.append(make("span", method, "verb"), make("code", path), make("span", " " + about.summary, "muted"));
  details.append(summary);
  if (about.description) details.append(make("p", about.description));
  const parameters = (about.parameters ?? []).map((parameter) => [
    make("code", parameter.name), parameter.in, JSON.stringify(parameter.schema), parameter.description ?? "",
  ]);
  if (parameters.length > 0) details.append(make("h4", "Parameters"), table(parameters));
  if (about.requestBody) details.append(make("h4", "Body"), bodyOf(about.requestBody.content));
  details.append(make("h4", "Answers"), table(Object.entries(about.responses).map(
    ([status, answer]) => [make("code", status), answer.description, bodyOf(answer.content)])));
  return details;
};
const openapi = await (await fetch("/openapi.json")).json();
document.querySelector("#about").textContent = openapi.info.description + " Version " + openapi.info.version + ".";
const groups = new Map();
for (const [path, methods] of Object.entries(openapi.paths)) {
  for (const [method, about] of Object.entries(methods)) {
    const tag = about.tags[0];
    if (!groups.has(tag)) {
      const section = make("section");
      section.append(make("h2", tag));
      document.querySelector("#operations").append(section);
      groups.set(tag, section);
    }
    groups.get(tag).append(operation(method, path, about));
  }
}
for (const [name, schema] of Object.entries(openapi.components.schemas)) {
  const details = make("details");
  details.id = "schema-" + name;
  details.append(make("summary", name), shape(schema));
  document.querySelector("#schemas").append(details);
}
addEventListener("hashchange", () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
});
`;

/** The page at `/docs`. */
export const DOCS_PAGE = makePage({
  title: "dtask REST API",
  style: PAGE_STYLE,
  body: BODY,
  script: SCRIPT,
});
