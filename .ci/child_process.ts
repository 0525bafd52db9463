/** How a child ended, and what it said. */
export interface ChildResult {
  readonly success: boolean;
  readonly output: string;
}

export interface ChildOptions {
  /** Where it runs; here when absent. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Shows the output while it comes; it is kept either way. */
  readonly echo?: boolean;
}

/**
 * Runs this same Deno with `args` and gathers what it prints, both streams in one. Never a `deno`
 * from the path: on a fresh machine there is none.
 */
export async function runDeno(
  args: readonly string[],
  { cwd, env = {}, echo = false }: ChildOptions = {},
): Promise<ChildResult> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const gather = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (echo) await writeOut(text);
    }
  };
  const [status] = await Promise.all([child.status, gather(child.stdout), gather(child.stderr)]);
  return { success: status.success, output };
}

async function writeOut(text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await Deno.stdout.write(rest));
}
