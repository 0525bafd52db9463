import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { TaskValue } from "../../tasks/sdk/mod.ts";
import { ok, refuse, type Result } from "../domain/error.ts";
import { LIMITS } from "../domain/task.ts";
import { decodeText, resolveArguments } from "../domain/value.ts";
import type { Assignment, DependencyResult } from "../protocol.ts";

const ISSUES_SHOWN = 20;

/** The arguments of a run as values, with the results of dependencies where they refer to them. */
export function readArguments({ args, deps }: Assignment): Result<readonly TaskValue[]> {
  let omitted: string | null = null;
  const resolved = resolveArguments(args, (keyOrId) => {
    const dependency = findDependency(deps, keyOrId);
    if (dependency?.omitted === true) omitted ??= keyOrId;
    return dependency?.result ?? null;
  });
  if (!resolved.ok) {
    return omitted === null
      ? resolved
      : refuse("payload_too_large", "results_too_large", omittedText(omitted));
  }
  const values = decodeText(resolved.value);
  if (!isList(values)) throw new TypeError("The arguments of a run are not an array");
  return ok(values);
}

/** `ctx.deps`: the results that there are, by id and by key; keys win. */
export function dependencyResults(
  deps: readonly DependencyResult[],
): Readonly<Record<string, TaskValue>> {
  // Without a prototype, so that no name is found but those of dependencies.
  const results: Record<string, TaskValue> = Object.create(null);
  const add = (name: string, { result, omitted }: DependencyResult) => {
    if (omitted === true) {
      const get = () => {
        throw new RangeError(omittedText(name));
      };
      Object.defineProperty(results, name, { get, enumerable: false, configurable: true });
    } else if (result !== null) {
      const value = decodeText(result);
      Object.defineProperty(results, name, { value, enumerable: true, configurable: true });
    }
  };
  for (const dependency of deps) add(dependency.id, dependency);
  for (const dependency of deps) {
    if (dependency.key !== null) add(dependency.key, dependency);
  }
  return results;
}

/** What a schema found wrong, in words; paths lead into the array of arguments. */
export function describeIssues(
  method: string,
  issues: readonly StandardSchemaV1.Issue[],
): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) =>
    `args${(path ?? []).map(describeStep).join("")}: ${message}`
  );
  const more = issues.length > ISSUES_SHOWN ? `; and ${issues.length - ISSUES_SHOWN} more` : "";
  return `The input does not fit task "${method}": ${shown.join("; ")}${more}`;
}

function describeStep(step: PropertyKey | StandardSchemaV1.PathSegment): string {
  const key = typeof step === "object" ? step.key : step;
  return typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)
    ? `.${key}`
    : `[${typeof key === "number" ? key : JSON.stringify(String(key))}]`;
}

function findDependency(
  deps: readonly DependencyResult[],
  keyOrId: string,
): DependencyResult | undefined {
  return deps.find(({ key }) => key === keyOrId) ?? deps.find(({ id }) => id === keyOrId);
}

function omittedText(name: string): string {
  return `Cannot hand over the result of dependency "${name}": the results of all dependencies ` +
    `are together longer than ${LIMITS.dependencyResultBytes} bytes`;
}

function isList(value: TaskValue): value is readonly TaskValue[] {
  return Array.isArray(value);
}
