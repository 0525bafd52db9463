/** The code blocks of the README, each of which says after its language what it is. */
import { dirname, join } from "node:path";

/** A block as it stands there. */
export interface CodeBlock {
  /** Where it begins, for messages. */
  readonly line: number;
  /** `sh`, `ts`, …; empty where it says nothing. */
  readonly language: string;
  /** `run` for commands that run as they are, else the name of a file that it is, else empty. */
  readonly role: string;
  readonly text: string;
}

/** The blocks of a text in Markdown, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly at: number; readonly info: string; readonly lines: string[] } | null = null;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { at: index + 1, info: fence[1]?.trim() ?? "", lines: [] };
    else {
      const [language = "", role = ""] = open.info.split(/\s+/);
      blocks.push({ line: open.at, language, role, text: `${open.lines.join("\n")}\n` });
      open = null;
    }
  }
  return blocks;
}

/** Writes the blocks that are files, `ts` and `json`, into `folder`; answers their paths. */
export async function writeBlocks(folder: string, markdown: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { language, role, text } of codeBlocks(markdown)) {
    if (!["ts", "json"].includes(language) || role === "") continue;
    const path = join(folder, role);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
    paths.push(path);
  }
  return paths;
}
