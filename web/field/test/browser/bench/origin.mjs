// The centre behind one address that can be taken away: then the phone is offline, whatever it tries. It also says
// that the page stands alone (cross-origin isolated), which Chromium wants before it tells how much memory it uses.

import { createServer, request } from 'node:http';

const ALONE = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export async function stand(centre) {
  const { hostname, port } = new URL(centre);
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const on = request({ hostname, port, method, path, headers }, (came) => {
      answer.writeHead(came.statusCode, { ...came.headers, ...ALONE });
      came.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  });
  const listen = (at) => new Promise((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const { port: own } = server.address();
  return {
    url: `http://127.0.0.1:${own}`,
    online: () => listen(own),
    offline: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
