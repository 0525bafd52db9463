import { dirname, join } from "node:path/posix";
import type { Finding } from "./finding.ts";
import { ENTRIES, type ModuleRule, MODULES, PACKAGE_OWNERS } from "./rules.ts";
import type { ImportSite, SourceFile } from "./source_file.ts";

/** Finds imports against the direction of the architecture, and cycles of modules that load. */
export function checkImports(
  files: readonly SourceFile[],
  importMap: Readonly<Record<string, string>>,
): Finding[] {
  const findings = files.flatMap((file) =>
    file.imports.flatMap((site) => checkImport(file.path, site, importMap))
  );
  return [...findings, ...findCycles(files, importMap)];
}

/** The part of the project that `path` belongs to. */
export function moduleOf(path: string): ModuleRule | undefined {
  return MODULES.find((rule) => rule.files.test(path));
}

function checkImport(
  path: string,
  site: ImportSite,
  importMap: Readonly<Record<string, string>>,
): Finding[] {
  const refuse = (message: string): Finding[] => [
    { severity: "error", path, line: site.line, message },
  ];
  const from = moduleOf(path);
  if (from === undefined) return refuse("belongs to no module of the architecture");
  const target = resolveImport(path, site.specifier, importMap);
  if (target === null) return checkPackage(from, site.specifier, importMap).flatMap(refuse);
  const to = moduleOf(target);
  if (to === undefined) return refuse(`imports ${target}, which belongs to no module`);
  if (ENTRIES.test(target) && to.name !== from.name) {
    return refuse(`imports ${target}, which is started or loaded by URL, never imported`);
  }
  if (to.name === from.name) {
    return ENTRIES.test(target) && to.name !== "tests"
      ? refuse(`imports the worker entry ${target}, which is loaded by URL`)
      : [];
  }
  if (!from.mayImport.includes("*") && !from.mayImport.includes(to.name)) {
    return refuse(`${from.name} may not import ${to.name} (${target})`);
  }
  if (from.typesOnly === true && !site.typeOnly) {
    return refuse(`${from.name} may import only types of ${to.name} (${target})`);
  }
  return [];
}

function checkPackage(
  from: ModuleRule,
  specifier: string,
  importMap: Readonly<Record<string, string>>,
): string[] {
  if (specifier.startsWith("node:")) return [];
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  if (!(name in importMap) && !(`${name}/` in importMap)) {
    return [`imports ${specifier}, which is not a name of the import map`];
  }
  const owners = PACKAGE_OWNERS[name];
  if (owners === undefined || owners.includes(from.name) || from.name === "tests") return [];
  return [`${from.name} may not import ${name}: only ${owners.join(", ")} may`];
}

/** The file of the project that `specifier` means, or null for a package. */
function resolveImport(
  path: string,
  specifier: string,
  importMap: Readonly<Record<string, string>>,
): string | null {
  if (specifier.startsWith(".")) return join(dirname(path), specifier);
  const mapped = importMap[specifier];
  return mapped?.startsWith("./") ? join(mapped) : null;
}

/** Cycles among the modules that load one another; imports of types alone load nothing. */
function findCycles(
  files: readonly SourceFile[],
  importMap: Readonly<Record<string, string>>,
): Finding[] {
  const edges = new Map(files.map((file) => [
    file.path,
    file.imports.filter((site) => !site.typeOnly).flatMap((site) =>
      resolveImport(file.path, site.specifier, importMap) ?? []
    ),
  ]));
  const finished = new Set<string>();
  const trail: string[] = [];
  const findings: Finding[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const message = `import cycle: ${[...trail.slice(start), path].join(" → ")}`;
      findings.push({ severity: "error", path, line: 0, message });
      return;
    }
    if (finished.has(path)) return;
    trail.push(path);
    edges.get(path)?.forEach(visit);
    trail.pop();
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return findings;
}
