// Whether the operator installed a base map: asked once a page load.

let asked: Promise<string | null> | undefined;

/** Address of the archive for the pmtiles protocol, or null. */
export function basemapUrl(): Promise<string | null> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<string | null> {
  const url = new URL('/basemap.pmtiles', location.origin).href;
  try {
    // A small range rather than HEAD: it is the request the map makes, so it proves what the map needs.
    const response = await fetch(url, { headers: { Range: 'bytes=0-15' } });
    if (!response.ok) return null;
    const head = new Uint8Array(await response.arrayBuffer()).subarray(0, 7);
    return new TextDecoder().decode(head) === 'PMTiles' ? url : null;
  } catch {
    asked = undefined;
    return null;
  }
}
