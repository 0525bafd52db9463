/** Small pictures beside words; never instead of them, so screen readers pass over them. */
import { ICON_PATHS, type IconName } from "./icon_paths.ts";

export type { IconName };

/** One picture, as high as the text beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
