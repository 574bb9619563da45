// The shape and the colours of a severity: circle, square, diamond, octagon. The same on the map and in a list.

/** Outline of a severity in a square of `size`; the list draws the same path as SVG. */
export function severityPath(severity: string, size: number, inset: number): string {
  const a = inset;
  const b = size - inset;
  const m = size / 2;
  if (severity === 'medium') return `M${a + 1} ${a + 1}H${b - 1}V${b - 1}H${a + 1}Z`;
  if (severity === 'high') return `M${m} ${a - 1}L${b + 1} ${m}L${m} ${b + 1}L${a - 1} ${m}Z`;
  if (severity === 'emergency') {
    const c = (b - a) * 0.29;
    return `M${a + c} ${a}H${b - c}L${b} ${a + c}V${b - c}L${b - c} ${b}H${a + c}L${a} ${b - c}V${a + c}Z`;
  }
  const r = m - a;
  return `M${a} ${m}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

/** Fill, line and icon colours of a severity, as token names. */
export function severityTokens(severity: string): { fill: string; line: string; icon: string } {
  if (severity === 'emergency') return { fill: 'sign-danger', line: 'sign-case', icon: 'sign-on' };
  if (severity === 'high') return { fill: 'sign-attention', line: 'sign-case', icon: 'sign-on' };
  if (severity === 'medium') return { fill: 'sign-paper', line: 'sign-attention', icon: 'sign-ink' };
  return { fill: 'sign-paper', line: 'sign-low', icon: 'sign-ink' };
}
