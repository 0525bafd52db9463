/** Light, dark, or what the system says: kept in this browser, applied to the whole page. */

/** What one can choose. */
export type Theme = "auto" | "light" | "dark";

const KEY = "dtask.theme";

/** The choice as it was left. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** Keeps `theme` and shows the page in it. */
export function chooseTheme(theme: Theme): void {
  if (theme === "auto") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme();
}

/** Shows the page in the chosen theme. */
export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
