import { wrongUsage } from "./cli_error.ts";
import { SWITCH, type ValueKind } from "./value_kind.ts";

/** The value of an option as text, and the name under which the user gave it. */
interface Given {
  readonly text: string;
  readonly name: string;
}

/**
 * Reads options by their long flag, from the command line or else from the environment:
 * `--drain-ms` is also `DTASK_DRAIN_MS`. An empty variable counts as absent.
 */
export class OptionReader {
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #env: (name: string) => string | undefined;

  /** `options` are commander's, by camel-cased name and without defaults. */
  constructor(
    options: Readonly<Record<string, unknown>>,
    env: (name: string) => string | undefined,
  ) {
    this.#options = options;
    this.#env = env;
  }

  /** The value of `flag`, or null where nobody gave one. Throws a usage error for a wrong one. */
  read<T>(flag: string, kind: ValueKind<T>): T | null {
    const given = this.#find(flag);
    if (given === null) return null;
    const value = kind.parse(given.text);
    if (value === undefined) {
      const not = kind.secret === true ? "" : `, not ${quote(given.text)}`;
      throw wrongUsage(`${given.name} takes ${kind.takes}${not}`);
    }
    return value;
  }

  /** Whether the switch `flag` is on; `--no-…` switches have their own variable, `DTASK_NO_…`. */
  isOn(flag: string): boolean {
    // Commander keeps `--no-grpc` as `grpc: false`.
    const negated = flag.startsWith("--no-");
    const option = this.#options[camelCase(negated ? flag.slice(5) : flag.slice(2))];
    if (option === !negated) return true;
    const name = envName(flag);
    const text = this.#env(name) ?? "";
    if (text === "") return false;
    const value = SWITCH.parse(text);
    if (value === undefined) {
      throw wrongUsage(`${name} (${flag}) takes ${SWITCH.takes}, not ${quote(text)}`);
    }
    return value;
  }

  /** Every value of an option that may be repeated; these have no variable. */
  readAll<T>(flag: string, kind: ValueKind<T>): readonly T[] {
    const values = this.#options[camelCase(flag.slice(2))];
    if (!Array.isArray(values)) return [];
    return values.map((text: unknown) => {
      const value = typeof text === "string" ? kind.parse(text) : undefined;
      if (value === undefined) {
        throw wrongUsage(`${flag} takes ${kind.takes}, not ${quote(String(text))}`);
      }
      return value;
    });
  }

  #find(flag: string): Given | null {
    const option = this.#options[camelCase(flag.slice(2))];
    if (typeof option === "string") return { text: option, name: flag };
    const name = envName(flag);
    const text = this.#env(name) ?? "";
    return text === "" ? null : { text, name: `${name} (${flag})` };
  }
}

/** The environment variable that stands for `flag`. */
export function envName(flag: string): string {
  return "DTASK_" + flag.slice(2).toUpperCase().replaceAll("-", "_");
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Quotes what the user gave on one line and at most 80 characters. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? text.slice(0, 79) + "…" : text);
}
