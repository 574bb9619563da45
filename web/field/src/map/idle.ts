// Waiting until the page has nothing better to do. The map's code is a megabyte, and reading it holds up a tap.

/** Long enough for a slow phone to have set out. */
const AT_LATEST_MS = 1_500;

export function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no such question.
    if (typeof requestIdleCallback !== 'function') setTimeout(resolve, AT_LATEST_MS / 3);
    else requestIdleCallback(() => resolve(), { timeout: AT_LATEST_MS });
  });
}
