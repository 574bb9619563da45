import '@tala/shared/tokens.css';
import '@tala/shared/field-tokens.css';
import '@tala/shared/base.css';
import './field.css';
import { i18n } from '@tala/shared/i18n/i18n';
import { FIELD_THEME_CHOICES, theme } from '@tala/shared/theme';
import { mount } from 'svelte';
import App from './App.svelte';
import { pickCore } from './core/pick-core.ts';
import { app } from './state/app.svelte.ts';
import { nav } from './state/nav.svelte.ts';
import { update } from './state/update.svelte.ts';

theme.start(FIELD_THEME_CHOICES);
i18n.start();
nav.start();
void app.start(pickCore);
void update.start();

const target = document.getElementById('app');
if (target) mount(App, { target });
