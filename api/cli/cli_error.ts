/** What a command exits with: 0 done, 1 failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command with a text for people and an exit code, without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The error of a command that was called wrongly: one line, exit code 2. */
export function wrongUsage(message: string): CliError {
  return new CliError(message, 2);
}
