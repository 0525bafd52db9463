/** The look of the pages, in light and dark. */
export const PAGE_STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:60rem;margin:auto;padding:1rem 1.5rem 4rem}
h2{margin-top:2.5rem}
pre,code{font:14px/1.45 ui-monospace,monospace}
pre{overflow:auto;padding:.75rem;border:1px solid #8885;border-radius:6px}
details{border:1px solid #8885;border-radius:6px;margin:.5rem 0;padding:.4rem .75rem}
summary{cursor:pointer}
.verb{display:inline-block;min-width:4.5rem;font-weight:700;text-transform:uppercase}
.muted{opacity:.7}
table{border-collapse:collapse}
td,th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}`;
