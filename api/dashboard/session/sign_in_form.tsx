/** The form that takes a token, for whoever did not come by the start-up link. */
import { type FormEvent, useId, useState } from "react";
import { checkToken } from "../data/api.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { useTitle } from "../ui/use_title.ts";
import { signIn, useSession } from "./session.ts";

/** Asks for a token, and uses it if the server takes it. */
export function SignInForm() {
  const { notice } = useSession();
  const { token, setToken, problem, checking, submit } = useSignIn();
  const title = useId();
  useTitle("Sign in");
  return (
    <main className="sign-in">
      <form className="sign-in-card" aria-labelledby={title} onSubmit={submit} noValidate>
        <h1 id={title}>Sign in to dtask</h1>
        {notice === null ? null : <p className="note note-warning" role="alert">{notice}</p>}
        <TextInput
          label="Token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={token}
          problem={problem}
          onChange={setToken}
        />
        <Button type="submit" kind="primary" busy={checking} disabled={token.trim() === ""}>
          Sign in
        </Button>
        <p className="muted">
          The node prints a link that signs in when it starts. On its machine,{" "}
          <code>dtask token</code> prints a token. It is kept for this tab only.
        </p>
      </form>
    </main>
  );
}

/** What the form holds, and what its button does. */
function useSignIn() {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [checking, setChecking] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setChecking(true);
    const refused = await checkToken(token.trim());
    setChecking(false);
    if (refused !== null) setProblem(refused);
    else if (!signIn(token)) setProblem("That is no token: it has three parts with dots between.");
  };
  const change = (value: string) => {
    setToken(value);
    setProblem(null);
  };
  return { token, setToken: change, problem, checking, submit };
}
