// Names of pages in the traditional Mongolian script, which runs downwards: shown beside the Cyrillic title where a
// column has room. A draft like all Mongolian here; what is not named stays in Cyrillic alone.

import type { Page } from '../state/route.ts';

export const DOWNWARD: Partial<Record<Page, string>> = {
  home: 'ᠡᠷᠭᠢᠭᠦᠯ',
  start: 'ᠡᠷᠭᠢᠭᠦᠯ',
  patrols: 'ᠡᠷᠭᠢᠭᠦᠯ',
  report: 'ᠮᠡᠳᠡᠭᠡ',
  incident: 'ᠬᠡᠷᠡᠭ',
  incidents: 'ᠪᠦᠷᠢᠳᠬᠡᠯ',
  map: 'ᠵᠢᠷᠤᠭ',
  tasks: 'ᠠᠵᠢᠯ',
  sos: 'ᠲᠤᠰᠠᠯᠠᠮᠵᠢ',
  enrol: 'ᠪᠦᠷᠢᠳᠬᠡᠯ',
};
