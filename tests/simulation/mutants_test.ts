import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { MUTANTS } from "./mutants.ts";

Deno.test("mutants each change one place of the engine as it is", async () => {
  for (const { what, file, text } of MUTANTS) {
    const source = await Deno.readTextFile(
      fileURLToPath(new URL(`../../${file}`, import.meta.url)),
    );
    assert.equal(source.split(text).length - 1, 1, `"${what}" does not fit ${file}`);
  }
});
