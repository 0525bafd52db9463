/** The dashboard: sign-in where it is needed, else the shell with the page of the address. */
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useLivePulse } from "./data/pulse.ts";
import { queryClient } from "./data/query_client.ts";
import { HOME, PAGES } from "./pages/pages.ts";
import { SignInForm } from "./session/sign_in_form.tsx";
import { useSession } from "./session/session.ts";
import { NoSuchPage } from "./shell/no_such_page.tsx";
import { Shell } from "./shell/shell.tsx";

/** The whole of what is seen. */
export function App() {
  const { signedIn, token } = useSession();
  return signedIn
    ? (
      <QueryClientProvider client={queryClient}>
        <SignedIn key={token} />
      </QueryClientProvider>
    )
    : <SignInForm />;
}

function SignedIn() {
  useLivePulse();
  // What one user has read is not for the next.
  useEffect(() => () => queryClient.clear(), []);
  const home = PAGES.some(({ path }) => path === "/");
  return (
    <Shell>
      <Switch>
        {PAGES.map(({ path, Page }) => (
          <Route key={path} path={path}>
            {({ target }: { target?: string }) => <Page key={target ?? ""} target={target ?? ""} />}
          </Route>
        ))}
        {home ? null : (
          <Route path="/">
            <Redirect to={HOME} replace />
          </Route>
        )}
        <Route>
          <NoSuchPage />
        </Route>
      </Switch>
    </Shell>
  );
}
