// Others, tasks, calls for help and the hand-over of the fake core.

import { CoreError, type CoreVerbs, type SosLine } from '../field-core.ts';
import { handOver } from './hand-over.ts';
import type { Handlers } from './handlers.ts';
import { SOS_AT_CENTRE_MS, SOS_SEEN_MS, type World } from './world.ts';

type PeopleVerb =
  | 'version'
  | 'team'
  | 'messages'
  | 'send_message'
  | 'ack_message'
  | 'plans'
  | 'task_done'
  | 'sos'
  | 'sos_state'
  | 'sos_calls'
  | 'hand_over';

export const peopleVerbs: Handlers<PeopleVerb & keyof CoreVerbs> = {
  version: (world) => world.version,
  team: (world) => world.team,
  messages: (world) => world.messages,
  send_message: (world, { text, reply_to }) => {
    if (text.trim() === '') throw new CoreError('input', 'an empty message');
    if (reply_to !== undefined) messageOf(world, reply_to);
    const id = world.newId();
    world.messages.unshift({
      id,
      text,
      by: null,
      own: true,
      at_ms: world.clock(),
      reply_to: reply_to ?? null,
      answered: null,
      at_centre: false,
      answers: [],
    });
    world.changed();
    return id;
  },
  ack_message: (world, { id, what }) => {
    messageOf(world, id).answered = what;
    world.changed();
    return null;
  },
  plans: (world) => world.plans,
  task_done: (world, { plan, task, outcome }) => {
    const found = world.plans.find(({ id }) => id === plan)?.tasks.find(({ id }) => id === task);
    if (found === undefined) throw new CoreError('unknown', `no task ${task}`);
    found.done_ms = world.clock();
    found.outcome = outcome ?? null;
    world.changed();
    return null;
  },
  sos: (world) => {
    const call: SosLine = { id: world.newId(), at_ms: world.clock(), at_centre: false, answers: [] };
    world.sos.unshift(call);
    world.changed();
    if (world.device.online) {
      setTimeout(() => arrive(world, call), SOS_AT_CENTRE_MS);
      if (world.watched) setTimeout(() => see(world, call), SOS_SEEN_MS);
    }
    return call.id;
  },
  sos_state: (world, { id }) => {
    const call = world.sos.find((one) => one.id === id);
    if (call === undefined) throw new CoreError('unknown', `no call ${id}`);
    return call;
  },
  sos_calls: (world) => world.sos,
  hand_over: (world) => handOver(world),
};

function arrive(world: World, call: SosLine): void {
  call.at_centre = true;
  call.answers.push({ what: 'delivered', note: null, by: null, at_ms: world.clock() });
  world.changed();
}

function see(world: World, call: SosLine): void {
  call.answers.push({ what: 'seen', note: '已通知就近两组，二十分钟到。', by: '高娃', at_ms: world.clock() });
  world.changed();
}

function messageOf(world: World, id: string) {
  const found = world.messages.find((one) => one.id === id);
  if (found === undefined) throw new CoreError('unknown', `no message ${id}`);
  return found;
}
