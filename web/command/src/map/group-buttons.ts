// A button over every group in view, for keyboards and screen readers: one stop of the tab key, arrows from group to
// group, Enter comes nearer. The pointer goes through them to the map, which answers clicks by itself.

import type { Map as MapLibre } from 'maplibre-gl';
import { closestTo, GROUP_LAYERS, type Group, groupsInView, type PlacedGroup, stepTo } from './groups.ts';

export interface GroupWords {
  /** What the whole row of buttons is. */
  label(): string;
  /** What a group holds. */
  name(group: Group): string;
}

export class GroupButtons {
  private readonly map: MapLibre;
  private readonly words: GroupWords;
  private readonly open: (group: Group) => void;
  private readonly bar = document.createElement('div');
  private groups: PlacedGroup[] = [];
  private current = 0;

  constructor(map: MapLibre, words: GroupWords, open: (group: Group) => void) {
    this.map = map;
    this.words = words;
    this.open = open;
    this.bar.className = 'map-groups';
    this.bar.dataset.testid = 'map-groups';
    this.bar.hidden = true;
    this.bar.setAttribute('role', 'toolbar');
    this.bar.addEventListener('keydown', (event) => this.onKey(event));
    map.getCanvasContainer().after(this.bar);
    map.on('idle', () => this.show());
    map.on('move', () => this.place());
  }

  /** Makes the buttons match what is drawn and not covered by a panel. The focus stays with its group, or near it. */
  private show(): void {
    const before = this.groups[this.current];
    const held = this.bar.contains(document.activeElement);
    this.groups = this.drawn().filter((group) => this.isUncovered(group));
    this.current = before ? Math.max(0, this.heirOf(before)) : 0;
    this.bar.hidden = this.groups.length === 0;
    this.bar.setAttribute('aria-label', this.words.label());
    while (this.bar.children.length > this.groups.length) this.bar.lastElementChild?.remove();
    while (this.bar.children.length < this.groups.length) this.bar.append(this.make());
    this.groups.forEach((group, index) => {
      this.button(index)?.setAttribute('aria-label', this.words.name(group));
    });
    this.place();
    this.mark();
    if (held) (this.button(this.current) ?? this.map.getCanvas()).focus({ preventScroll: true });
  }

  private drawn(): PlacedGroup[] {
    const layers = GROUP_LAYERS.filter((layer) => this.map.getLayer(layer));
    if (layers.length === 0) return [];
    return groupsInView(this.map.queryRenderedFeatures({ layers }), (at) => this.map.project(at));
  }

  /** A button that cannot be seen must not take the focus. */
  private isUncovered({ x, y }: PlacedGroup): boolean {
    const { left, top } = this.map.getContainer().getBoundingClientRect();
    const above = document.elementFromPoint(left + x, top + y);
    return above !== null && this.map.getContainer().contains(above);
  }

  /** Numbers of groups change with their data and with the zoom; where they stand says better which is which. */
  private heirOf(group: PlacedGroup): number {
    return closestTo(this.map.project(group.at), this.groups);
  }

  private make(): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'map-group';
    button.dataset.testid = 'map-group';
    button.addEventListener('click', () => {
      const group = this.groups[this.indexOf(button)];
      if (group) this.open(group);
    });
    button.addEventListener('focus', () => {
      this.current = this.indexOf(button);
      this.mark();
    });
    return button;
  }

  private onKey(event: KeyboardEvent): void {
    const next = stepTo(event.key, this.current, this.groups.length);
    if (next === null) return;
    event.preventDefault();
    this.button(next)?.focus({ preventScroll: true });
  }

  private place(): void {
    this.groups.forEach((group, index) => {
      const { x, y } = this.map.project(group.at);
      const button = this.button(index);
      if (button) button.style.translate = `calc(${x}px - 50%) calc(${y}px - 50%)`;
    });
  }

  /** Only the current one is a stop of the tab key. */
  private mark(): void {
    this.groups.forEach((_, index) => {
      const button = this.button(index);
      if (button) button.tabIndex = index === this.current ? 0 : -1;
    });
  }

  private indexOf(button: Element): number {
    return [...this.bar.children].indexOf(button);
  }

  private button(index: number): HTMLButtonElement | null {
    return this.bar.children.item(index) as HTMLButtonElement | null;
  }
}
