/** What has to be done to have a built-in method that nodes don't offer by themselves; null for others. */
export function howToOffer(method: string): string | null {
  return method === "shell.run" ? "start a node with --allow-shell (deno task start:shell)" : null;
}
