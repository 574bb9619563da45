import '@tala/shared/tokens.css';
import '@tala/shared/base.css';
import 'maplibre-gl/dist/maplibre-gl.css';
import { i18n } from '@tala/shared/i18n/i18n';
import { theme } from '@tala/shared/theme';
import { mount } from 'svelte';
import App from './App.svelte';
import { account } from './state/account.svelte.ts';
import { clock } from './state/clock.svelte.ts';
import { onKeydown } from './state/keys.ts';
import { nav } from './state/nav.svelte.ts';

theme.start();
i18n.start();
nav.start();
clock.start();
addEventListener('keydown', onKeydown);
addEventListener('online', () => account.desk?.retryFailed());
void account.check();

const target = document.getElementById('app');
if (target) mount(App, { target });
