/**
 * The text with control characters made visible, but for line ends and tabs: what task code or a
 * server wrote must not steer the terminal.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => {
    if (char === "\n" || char === "\t") return char;
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** The same on one line of at most `length` characters. */
export function printableLine(text: string, length: number): string {
  const line = printable(text.replace(/\s*\n\s*/g, " "));
  const chars = [...line];
  return chars.length <= length ? line : chars.slice(0, Math.max(0, length - 1)).join("") + "…";
}
