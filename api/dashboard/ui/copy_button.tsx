/** Copies a text. */
import { Button } from "./button.tsx";
import { toast } from "./toast.ts";

interface CopyButtonProps {
  /** A function where it is long to make. */
  readonly text: string | (() => string);
  /** What is copied: `Copy id`. */
  readonly label: string;
}

/** Says afterwards what happened. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      toast("Copied");
    } catch {
      toast("The browser does not let this page copy; select the text instead.", "problem");
    }
  };
  return <Button kind="quiet" icon="copy" iconOnly title={label} onClick={copy}>{label}</Button>;
}
