// Development only: pictures of steppe drawn as SVG, different for every hash.

import { Random } from '../../shared/src/planted/random.ts';

export function photo(hash: string, width: number, height: number): string {
  const random = new Random(Number.parseInt(hash.slice(2, 10), 16));
  const dusk = random.next();
  const sky = [
    `hsl(${dusk < 0.6 ? 205 : 28} ${40 + dusk * 20}% ${74 - dusk * 12}%)`,
    `hsl(${dusk < 0.6 ? 200 : 40} 45% 90%)`,
  ];
  const grass = `hsl(${58 + random.next() * 30} ${28 + random.next() * 14}% ${40 + random.next() * 12}%)`;
  const horizon = 200 + random.between(-30, 40);
  const hills = [0, 1, 2].map((i) => {
    const y = horizon - 30 + i * 18;
    const a = random.between(20, 60);
    return `<path d="M0 ${y} C120 ${y - a} 220 ${y + a * 0.6} 340 ${y - a * 0.4} S560 ${y + 20} 640 ${y - a * 0.5} V480 H0Z" fill="hsl(${70 + i * 12} ${16 + i * 4}% ${58 - i * 8}%)"/>`;
  });
  const furrows = Array.from({ length: 16 }, (_, i) => {
    const x = 320 + (i - 8) * 22;
    return `<path d="M${x} ${horizon + 60} L${320 + (i - 8) * 95} 480" stroke="hsl(28 30% ${24 + (i % 2) * 7}%)" stroke-width="${4 + Math.abs(i - 8) * 0.5}"/>`;
  });
  const ploughed = random.next() > 0.4;
  const field = `<path d="M60 480 L230 ${horizon + 60} H430 L600 480Z" fill="hsl(27 32% 33%)"/>${furrows.join('')}`;
  const posts = Array.from(
    { length: 9 },
    (_, i) => `<path d="M${i * 80 + 10} ${horizon + 26} v46" stroke="#5b5145" stroke-width="4"/>`,
  );
  const wire = `<path d="M0 ${horizon + 38} H640 M0 ${horizon + 54} H640" stroke="#776c5e" stroke-width="1.5"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${sky[0]}"/><stop offset="1" stop-color="${sky[1]}"/></linearGradient></defs><rect width="640" height="480" fill="url(#s)"/>${hills.join('')}<rect y="${horizon + 24}" width="640" height="300" fill="${grass}"/>${ploughed ? field : posts.join('') + wire}</svg>`;
}
