// Sizes for signs that WebGL draws. The colour half of the tokens is in tokens.css; CSS cannot reach a canvas,
// and a canvas cannot read a custom property per zoom, so widths and radii stand here, in CSS pixels.

export const MAP_SIZES = {
  trackWidth: { z8: 2, z14: 4 },
  trackCase: { z8: 4, z14: 7.5 },
  trackHalo: { z8: 9, z14: 15 },
  gapWidth: 2,
  gapDash: [1.5, 2],
  zoneLine: 1.5,
  label: 12,
  labelLarge: 14,
  labelHalo: 1.6,
  /** Side of an incident sign image. */
  incident: 30,
  /** Side of a last-position image: room for the overdue ring and the clock badge. */
  position: 36,
  /** Side of the sign of a call for help. */
  alert: 44,
  /** Side of the sign of several things in one place. */
  group: 36,
  /** Side of one hatch tile. */
  hatch: 12,
  tick: 12,
} as const;
