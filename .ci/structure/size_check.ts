import type { Finding } from "./finding.ts";
import { SIZE_LIMITS } from "./rules.ts";
import type { SourceFile } from "./source_file.ts";

/** Finds files and functions that have grown too long to be read in one go. */
export function checkSize(file: SourceFile): Finding[] {
  if (!/\.tsx?$/.test(file.path)) return [];
  const { path } = file;
  return [
    ...measure("file", { path, line: 0, name: "the file", lines: file.lines }),
    ...file.functions.flatMap((site) =>
      measure("function", { path, line: site.line, name: site.name, lines: site.lines })
    ),
  ];
}

interface Measured {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly lines: number;
}

function measure(
  kind: keyof typeof SIZE_LIMITS,
  { path, line, name, lines }: Measured,
): Finding[] {
  const { warn, fail } = SIZE_LIMITS[kind];
  if (lines <= warn) return [];
  const severity = lines > fail ? "error" : "warning";
  const limit = lines > fail ? fail : warn;
  return [{ severity, path, line, message: `${name} has ${lines} lines, more than ${limit}` }];
}
