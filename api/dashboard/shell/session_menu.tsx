/** Theme and session: who is signed in, until when, with which scopes. */
import { useState } from "react";
import { signOut, useSession } from "../session/session.ts";
import { Menu, MenuChoice, MenuItem, MenuText } from "../ui/menu.tsx";
import { formatTime } from "../ui/format.ts";
import { chooseTheme, chosenTheme, type Theme } from "./theme.ts";

const THEMES: Readonly<Record<Theme, string>> = {
  auto: "Theme of the system",
  light: "Light theme",
  dark: "Dark theme",
};

/** The menu at the end of the header. */
export function SessionMenu() {
  const { token, subject, scopes, expiresAt } = useSession();
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme) => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <Menu label="Session and theme" icon="person">
      {token === null ? <MenuText>This node asks for no token.</MenuText> : (
        <MenuText>
          {subject === "" ? "Signed in" : `Signed in as ${subject}`}
          <br />
          <span className="muted">
            {[...scopes].join(", ")}
            {expiresAt === null ? "" : ` · until ${formatTime(expiresAt)}`}
          </span>
        </MenuText>
      )}
      {(Object.keys(THEMES) as Theme[]).map((name) => (
        <MenuChoice
          key={name}
          chosen={name === theme}
          onClick={() => choose(name)}
        >
          {THEMES[name]}
        </MenuChoice>
      ))}
      {token === null ? null : <MenuItem onClick={() => signOut()}>Sign out</MenuItem>}
    </Menu>
  );
}
