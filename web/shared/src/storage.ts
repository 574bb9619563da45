// Small choices that a browser keeps between loads. Where it refuses (all of a site's data blocked), even reading
// throws; the choices then last as long as the page.

export const storage: Pick<Storage, 'getItem' | 'setItem'> = ofBrowser() ?? forgetful();

function ofBrowser(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function forgetful(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
  };
}
