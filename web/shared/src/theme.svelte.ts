// How the page looks: follows the system until the reader chooses. Sets `data-theme`, which the tokens key on.

const STORED = 'tala.theme';
export const THEME_CHOICES = ['auto', 'light', 'dark'] as const;
/** In the field two more: full sun, and red for the dark. */
export const FIELD_THEME_CHOICES = [...THEME_CHOICES, 'sun', 'night'] as const;
export type ThemeChoice = (typeof FIELD_THEME_CHOICES)[number];

class Theme {
  choice = $state<ThemeChoice>('auto');
  dark = $state(false);

  start(choices: readonly ThemeChoice[] = THEME_CHOICES): void {
    const stored = localStorage.getItem(STORED);
    this.choice = choices.find((choice) => choice === stored) ?? 'auto';
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', () => this.apply(system.matches));
    // Chosen in another window.
    addEventListener('storage', ({ key, newValue }) => {
      const chosen = choices.find((choice) => choice === newValue);
      if (key === STORED && chosen !== undefined) this.set(chosen);
    });
    this.apply(system.matches);
  }

  set(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(STORED, choice);
    this.apply(matchMedia('(prefers-color-scheme: dark)').matches);
  }

  private apply(systemDark: boolean): void {
    const shown = this.choice === 'auto' ? (systemDark ? 'dark' : 'light') : this.choice;
    this.dark = shown === 'dark' || shown === 'night';
    document.documentElement.dataset.theme = shown;
  }
}

export const theme = new Theme();
