/**
 * The structure check: import direction and cycles, size of files and functions, names, and text
 * that must not be in the repository. Prints a line a finding; errors make it exit 1.
 *
 *     deno run --allow-read --allow-env .ci/structure.ts
 */
import { join } from "node:path/posix";
import { type Finding, formatFinding } from "./structure/finding.ts";
import { checkImports } from "./structure/import_check.ts";
import { checkSize } from "./structure/size_check.ts";
import { parseSourceFile, type SourceFile } from "./structure/source_file.ts";
import { checkText } from "./structure/text_check.ts";

/** Folders that hold no sources: by their names, and by their paths. */
const SKIPPED = new Set([".git", "node_modules", "gen", "bundle", "coverage", "dist", ".cache"]);
const SKIPPED_PATHS = new Set(["data", "tests/data"]);
/** What imports may name: the program's packages, and those of the dashboard alone. */
const CONFIGS = ["deno.json", "api/dashboard/deno.json"];
const CHECKED = /\.(tsx?|md|sql|proto|sh|py|html|css|yaml)$|^deno\.json$|^\.ci\/run$/;

/** All findings about `files`, which import by the names of `importMap`. */
export function checkStructure(
  files: readonly SourceFile[],
  importMap: Readonly<Record<string, string>>,
): Finding[] {
  return [
    ...checkImports(files, importMap),
    ...files.flatMap((file) => [...checkSize(file), ...checkText(file)]),
  ];
}

function* sourcePaths(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      if (!SKIPPED.has(entry.name) && !SKIPPED_PATHS.has(path)) yield* sourcePaths(path);
    } else if (entry.isFile && CHECKED.test(path) && !path.endsWith(".gen.ts")) {
      yield path;
    }
  }
}

function main(): void {
  const paths = [...sourcePaths(".")].sort();
  const files = paths.map((path) => parseSourceFile(path, Deno.readTextFileSync(path)));
  const imports = Object.assign(
    {},
    ...CONFIGS.map((path) => JSON.parse(Deno.readTextFileSync(path)).imports),
  );
  const findings = checkStructure(files, imports);
  const errors = findings.filter((finding) => finding.severity === "error").length;
  for (const finding of findings) console.log(formatFinding(finding));
  console.log(`structure: ${files.length} files, ${errors} errors`);
  if (errors > 0) Deno.exit(1);
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  main();
}
