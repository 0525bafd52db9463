/** One field that goes anywhere: Ctrl-K, ⌘-K or `/` opens it. */
import * as Ariakit from "@ariakit/react";
import { type RefObject, useEffect, useEffectEvent, useState } from "react";
import { useLocation } from "wouter";
import { useSearch } from "../data/search.ts";
import { PAGES } from "../pages/pages.ts";
import { signOut, useSession } from "../session/session.ts";
import { allows } from "../session/token.ts";
import { Icon } from "../ui/icon.tsx";
import {
  type Command,
  foundCommands,
  groupCommands,
  matchingCommands,
  pageCommands,
} from "./commands.ts";
import { chooseTheme } from "./theme.ts";

interface CommandPaletteProps {
  readonly open: boolean;
  /** Where the page is. */
  readonly page: RefObject<HTMLElement | null>;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

/** So long after the last letter the server is asked. */
const TYPING_MS = 150;

/** The palette, and the keys that open it. */
export function CommandPalette({ open, page, onOpen, onClose }: CommandPaletteProps) {
  useOpeningKeys(onOpen);
  const [leads, setLeads] = useState(false);
  useEffect(() => {
    if (open) setLeads(false);
  }, [open]);
  return (
    <Ariakit.Dialog
      open={open}
      onClose={onClose}
      unmountOnHide
      {
        // The page that one goes to has the focus then; without one, it goes back to where it was.
        ...(leads ? { finalFocus: page } : {})
      }
      className="dialog palette"
      backdrop={<div className="backdrop" />}
      aria-label="Go to a page, a task, a workflow, a queue or a method"
    >
      <Palette
        onRun={(leads) => {
          setLeads(leads);
          onClose();
        }}
      />
    </Ariakit.Dialog>
  );
}

interface PaletteProps {
  /** One was chosen; `leads`: to another page. */
  readonly onRun: (leads: boolean) => void;
}

function Palette({ onRun }: PaletteProps) {
  const [text, setText] = useState("");
  const [, navigate] = useLocation();
  const commands = useCommands(text.trim());
  const run = (command: Command) => {
    onRun(typeof command.run === "string");
    if (typeof command.run === "string") navigate(command.run);
    else command.run();
  };
  return (
    <Ariakit.ComboboxProvider open value={text} setValue={setText} includesBaseElement={false}>
      <Ariakit.Combobox
        autoSelect="always"
        className="palette-input"
        placeholder="Task id, workflow, queue, method or page"
        aria-label="Go to"
      />
      <Ariakit.ComboboxList alwaysVisible className="palette-list" aria-label="Results">
        {groupCommands(commands).map(([group, ofGroup]) => (
          <Ariakit.ComboboxGroup key={group} className="palette-group">
            <Ariakit.ComboboxGroupLabel className="palette-label">
              {group}
            </Ariakit.ComboboxGroupLabel>
            {ofGroup.map((command) => (
              <Ariakit.ComboboxItem
                key={command.id}
                value={command.label}
                className="menu-item"
                focusOnHover
                hideOnClick={false}
                setValueOnClick={false}
                onClick={() => run(command)}
              >
                <Icon name={command.icon} />
                <span>{command.label}</span>
                {command.hint === undefined ? null : <span className="muted">{command.hint}</span>}
              </Ariakit.ComboboxItem>
            ))}
          </Ariakit.ComboboxGroup>
        ))}
      </Ariakit.ComboboxList>
      {commands.length > 0 ? null : (
        <p className="palette-nothing" role="status">
          Nothing of that name. Ids are found by their beginning.
        </p>
      )}
    </Ariakit.ComboboxProvider>
  );
}

function useCommands(text: string): readonly Command[] {
  const { scopes, token } = useSession();
  const found = useSearch(useSettled(text)).data;
  const pages = PAGES.filter(({ scope = "tasks:read" }) => allows(scopes, scope));
  const own = matchingCommands([...pageCommands(pages), ...actions(token !== null)], text);
  return text === "" || found === undefined ? own : [...own, ...foundCommands(found)];
}

function actions(signedIn: boolean): readonly Command[] {
  const action = (label: string, icon: Command["icon"], run: () => void): Command => ({
    id: `action ${label}`,
    group: "Actions",
    label,
    icon,
    run,
  });
  return [
    action("Light theme", "gear", () => chooseTheme("light")),
    action("Dark theme", "gear", () => chooseTheme("dark")),
    action("Theme of the system", "gear", () => chooseTheme("auto")),
    action("API documentation", "book", () => location.assign("/docs")),
    ...(signedIn ? [action("Sign out", "person", () => signOut())] : []),
  ];
}

/** `text` once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function useOpeningKeys(onOpen: () => void): void {
  const opening = useEffectEvent((event: KeyboardEvent) => {
    const chord = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyping(event.target);
    if (!chord && !slash) return;
    event.preventDefault();
    onOpen();
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => opening(event);
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
