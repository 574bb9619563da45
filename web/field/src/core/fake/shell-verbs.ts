// The verbs of the shell, over the made-up world. They refuse what a real shell refuses.

import { CoreError, type ShellVerbs } from '../field-core.ts';
import { fileVerbs } from './file-verbs.ts';
import { handOver } from './hand-over.ts';
import type { Handlers } from './handlers.ts';
import { cancelSync, startSync } from './sync.ts';
import { IDENTITY } from './world.ts';

const PIN = /^\d{6,12}$/;
const SETTING = /^[a-z][a-z0-9_.-]{0,63}$/;
const WRONG_PIN_WAIT_MS = 5_000;

export const shellVerbs: Handlers<keyof ShellVerbs> = {
  open: (world) => world.opened,
  take_over: (world) => {
    world.opened = { ...world.opened, other_window: false };
    return world.opened;
  },
  enrol: (world, { code, name }) => {
    if (world.opened.enrolled) throw new CoreError('already_enrolled', 'this phone is enrolled');
    if (!code.startsWith('tala-enrol:')) throw new CoreError('code', 'not an enrolment code');
    if (!world.device.online) throw new CoreError('offline', 'the centre was not reached');
    if (name.trim() === '') throw new CoreError('input', 'name is empty');
    world.opened = { ...world.opened, enrolled: true, identity: IDENTITY };
    world.changed();
    return IDENTITY;
  },
  set_pin: (world, { pin, old }) => {
    if (!PIN.test(pin)) throw new CoreError('input', 'a PIN has 6 to 12 digits');
    if (world.pin !== null && world.pin !== old) throw new CoreError('wrong_pin', String(WRONG_PIN_WAIT_MS));
    world.pin = pin;
    world.opened = { ...world.opened, lock: 'open' };
    return null;
  },
  unlock: (world, { pin }) => {
    if (pin !== world.pin) {
      world.wrongPins += 1;
      throw new CoreError('wrong_pin', String(world.wrongPins < 3 ? 0 : WRONG_PIN_WAIT_MS));
    }
    world.wrongPins = 0;
    world.opened = { ...world.opened, lock: 'open' };
    return world.opened;
  },
  lock: (world) => {
    if (world.pin !== null) world.opened = { ...world.opened, lock: 'shut' };
    world.tell({ event: 'opened', opened: world.opened });
    return null;
  },
  sign_out: (world) => {
    if (handOver(world).unproved) throw new CoreError('unproved', 'some records have no receipt');
    world.opened = { ...world.opened, enrolled: false, identity: null, lock: 'none' };
    world.pin = null;
    return null;
  },
  ...fileVerbs,
  start_sync: (world) => startSync(world),
  cancel_sync: (world) => cancelSync(world),
  sync_state: (world) => world.sync,
  set_recorder: (world, { on }) => {
    if (on && world.recorder.permission === 'denied')
      throw new CoreError('no_permission', 'location is not allowed');
    world.recorder = { ...world.recorder, on };
    world.tell({ event: 'recorder', recorder: world.recorder });
    return world.recorder;
  },
  recorder: (world) => world.recorder,
  device: (world) => world.device,
  setting: (world, { name }) => world.settings.get(checked(name)) ?? null,
  set_setting: (world, { name, value }) => {
    if (value === null) world.settings.delete(checked(name));
    else world.settings.set(checked(name), value);
    return null;
  },
};

function checked(name: string): string {
  if (!SETTING.test(name) || name.startsWith('shell.'))
    throw new CoreError('input', `${name} is no name of a setting`);
  return name;
}
