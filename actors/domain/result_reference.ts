/**
 * `{"$result":"KEY_OR_ID"}` in arguments: it stands for the result of a dependency and is replaced at
 * the start of the run. Works on the notation, so that results pass as the text that was stored.
 */
import { ok, refuse, type Result } from "./error.ts";
import { LIMITS } from "./task.ts";
import { isJsonMap, type JsonMap, tagOf } from "./value_codec.ts";

/** The text of the result of a dependency by key or id; null where it has none. */
export type ResultLookup = (keyOrId: string) => string | null;

/** A text without these, the second being an escaped `$`, has no `$result`. */
const TRACES = ["$result", "\\u0024"] as const;

/** The keys and ids that the `$result`s of `json` name, each once, in order of appearance. */
export function collectResultRefs(json: unknown): string[] {
  const refs = new Set<string>();
  collect(json, refs);
  return [...refs];
}

/**
 * `argsText` with every `$result` replaced by what `lookup` finds. Refuses a result that is not
 * there, and arguments that would grow beyond what one run may be handed.
 */
export function resolveArguments(argsText: string, lookup: ResultLookup): Result<string> {
  if (!TRACES.some((trace) => argsText.includes(trace))) return ok(argsText);
  const resolver = new ArgumentResolver(lookup);
  resolver.write(JSON.parse(argsText));
  const { missing, text } = resolver;
  if (missing !== null) {
    const message = `Cannot resolve {"$result":${JSON.stringify(missing)}} in the arguments: ` +
      "no dependency with this key or id has a result";
    return refuse("failed_precondition", "unknown_result", message);
  }
  if (text !== null) return ok(text);
  const message = `Cannot resolve the $result references in the arguments: with the results they ` +
    `are longer than ${LIMITS.dependencyResultBytes} characters`;
  return refuse("payload_too_large", "arguments_too_large", message);
}

/** What `argsText` is the notation of, with its `$result`s as the maps that they look like: plain data. */
export function quoteReferences(argsText: string): unknown {
  const json: unknown = JSON.parse(argsText);
  return TRACES.some((trace) => argsText.includes(trace)) ? quote(json) : json;
}

function quote(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(quote);
  if (!isJsonMap(json)) return json;
  const tag = tagOf(json);
  if (tag === "$result") return { $map: json };
  if (tag !== null && tag !== "$map") return json;
  // Entries, not assignments: a member may be called `__proto__`.
  const members = Object.fromEntries(
    Object.entries(membersOf(json)).map(([key, member]) => [key, quote(member)]),
  );
  return tag === null ? members : { $map: members };
}

/** The one map whose members are to be walked: a tagged map has none but in `$map`. */
function membersOf(map: JsonMap): JsonMap {
  const tag = tagOf(map);
  if (tag === null) return map;
  const inner = tag === "$map" ? map["$map"] : null;
  return isJsonMap(inner) ? inner : {};
}

function collect(json: unknown, refs: Set<string>): void {
  if (Array.isArray(json)) {
    for (const item of json) collect(item, refs);
  } else if (isJsonMap(json)) {
    const ref = tagOf(json) === "$result" ? json["$result"] : undefined;
    if (typeof ref === "string") refs.add(ref);
    else for (const member of Object.values(membersOf(json))) collect(member, refs);
  }
}

/** Writes notation anew as text, with results spliced in as they are. */
class ArgumentResolver {
  readonly #lookup: ResultLookup;
  readonly #chunks: string[] = [];
  #length = 0;
  /** The first name without a result. */
  missing: string | null = null;

  constructor(lookup: ResultLookup) {
    this.#lookup = lookup;
  }

  /** The whole text; null when it is too long. */
  get text(): string | null {
    return this.#full ? null : this.#chunks.join("");
  }

  get #full(): boolean {
    return this.#length > LIMITS.dependencyResultBytes;
  }

  write(json: unknown): void {
    if (this.#full || this.missing !== null) return;
    if (Array.isArray(json)) this.#writeList(json);
    else if (isJsonMap(json)) this.#writeMap(json);
    else this.#put(JSON.stringify(json));
  }

  #writeList(items: readonly unknown[]): void {
    for (const [index, item] of items.entries()) {
      this.#put(index === 0 ? "[" : ",");
      this.write(item);
    }
    this.#put(items.length === 0 ? "[]" : "]");
  }

  #writeMap(map: JsonMap): void {
    switch (tagOf(map)) {
      case "$result":
        return this.#writeResult(String(map["$result"]));
      case "$map":
        this.#put('{"$map":');
        this.#writeMembers(membersOf(map));
        return this.#put("}");
      case null:
        return this.#writeMembers(map);
      default:
        return this.#put(JSON.stringify(map));
    }
  }

  #writeMembers(map: JsonMap): void {
    const members = Object.entries(map);
    for (const [index, [key, member]] of members.entries()) {
      this.#put(`${index === 0 ? "{" : ","}${JSON.stringify(key)}:`);
      this.write(member);
    }
    this.#put(members.length === 0 ? "{}" : "}");
  }

  #writeResult(keyOrId: string): void {
    const result = this.#lookup(keyOrId);
    if (result === null) this.missing = keyOrId;
    else this.#put(result);
  }

  #put(chunk: string): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}
