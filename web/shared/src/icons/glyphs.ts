// Our own icons: stroke paths on a 24 x 24 grid. The same paths are drawn as SVG in the page and by Path2D into
// map images, so a category looks alike in a list and on the map.

export const GLYPHS = {
  // Incident categories (codes of the incident-type registry).
  reclamation: 'M4 20h16 M5 16c2-2 4-2 6 0s4 2 8 0 M12 12V4 M12 8c-3 0-4-2-4-4 M12 9c3 0 4-2 4-4',
  mining: 'M5 20L16 9 M8 5c5-1 10 3 11 9 M13 6l5 5',
  soil: 'M3 19h18 M6 19l4-8 3 4 2-3 3 7 M14 4l5 3-2 3',
  construction: 'M4 20V9l8-5 8 5v11 M4 20h16 M9 20v-6h6v6',
  dumping: 'M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13 M10 11v5 M14 11v5',
  grazing_ban: 'M6 9c0-3 2-5 6-5s6 2 6 5v4c0 4-3 7-6 7s-6-3-6-7z M3 8l3 2 M21 8l-3 2 M10 12h.01 M14 12h.01',
  overload: 'M4 18v-5a4 4 0 014-4h8a4 4 0 014 4v5 M8 18v-3 M16 18v-3 M12 6V3 M9 5l3-3 3 3',
  off_road:
    'M3 15h18 M5 15l2-5h7l4 5 M7.5 15a2 2 0 100 4 2 2 0 000-4z M16.5 15a2 2 0 100 4 2 2 0 000-4z M2 21c3-1.5 5 1.5 8 0s5 1.5 8 0l4 0',
  poaching: 'M12 3v4 M12 17v4 M3 12h4 M17 12h4 M12 6a6 6 0 100 12 6 6 0 000-12z M12 12h.01',
  herb_digging: 'M12 21v-9 M12 12c-5 0-7-3-7-7 5 0 7 3 7 7z M12 14c4 0 6-2 6-6-4 0-6 2-6 6z',
  fire: 'M12 21c-4 0-6-3-6-6 0-4 4-5 4-11 4 2 8 6 8 11 0 3-2 6-6 6z M12 21c-2 0-3-1.5-3-3s2-2 3-4c1 2 3 2.5 3 4s-1 3-3 3z',
  fence: 'M5 20V7l2-2 2 2v13 M15 20V7l2-2 2 2v13 M2 10h20 M2 15h20',
  other: 'M12 4a8 8 0 100 16 8 8 0 000-16z M12 8v5 M12 16h.01',

  // Transports.
  horse:
    'M20 3l-2.5 2-3 5H7.5C5.5 10 4.5 11 4 13l-1.5 3 M20 3l.5 2 2 2.5-1 1.5-2.5-.5-2.5 4.5V21 M5.5 13.5L6 16l-1 2v3 M8 15l.5 2v4 M8 15h6l.5 6',
  motorcycle:
    'M5.5 13a3.5 3.5 0 100 7 3.5 3.5 0 000-7z M18.5 13a3.5 3.5 0 100 7 3.5 3.5 0 000-7z M5.5 16.5h6l5-6H9L5 9.5 M16.5 10.5l2 6 M13.5 6.5h2.5l1 4',
  foot: 'M13 2.5a1.7 1.7 0 100 3.4 1.7 1.7 0 000-3.4z M12.5 8.5l-1.5 6 3.5 3 1 4.5 M11 14.5L8 22 M12.5 8.5L8 11v3.5 M12.5 8.5l2.5 4 3.5 1',
  vehicle:
    'M3 16v-4l3-5h9l4 5h2v4h-2 M3 16h2 M9 16h6 M7 14.5a2 2 0 100 4 2 2 0 000-4z M17 14.5a2 2 0 100 4 2 2 0 000-4z M6 12h12',
  newer: 'M12 4a8 8 0 100 16 8 8 0 000-16z M12 8v8 M8 12h8',

  // Interface.
  map: 'M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2z M9 4v14 M15 6v14',
  incident: 'M5 21V4 M5 5c5-3 9 3 14 0v9c-5 3-9-3-14 0',
  patrol: 'M5 17a2 2 0 100 4 2 2 0 000-4z M19 3a2 2 0 100 4 2 2 0 000-4z M7 19h8a4 4 0 000-8H9a3 3 0 010-6h8',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14z M16 16l5 5',
  filter: 'M4 6h16 M7 12h10 M10 18h4',
  layers: 'M12 3l9 5-9 5-9-5z M3 13l9 5 9-5',
  list: 'M9 6h12 M9 12h12 M9 18h12 M4 6h.01 M4 12h.01 M4 18h.01',
  close: 'M6 6l12 12 M18 6L6 18',
  check: 'M4 12l5 5L20 6',
  down: 'M6 9l6 6 6-6',
  right: 'M9 6l6 6-6 6',
  left: 'M15 6l-6 6 6 6',
  up: 'M6 15l6-6 6 6',
  back: 'M20 12H4 M10 6l-6 6 6 6',
  plus: 'M12 5v14 M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5 M20 9V4h-5 M4 15v5h5 M20 15v5h-5',
  north: 'M12 3l5 17-5-4-5 4z',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8z M12 2v2 M12 20v2 M2 12h2 M20 12h2 M5 5l1.5 1.5 M17.5 17.5L19 19 M5 19l1.5-1.5 M17.5 6.5L19 5',
  moon: 'M20 14A8 8 0 1110 4a6.5 6.5 0 0010 10z',
  auto: 'M12 4a8 8 0 100 16 8 8 0 000-16z M12 4v16 M12 8h7 M12 12h8 M12 16h7',
  language: 'M3 6h10 M8 4v2 M11 6c-1 4-4 7-8 8 M5 9c1 3 4 5 7 6 M12 20l4-10 4 10 M13.5 17h5',
  help: 'M12 3a9 9 0 100 18 9 9 0 000-18z M9.5 9.5a2.5 2.5 0 115 0c0 2-2.5 2-2.5 4 M12 17h.01',
  logout: 'M10 4H5v16h5 M15 8l4 4-4 4 M19 12H9',
  user: 'M12 4a4 4 0 100 8 4 4 0 000-8z M4 20c1-4 4-6 8-6s7 2 8 6',
  users:
    'M9 5a3.5 3.5 0 100 7 3.5 3.5 0 000-7z M2.5 19c.5-3.5 3-5 6.5-5s6 1.5 6.5 5 M16 5.5a3.5 3.5 0 010 6.5 M18 14.5c2 .5 3 2 3.5 4.5',
  download: 'M12 4v11 M7 11l5 5 5-5 M4 20h16',
  clock: 'M12 4a8 8 0 100 16 8 8 0 000-16z M12 8v4l3 2',
  warn: 'M12 4L2.5 20h19z M12 10v4 M12 17h.01',
  offline: 'M3 3l18 18 M2 9a14 14 0 015-3 M22 9a14 14 0 00-10-4 M6 13a9 9 0 014-2 M18 13l-2-1 M12 18h.01',
  lock: 'M6 11h12v9H6z M8.5 11V8a3.5 3.5 0 017 0v3',
  empty: 'M4 13l3-8h10l3 8v6H4z M4 13h5l1 3h4l1-3h5',
  refresh: 'M20 11a8 8 0 00-14-4L4 9 M4 4v5h5 M4 13a8 8 0 0014 4l2-2 M20 20v-5h-5',
  copy: 'M9 9h11v11H9z M5 15H4V4h11v1',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4z M12 10a3.5 3.5 0 100 7 3.5 3.5 0 000-7z',
  pin: 'M12 21c-5-6-7-8-7-11a7 7 0 0114 0c0 3-2 5-7 11z M12 7.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z',
  gavel: 'M4 20h9 M14 4l6 6 M11 7l6 6 M13 9l-8 8 M10 8l5-5 M16 14l5-5',
  history: 'M4 12a8 8 0 108-8c-3 0-5 1-7 4 M4 4v4h4 M12 8v4l3 2',
  conflict: 'M8 4v5l4 4 4-4V4 M12 13v7 M5 7l3-3 3 3 M13 7l3-3 3 3',
  typed: 'M4 20l1-5L16 4l4 4L9 19z M14 6l4 4',
  measured_gnss:
    'M12 4a8 8 0 100 16 8 8 0 000-16z M12 9a3 3 0 100 6 3 3 0 000-6z M12 1v3 M12 20v3 M1 12h3 M20 12h3',
  drawn: 'M5 18L9 6l10 4-5 9z M5 18h.01 M9 6h.01 M19 10h.01 M14 19h.01',
  offset: 'M6.5 17.5L19 5 M19 5h-6 M19 5v6 M5 17a2 2 0 100 4 2 2 0 000-4z',
  imported: 'M12 3v11 M8 10l4 4 4-4 M4 15v5h16v-5',
  proof: 'M12 3l8 3v6c0 5-3 7-8 9-5-2-8-4-8-9V6z M8.5 12l2.5 2.5 5-5',
  columns: 'M4 5h16v14H4z M10 5v14 M15 5v14',
  keyboard: 'M2 7h20v11H2z M6 11h.01 M10 11h.01 M14 11h.01 M18 11h.01 M8 15h8',

  // The officer's app.
  // Sliders: a cog at this size is a sun.
  settings: 'M3 7h9 M18 7h3 M15 4a3 3 0 100 6 3 3 0 000-6z M3 17h3 M12 17h9 M9 14a3 3 0 100 6 3 3 0 000-6z',
  upload: 'M12 15V4 M7 9l5-5 5 5 M4 20h16',
  pause: 'M8 5v14 M16 5v14',
  play: 'M7 4.5v15l12-7.5z',
  stop: 'M6 6h12v12H6z',
  record: 'M12 5a7 7 0 100 14 7 7 0 000-14z M12 9a3 3 0 100 6 3 3 0 000-6z',
  microphone: 'M12 3a3 3 0 00-3 3v6a3 3 0 006 0V6a3 3 0 00-3-3z M5 11a7 7 0 0014 0 M12 18v3 M8 21h8',
  battery: 'M3 8h15v8H3z M20 10.5v3 M6 11v2 M9 11v2',
  satellite: 'M12 13l3 3 M9 4l5 5-4 4-5-5z M14 9l2-2 5 5-4 4-3-3 M4 15a5 5 0 005 5 M4 19h.01',
  saved: 'M5 4h11l3 3v13H5z M8 4v5h7V4 M8 20v-6h8v6',
  walk_line: 'M5 19a1.5 1.5 0 100-.01 M19 5a1.5 1.5 0 100-.01 M6 18c2-6 4 0 7-4s0-5 5-8',
  undo: 'M4 9h10a5 5 0 010 10h-4 M8 5L4 9l4 4',
  flash: 'M13 2L5 14h6l-1 8 8-12h-6z',
} as const;

export type Glyph = keyof typeof GLYPHS;

export function glyphOf(name: string, fallback: Glyph): Glyph {
  return Object.hasOwn(GLYPHS, name) ? (name as Glyph) : fallback;
}
