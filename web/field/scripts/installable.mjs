// What a browser and an operating system ask of an app that is installed.

import assert from 'node:assert/strict';

/** Fails with what is missing. The page is open, online, and its worker is there. */
export async function installable({ context, page }) {
  const session = await context.newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors, []);
  const { data, errors } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.match(manifest.name, /\p{Script=Han}/u);
  const { lang, start_url, scope, id, display, theme_color, background_color } = manifest;
  assert.deepEqual(
    [lang, start_url, scope, id, display],
    ['zh-CN', '/field/', '/field/', '/field/', 'standalone'],
  );
  for (const colour of [theme_color, background_color]) assert.match(colour, /^#[0-9A-F]{6}$/i);
  await icons(page, manifest);
  const head = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    viewport: document.querySelector('meta[name=viewport]').content,
    theme: document.querySelector('meta[name=theme-color]').content,
    controlled: navigator.serviceWorker.controller?.scriptURL,
    plain: performance.getEntriesByType('resource').filter(({ name }) => !name.startsWith(location.origin)),
  }));
  assert.match(head.viewport, /width=device-width, initial-scale=1/);
  assert.equal(head.lang, 'zh-CN');
  assert.equal(head.theme, theme_color);
  assert.match(head.controlled, /\/field\/sw\.js$/);
  assert.deepEqual(head.plain, []);
}

/** Each icon is there, is a picture, and has the size that the manifest says. */
async function icons(page, manifest) {
  const purposes = manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`);
  for (const wanted of ['192x192 any', '512x512 any', '512x512 maskable'])
    assert.ok(purposes.includes(wanted));
  const touch = await page.getAttribute('link[rel=apple-touch-icon]', 'href');
  const listed = manifest.icons.map(({ src, sizes }) => [src, sizes]);
  for (const [src, sizes] of [...listed, [touch, '192x192']]) {
    const size = await page.evaluate(async (path) => {
      const picture = await createImageBitmap(await (await fetch(path)).blob());
      return `${picture.width}x${picture.height}`;
    }, src);
    assert.equal(size, sizes, src);
  }
}
