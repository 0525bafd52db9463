/** Commands as the README shows them. */

/** The commands of a shell block as words, without what the shell does itself: comments, `&&`, `export`. */
export function commandsOf(script: string): readonly (readonly string[])[] {
  const words = script.replaceAll("\\\n", " ").matchAll(
    /#[^\n]*|(\n|&&|;|\|)|((?:'[^']*'|"(?:\\.|[^"\\])*"|\$\([^)]*\)|[^\s'"#;&|])+)/g,
  );
  const commands: string[][] = [[]];
  for (const [, separator, word] of words) {
    if (separator !== undefined) commands.push([]);
    else if (word !== undefined) commands.at(-1)?.push(unquote(word));
  }
  return commands.filter((command) => command.length > 0);
}

/** What a script sets and exports, by name, but for what it asks other commands for. */
export function exportsOf(script: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    commandsOf(script).flatMap(([first, assignment]) => {
      const [, name = "", value = ""] = /^(\w+)=(.*)$/s.exec(assignment ?? "") ?? [];
      return first === "export" && name !== "" && !value.includes("$(") ? [[name, value]] : [];
    }),
  );
}

function unquote(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:\\.|[^"\\])*)"/g,
    (_, single?: string, double?: string) => single ?? (double ?? "").replaceAll(/\\(.)/g, "$1"),
  );
}
