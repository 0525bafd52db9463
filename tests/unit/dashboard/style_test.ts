import assert from "node:assert/strict";

const STYLE = new URL("../../../api/dashboard/style/", import.meta.url);
/** What all pages share; each file after these belongs to one page or a part of one. */
const COMMON = ["tokens", "base", "controls", "overlays", "table", "content", "shell", "forms"];

Deno.test("no two pages of the dashboard give looks to the same class", () => {
  const main = Deno.readTextFileSync(new URL("main.css", STYLE));
  const files = [...main.matchAll(/"\.\/(\w+)\.css"/g)].map(([, name]) => String(name));
  assert.deepEqual(COMMON.filter((name) => !files.includes(name)), []);
  const owners = new Map<string, string>();
  const common = new Set<string>();
  for (const file of files) {
    for (const name of leadingClasses(Deno.readTextFileSync(new URL(`${file}.css`, STYLE)))) {
      if (COMMON.includes(file)) common.add(name);
      if (common.has(name)) continue;
      const owner = owners.get(name) ?? file;
      assert.equal(file, owner, `.${name} is in ${owner}.css and in ${file}.css`);
      owners.set(name, owner);
    }
  }
});

/** The class that each selector begins with. */
function leadingClasses(css: string): readonly string[] {
  return [...css.replaceAll(/\/\*[^]*?\*\//g, "").matchAll(/([^{}]+)\{/g)]
    .flatMap(([, selectors]) => String(selectors).split(","))
    .flatMap((selector) => /^\s*\.([\w-]+)/.exec(selector)?.[1] ?? []);
}
