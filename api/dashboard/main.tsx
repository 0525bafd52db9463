/** Entry of the dashboard in the browser. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { applyTheme } from "./shell/theme.ts";

applyTheme();
const root = document.getElementById("app");
if (root === null) throw new Error("The page has no element for the dashboard");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
