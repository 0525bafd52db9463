/** The pictures that stand beside words. */

/** Paths on a grid of 16, drawn as lines. */
export const ICON_PATHS = {
  arrow_left: "M10 3 5 8l5 5",
  arrow_right: "m6 3 5 5-5 5",
  blocked: "M4 4.5h8v7H4z M6 2.5v2 M10 2.5v2",
  book: "M3 3h4.2L8 4l.8-1H13v9.5H9L8 13.5l-1-1H3z M8 4v9",
  calendar: "M2.5 4h11v9.5h-11z M2.5 7h11 M5.5 2.5v3 M10.5 2.5v3",
  cancelled: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z M4 12l8-8",
  chart: "M2.5 13.5h11 M4 11V8 M8 11V3.5 M12 11V6",
  check: "m3 8.5 3.2 3.5L13 4.5",
  chevron: "m4 6 4 4 4-4",
  clock: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z M8 5v3.2l2.2 1.6",
  close: "m4 4 8 8 M12 4l-8 8",
  copy: "M5.5 5.5h8v8h-8z M10.5 5.5v-3h-8v8h3",
  failed: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z M8 5v3.5 M8 11v.1",
  gear:
    "M8 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z M8 1.5v2 M8 12.5v2 M1.5 8h2 M12.5 8h2 M3.4 3.4l1.4 1.4 M11.2 11.2l1.4 1.4 M3.4 12.6l1.4-1.4 M11.2 4.8l1.4-1.4",
  graph: "M2 6h4v4H2z M10 2h4v4h-4z M10 10h4v4h-4z M6 8h2V4h2 M8 8v4h2",
  home: "M2.5 8 8 3l5.5 5 M4 7v6.5h8V7",
  inbox: "M2.5 9h3.2l1 2h2.6l1-2h3.2 M2.5 9l2-6h7l2 6v4.5h-11z",
  list: "M5.5 4h8 M5.5 8h8 M5.5 12h8 M2.5 4h.1 M2.5 8h.1 M2.5 12h.1",
  menu: "M2.5 4h11 M2.5 8h11 M2.5 12h11",
  method:
    "M10 2.5c-2 0-2.2 1-2.4 2.6L6.5 11c-.2 1.6-.6 2.5-2.5 2.5 M5 6.5h5 M10 9.5l3 4 M13 9.5l-3 4",
  pause: "M5.5 3.5v9 M10.5 3.5v9",
  pending: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z M5 8h.1 M8 8h.1 M11 8h.1",
  person: "M8 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z M3 13.5c.4-2.8 2.2-4 5-4s4.6 1.2 5 4",
  play: "M5 3.5 12 8l-7 4.5z",
  plus: "M8 3v10 M3 8h10",
  queue: "M2.5 3h11v3h-11z M2.5 8h11 M2.5 10.5h11 M2.5 13h11",
  retry: "M13 8a5 5 0 1 1-1.5-3.6L13 6 M13 2.5V6H9.5",
  running: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z M6.7 5.5 10.5 8l-3.8 2.5z",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z M10.3 10.3l3.2 3.2",
  skipped: "m3 4 4.5 4L3 12z M9 4l4.5 4L9 12z",
  trash: "M3 4.5h10 M6 4.5v-2h4v2 M4.5 4.5l.6 9h5.8l.6-9",
  tray: "M2.5 3.5h11v9h-11z M5.5 6l5 4 M10.5 6l-5 4",
} as const;

/** Which picture. */
export type IconName = keyof typeof ICON_PATHS;
