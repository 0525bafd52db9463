/** What the command palette offers: pages, things of the server, and what can be done anywhere. */
import type { TaskView, WorkflowView } from "../../schema.ts";
import type { IconName } from "../ui/icon_paths.ts";

/** Something to go to or to do. */
export interface Command {
  /** Among all. */
  readonly id: string;
  readonly group: "Pages" | "Tasks" | "Workflows" | "Queues" | "Methods" | "Actions";
  readonly label: string;
  /** What tells it from others of the same label. */
  readonly hint?: string;
  readonly icon: IconName;
  /** Where it leads, or what it does. */
  readonly run: string | (() => void);
}

/** A page, as far as it matters here. */
interface NamedPage {
  readonly path: string;
  readonly navigation?: { readonly label: string; readonly icon: IconName };
}

/** What the server found. */
export interface Found {
  readonly tasks: readonly TaskView[];
  readonly workflows: readonly WorkflowView[];
  readonly queues: readonly string[];
  readonly methods: readonly string[];
}

/** The pages of the navigation. */
export function pageCommands(pages: readonly NamedPage[]): Command[] {
  return pages.flatMap(({ path, navigation }) =>
    navigation === undefined ? [] : [{
      id: `page ${path}`,
      group: "Pages" as const,
      label: navigation.label,
      icon: navigation.icon,
      run: path,
    }]
  );
}

/** All that was found. */
export function foundCommands({ tasks, workflows, queues, methods }: Found): Command[] {
  const to = encodeURIComponent;
  return [
    ...tasks.map(({ id, method, status }): Command => ({
      id: `task ${id}`,
      group: "Tasks",
      label: id,
      hint: `${method}, ${status}`,
      icon: "list",
      run: `/tasks/${to(id)}`,
    })),
    ...workflows.map(({ id, name, status }): Command => ({
      id: `workflow ${id}`,
      group: "Workflows",
      label: name ?? id,
      hint: name === null ? status : `${id}, ${status}`,
      icon: "graph",
      run: `/workflows/${to(id)}`,
    })),
    ...queues.map((name): Command => ({
      id: `queue ${name}`,
      group: "Queues",
      label: name,
      hint: "its tasks",
      icon: "queue",
      run: `/tasks?queue=${to(name)}`,
    })),
    ...methods.map((name): Command => ({
      id: `method ${name}`,
      group: "Methods",
      label: name,
      hint: "submit a task",
      icon: "method",
      run: `/methods/${to(name)}`,
    })),
  ];
}

/** Those of `commands` whose words `text` has the beginnings of, in any order. */
export function matchingCommands(commands: readonly Command[], text: string): Command[] {
  const wanted = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return commands.filter(({ label, group }) => {
    const words = `${group} ${label}`.toLowerCase().split(/[\s-]+/);
    return wanted.every((start) => words.some((word) => word.startsWith(start)));
  });
}

/** `commands` by group, in the order of their first. */
export function groupCommands(
  commands: readonly Command[],
): readonly (readonly [group: string, commands: readonly Command[]])[] {
  return [...Map.groupBy(commands, ({ group }) => group)];
}
