import { basename } from "node:path/posix";
import type { Finding } from "./finding.ts";
import { BANNED_NAMES, BANNED_TEXT } from "./rules.ts";
import type { SourceFile } from "./source_file.ts";

/** Finds file names that say nothing, and text that must not be in the repository. */
export function checkText({ path, text }: SourceFile): Finding[] {
  const rules = BANNED_TEXT.filter(({ files }) => files.test(path));
  return [
    ...checkName(path),
    ...text.split("\n").flatMap((content, index) =>
      rules.filter(({ pattern }) => pattern.test(content)).map(({ what }): Finding => ({
        severity: "error",
        path,
        line: index + 1,
        message: `holds ${what}`,
      }))
    ),
  ];
}

function checkName(path: string): Finding[] {
  if (!/\.tsx?$/.test(path)) return [];
  const stem = basename(path).replace(/(_test)?(\.gen)?\.tsx?$/, "");
  const error = (message: string): Finding[] => [{ severity: "error", path, line: 0, message }];
  if (stem.split("_").some((word) => BANNED_NAMES.includes(word))) {
    return error(`is named "${stem}", which does not say what it holds`);
  }
  return /^[a-z0-9]+(_[a-z0-9]+)*$/.test(stem) ? [] : error("is not named in snake_case");
}
