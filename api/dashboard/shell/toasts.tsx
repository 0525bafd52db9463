/** Short messages of what was done: read out, and gone by themselves unless something failed. */
import { useSyncExternalStore } from "react";
import { Button } from "../ui/button.tsx";
import { dismissToast, subscribeToToasts, toasts } from "../ui/toast.ts";

/** The messages, at the bottom. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribeToToasts, toasts);
  return (
    <section className="toasts" aria-label="Messages">
      <div aria-live="polite">
        {shown.map(({ id, text, kind }) => (
          <div key={id} className={`toast toast-${kind}`}>
            <span>{text}</span>
            <Button kind="quiet" icon="close" iconOnly onClick={() => dismissToast(id)}>
              Dismiss
            </Button>
          </div>
        ))}
      </div>
    </section>
  );
}
