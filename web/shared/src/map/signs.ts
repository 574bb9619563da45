// Draws map signs into pixels. Shapes: severity as circle, square, diamond, octagon; last position as a disc whose
// fill fades with age, a clock badge for declared silence, a red ring when overdue; zones as hatches.

import { GLYPHS, glyphOf } from '../icons/glyphs.ts';
import { severityPath, severityTokens } from '../icons/severity.ts';
import { MAP_SIZES } from '../map-sizes.ts';
import { type Palette, transportToken, zoneToken } from './palette.ts';
import { parseSign, type SignName } from './sign-names.ts';

/** Images are drawn at twice the size so that they stay sharp on a dense screen. */
export const SIGN_RATIO = 2;

export function drawSign(name: string, palette: Palette): ImageData | null {
  const sign = parseSign(name);
  if (sign === null) return null;
  const size = sizeOf(sign);
  const canvas = document.createElement('canvas');
  canvas.width = size * SIGN_RATIO;
  canvas.height = size * SIGN_RATIO;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(SIGN_RATIO, SIGN_RATIO);
  context.lineJoin = 'round';
  context.lineCap = 'round';
  draw(context, sign, size, palette);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function sizeOf(sign: SignName): number {
  switch (sign.kind) {
    case 'incident':
      return MAP_SIZES.incident;
    case 'position':
      return MAP_SIZES.position;
    case 'alert':
      return MAP_SIZES.alert;
    case 'group':
      return MAP_SIZES.group;
    case 'hatch':
      return MAP_SIZES.hatch;
    case 'tick':
      return MAP_SIZES.tick;
  }
}

function draw(context: CanvasRenderingContext2D, sign: SignName, size: number, palette: Palette): void {
  switch (sign.kind) {
    case 'incident':
      drawIncident(context, sign.icon, sign.severity, size, palette);
      break;
    case 'position':
      drawPosition(context, sign, size, palette);
      break;
    case 'hatch':
      drawHatch(context, sign.zone, size, palette);
      break;
    case 'group':
      drawGroup(context, sign.worst, size, palette);
      break;
    case 'alert':
      drawAlert(context, size, palette);
      break;
    case 'tick':
      drawTick(context, sign.transport, size, palette);
      break;
  }
}

function drawIncident(
  context: CanvasRenderingContext2D,
  icon: string,
  severity: string,
  size: number,
  palette: Palette,
): void {
  const tokens = severityTokens(severity);
  const outline = new Path2D(severityPath(severity, size, 3));
  context.fillStyle = palette(tokens.fill);
  context.strokeStyle = palette('sign-case');
  context.lineWidth = 4;
  context.stroke(outline);
  context.fill(outline);
  context.strokeStyle = palette(tokens.line);
  context.lineWidth = 2;
  context.stroke(outline);
  const scale = (severity === 'high' ? 0.5 : 0.58) * (size / 24);
  drawGlyph(context, GLYPHS[glyphOf(icon, 'other')], size, scale, palette(tokens.icon));
}

function drawGlyph(
  context: CanvasRenderingContext2D,
  path: string,
  size: number,
  scale: number,
  colour: string,
) {
  context.save();
  context.translate(size / 2 - 12 * scale, size / 2 - 12 * scale);
  context.scale(scale, scale);
  context.strokeStyle = colour;
  context.lineWidth = 2.2;
  context.stroke(new Path2D(path));
  context.restore();
}

function drawPosition(
  context: CanvasRenderingContext2D,
  sign: Extract<SignName, { kind: 'position' }>,
  size: number,
  palette: Palette,
): void {
  const middle = size / 2;
  const radius = 7.5;
  const colour = palette(transportToken(sign.transport));
  disc(context, middle, middle, radius + 2.5, palette('sign-case'));
  disc(context, middle, middle, radius, sign.bucket === 'fresh' ? colour : palette('sign-paper'));
  if (sign.bucket === 'aging') {
    context.globalAlpha = 0.5;
    disc(context, middle, middle, radius, colour);
    context.globalAlpha = 1;
  }
  ring(context, middle, middle, radius - 1, colour, 2.5);
  if (sign.badge === 'overdue') ring(context, middle, middle, radius + 5, palette('sign-overdue'), 2.5);
  if (sign.badge === 'silent') drawClock(context, middle + 8, middle - 8, palette);
}

function drawClock(context: CanvasRenderingContext2D, x: number, y: number, palette: Palette): void {
  disc(context, x, y, 6.5, palette('sign-case'));
  disc(context, x, y, 5.5, palette('sign-ink'));
  context.strokeStyle = palette('sign-paper');
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y - 3);
  context.lineTo(x, y);
  context.lineTo(x + 2.5, y + 1);
  context.stroke();
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
}

function ring(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
  width: number,
) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** Lines of each hatch on a 12 x 12 tile that repeats without a seam. */
export const HATCHES: Record<string, string> = {
  grazing_ban: 'M-3 3L3 -3 M0 12L12 0 M9 15L15 9',
  core_reserve: 'M0 12L12 0 M0 0L12 12 M-1 1L1 -1 M11 13L13 11',
  mine: 'M-3 9L3 15 M0 0L12 12 M9 -3L15 3',
  pasture: 'M3 3h.3 M9 9h.3',
  border_belt: 'M6 -1V13',
};

function drawHatch(context: CanvasRenderingContext2D, kind: string, size: number, palette: Palette): void {
  const scale = size / 12;
  context.scale(scale, scale);
  context.globalAlpha = 0.55;
  context.strokeStyle = palette(zoneToken(kind));
  context.lineWidth = kind === 'pasture' ? 1.8 : 1.1;
  context.stroke(new Path2D(HATCHES[kind] ?? HATCHES.pasture));
}

/** Several in one place: the shape of the worst, with another behind it; the number is the map's own text. */
function drawGroup(context: CanvasRenderingContext2D, worst: string, size: number, palette: Palette): void {
  const position = worst === 'plain' || worst === 'overdue';
  const line = worst === 'overdue' ? 'sign-overdue' : 'sign-low';
  const tokens = position ? { fill: 'sign-paper', line } : severityTokens(worst);
  const outline = new Path2D(severityPath(position ? 'low' : worst, size, 6));
  for (const offset of [2.5, 0]) {
    context.save();
    context.translate(offset, -offset);
    context.strokeStyle = palette('sign-case');
    context.lineWidth = 3.5;
    context.stroke(outline);
    context.fillStyle = palette(tokens.fill);
    context.fill(outline);
    context.strokeStyle = palette(tokens.line);
    context.lineWidth = 1.6;
    context.stroke(outline);
    context.restore();
  }
}

/** A call for help: the one sign in solid red with a ring, on top of everything. */
function drawAlert(context: CanvasRenderingContext2D, size: number, palette: Palette): void {
  const middle = size / 2;
  disc(context, middle, middle, middle - 1, palette('sign-case'));
  ring(context, middle, middle, middle - 3, palette('sign-danger'), 2.5);
  disc(context, middle, middle, middle - 7, palette('sign-danger'));
  drawGlyph(context, GLYPHS.warn, size, 0.85, palette('sign-on'));
}

function drawTick(
  context: CanvasRenderingContext2D,
  transport: string,
  size: number,
  palette: Palette,
): void {
  const chevron = new Path2D('M4 2.5L8.5 6L4 9.5');
  context.scale(size / 12, size / 12);
  context.strokeStyle = palette(transportToken(transport));
  context.lineWidth = 5;
  context.stroke(chevron);
  context.strokeStyle = palette('sign-case');
  context.lineWidth = 2;
  context.stroke(chevron);
}
