// Light or dark: follows the system until the reader chooses. Sets `data-theme`, which tokens.css keys on.

const STORED = 'tala.theme';
export const THEME_CHOICES = ['auto', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

class Theme {
  choice = $state<ThemeChoice>('auto');
  dark = $state(false);

  start(): void {
    const stored = localStorage.getItem(STORED);
    this.choice = THEME_CHOICES.find((choice) => choice === stored) ?? 'auto';
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', () => this.apply(system.matches));
    this.apply(system.matches);
  }

  set(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(STORED, choice);
    this.apply(matchMedia('(prefers-color-scheme: dark)').matches);
  }

  private apply(systemDark: boolean): void {
    this.dark = this.choice === 'dark' || (this.choice === 'auto' && systemDark);
    document.documentElement.dataset.theme = this.dark ? 'dark' : 'light';
  }
}

export const theme = new Theme();
